import { DAYS, MAGNITUDES, MONEY_SIGNS, MONTHS, UNITS } from "./units.ts";
import { EXTENSIONS, FILES } from "./word-lists.ts";

/** A number, version, path, name, code, hash or date in a text: something that stands in a slot. */
export interface Value {
  /** Only values of one kind can be in one slot; numbers also need one dimension. */
  readonly kind: string;
  /** The text that equal values share. */
  readonly text: string;
  /** For a number: in terms of its dimension's unit. */
  readonly number?: number;
  /** For a version its numbers, for a path its folders and its file, for a name the parts between its dots. */
  readonly parts?: readonly string[];
}

const WRITTEN = /^([+-]?)([$€£])?(\d[\d,_]*)?(\.\d+)?(e[+-]?\d{1,2})?(\p{L}+|%)?$/u;
const MAX_UNIT = 3;
/** The kind of numbers without a unit, and of versions. */
export const NUMBER = "number";
const MONEY = "money";
/** The kind of the numbers of lines. */
export const LINE = "number of line";

const GROUPED = /^\d{1,3}(?:[,_]\d{3})+$/;
const VERSION = /^v?(\d+(?:\.\d+){0,5})([-+][\w.+-]+|(?:alpha|beta|rc)\d*)?$/i;
const CODE = /^(?:[A-Z][A-Z0-9]{1,11}-\d[\w-]*|CVE-[\w-]+|GHSA(?:-\w{4}){3})$/i;
const ERROR_CODE =
  /^(?:[A-Z]{1,5}\d{2,6}|E(?:NO[A-Z]+|ACCES|PERM|EXIST|CONN[A-Z]+|TIMEDOUT|PIPE|ADDR[A-Z]+|MFILE|INVAL|AGAIN|BUSY|ISDIR|ROFS|BADF|HOST[A-Z]+|NET[A-Z]+)|SIG[A-Z]{3,6}|ERR_\w+)$/;
/** `O(n^2)`, without the bracket that closes it. */
const ORDER = /^[oΘΩ]\((.+)$/iu;
/** Of HTTP. */
const METHOD = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;
const BRANCH = /^(?:feature|feat|fix|bugfix|hotfix|release|chore|support|origin)\/[\w./-]+$/i;
/** Of a cloud. */
const REGION = /^[a-z]{2,12}-[a-z]{4,12}-?\d$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = /^(?:0x[0-9a-f]+|#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8}))$/i;
const HASH = /^(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}$/i;
const DATE = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:T[\d:.]+Z?)?$/;
const TIME = /^(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?(am|pm)?$/i;
/** `10-20`, of lines for instance. */
const RANGE = /^(\d{1,9})-(\d{1,9})$/;
/** `1m30s` */
const SPAN = /^(?:\d+(?:ms|[smhdw])){2,6}$/;
const URL = /^(?:https?|ftp|wss?|file):\/\/\S+$/i;
const PLACE = /^(.*?)(?::(\d+)(?::\d+)?(?:-\d+)?|#L(\d+)(?:-L?\d+)?)$/;
const NAME = /^[\p{L}_$@][\p{L}\p{N}_$]*(?:(?:\.|::|#|->|\?\.)[\p{L}_$][\p{L}\p{N}_$]*)*$/u;
/** `camelCase`, `PascalCase`, `snake_case`, `Foo.bar`, `utf8`. */
const TELLING = /[_$.#@]|::|->|\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}|\p{L}\p{N}/u;
/** Scripts that put no spaces between words. */
export const UNSPACED: RegExp = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u;
/** `Content-Type`, `--dry-run` */
const HEADER = /^\p{Lu}\p{L}*(?:-\p{Lu}\p{L}*)+$/u;
const FLAG = /^--?[a-z][\w-]*$/;
const JOINTS = /\.|::|#|->|\?\./;
/** Abbreviations with a dot, and words that are only written like a name. */
const NO_NAMES: ReadonlySet<string> = new Set(["e.g", "i.e", "etc", "vs", "node.js", "a.k.a"]);

/** The values in a run of characters without spaces; `undefined` if it consists of words. `quoted`: it stands in code marks. */
export function valuesOf(run: string, quoted: boolean): readonly Value[] | undefined {
  if (URL.test(run)) return [{ kind: "url", text: run.toLowerCase().replace(/(?<!\/)\/+$/, "") }];
  const order = ORDER.exec(run);
  // `n·log(n)` is `n log n`, and `n²` is read as `n2`.
  if (order?.[1] !== undefined)
    return [{ kind: "complexity", text: order[1].toLowerCase().replace(/[^\p{L}\p{N}+!/]/gu, "") }];
  if (METHOD.test(run)) return [{ kind: "method", text: run }];
  if (BRANCH.test(run) || REGION.test(run)) return [{ kind: "name", text: run.toLowerCase() }];
  if (UUID.test(run)) return [{ kind: "hash", text: run.toLowerCase() }];
  if (DATE.test(run)) return [{ kind: "date", text: run.replaceAll("/", "-") }];
  const time = timeOf(run);
  if (time !== undefined) return [time];
  if (HEX.test(run)) return [{ kind: "hex", text: run.toLowerCase().replace(/^0x0+(?=.)/, "0x") }];
  const range = RANGE.exec(run);
  if (range !== null) return range.slice(1).map((end) => numeric("", Number(end)));
  const number = numberOf(run) ?? spanOf(run);
  if (number !== undefined) return [number];
  if (/^#\d+$/.test(run)) return [{ kind: "code", text: run }];
  if (CODE.test(run)) return [{ kind: "code", text: run.toLowerCase() }];
  const line = /^L(\d+)$/.exec(run);
  if (line !== null) return [numeric("line", Number(line[1]))];
  if (ERROR_CODE.test(run) && !/^(?:UTF|SHA|MD|ES|H|X|P|S)\d/.test(run))
    return [{ kind: "code", text: run.toLowerCase() }];
  if (HASH.test(run)) return [{ kind: "hash", text: run.toLowerCase() }];
  const place = PLACE.exec(run);
  const path = pathOf(place?.[1] ?? run);
  if (path !== undefined) {
    const at = place?.[2] ?? place?.[3];
    return at === undefined ? [path] : [path, numeric("line", Number(at))];
  }
  const name = nameOf(run, quoted);
  return name === undefined ? undefined : [name];
}

/** The value of a month or a day, which only counts with a capital. */
export function dateWordOf(word: string): Value | undefined {
  const text = word.toLowerCase();
  if (text === word) return undefined;
  if (MONTHS.has(text)) return { kind: "month", text: text.slice(0, 3) };
  return DAYS.has(text) ? { kind: "day", text } : undefined;
}

export function numeric(dimension: string, number: number): Value {
  const kind = dimension === "" ? NUMBER : `${NUMBER} of ${dimension}`;
  return { kind, text: String(number), number };
}

/** The number with the unit that stands behind it, or the money with what it is counted in. */
export function withUnit(value: Value, unit: string): Value | undefined {
  if (value.kind === MONEY) return counted(value, unit);
  if (unit === "am" || unit === "pm") return timeOf(`${value.text}${unit}`);
  const found = UNITS.get(unit);
  if (found === undefined || value.number === undefined || value.kind !== NUMBER) return undefined;
  const [dimension, factor] = found;
  if (CURRENCIES.has(dimension)) {
    return { kind: MONEY, text: `${decimal(value.number * factor)} ${dimension}` };
  }
  // Decimal factors and fractions are not exact in binary: nobody writes more than 12 digits.
  return numeric(dimension, decimal(value.number * factor));
}

/** `$5 million`, `$5M`. */
function counted({ kind, text }: Value, unit: string): Value | undefined {
  const factor = MAGNITUDES.get(unit);
  if (factor === undefined) return undefined;
  const [amount = "", currency] = text.split(" ");
  return { kind, text: `${decimal(Number(amount) * factor)} ${currency}` };
}

const CURRENCIES: ReadonlySet<string> = new Set(MONEY_SIGNS.values());

function decimal(number: number): number {
  return Number(number.toPrecision(12));
}

/** `15:00` and `3pm`; a number alone is no time. */
function timeOf(run: string): Value | undefined {
  const [, hour, minute = "00", second, half] = TIME.exec(run) ?? [];
  if (hour === undefined || (half === undefined && !run.includes(":"))) return undefined;
  const late = half?.toLowerCase() === "pm" ? 12 : 0;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + late;
  const text = [String(hours).padStart(2, "0"), minute, ...(second === undefined ? [] : [second])];
  return { kind: "time", text: text.join(":") };
}

function spanOf(run: string): Value | undefined {
  if (!SPAN.test(run)) return undefined;
  const parts = [...run.matchAll(/(\d+)([a-z]+)/g)].map(([, count, unit = ""]) => {
    const time = withUnit(numeric("", Number(count)), unit === "m" ? "min" : unit);
    return time?.number ?? 0;
  });
  return numeric(
    "time",
    parts.reduce((sum, part) => sum + part, 0),
  );
}

function numberOf(run: string): Value | undefined {
  const found = WRITTEN.exec(run);
  if (found !== null) {
    const [, sign = "", money = "", whole = "", fraction = "", exponent = "", unit] = found;
    const plain = whole === "" || GROUPED.test(whole) || /^\d+$/.test(whole);
    if (plain && whole + fraction !== "") {
      const number = Number(`${sign}${whole.replace(/[,_]/g, "")}${fraction}${exponent}`);
      const paid = MONEY_SIGNS.get(money);
      const price = paid === undefined ? undefined : withUnit(numeric("", number), paid);
      const sum = price && (unit === undefined ? price : counted(price, unit.toLowerCase()));
      if (sum !== undefined) return sum;
      if (unit === undefined) return { ...numeric("", number), parts: run.split(".") };
      const measured = withUnit(numeric("", number), unit.toLowerCase());
      if (measured !== undefined) return measured;
      if (/^(?:st|nd|rd|th|x)$/i.test(unit)) return numeric("", number);
      // A unit that is not known here: `3M`.
      return unit.length < MAX_UNIT ? { kind: NUMBER, text: `${number}${unit}` } : undefined;
    }
  }
  const version = VERSION.exec(run);
  if (version === null) return undefined;
  const [, numbers = "", suffix = ""] = version;
  const parts = numbers.split(".").map((part) => String(Number(part)));
  const text = parts.join(".") + suffix.toLowerCase();
  const isAddress = parts.length === 4 && suffix === "" && /^\d/.test(run);
  if (isAddress) return { kind: "address", text };
  return { kind: NUMBER, text, parts: suffix === "" ? parts : [...parts, suffix.toLowerCase()] };
}

/** A number that stands for a version: 1.10 is not 1.1. */
export function asVersion({ kind, parts, text }: Value): Value {
  return parts === undefined ? { kind, text } : { kind, text: parts.join("."), parts };
}

function pathOf(run: string): Value | undefined {
  const folders = run
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  const file = folders.at(-1)?.toLowerCase() ?? "";
  const dot = file.lastIndexOf(".");
  const isFile = (dot > 0 && EXTENSIONS.has(file.slice(dot + 1))) || FILES.has(file);
  const isPath =
    folders.length > 0 &&
    folders.every((folder) => /^[\p{L}\p{N}_.@~+:[\]$-]+$/u.test(folder)) &&
    (isFile ||
      /^(?:\.{0,2}\/|~\/|[a-z]:[\\/])\w/i.test(run) ||
      (folders.length > 2 && folders.every((folder) => /^[\p{Ll}\p{N}_.-]+$/u.test(folder))));
  if (!isPath || NO_NAMES.has(file)) return undefined;
  const parts = folders.map((folder) => folder.toLowerCase());
  return { kind: "path", text: parts.join("/"), parts };
}

function nameOf(run: string, quoted: boolean): Value | undefined {
  const call = run.endsWith(")") ? run.indexOf("(") : -1;
  const isCall = call > 0 || run.endsWith("()");
  const bare = (call > 0 ? run.slice(0, call) : run).replace(/^[$@]+/, "");
  if (NO_NAMES.has(bare.toLowerCase())) return undefined;
  if (KEBAB.test(bare)) return quoted || HEADER.test(bare) ? kebabName(bare) : undefined;
  if (FLAG.test(run)) {
    const text = run.toLowerCase().replaceAll("-", "");
    return { kind: "name", text, parts: [text] };
  }
  if (!NAME.test(bare) || UNSPACED.test(bare) || !(isCall || quoted || TELLING.test(run)))
    return undefined;
  const parts = bare.split(JOINTS).map((part) => part.replaceAll("_", "").toLowerCase());
  return { kind: "name", text: parts.join("."), parts };
}

const KEBAB = /^\p{L}[\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)+$/u;

/** A word with hyphens as a name; `undefined` if it is not one. */
export function kebabName(run: string): Value | undefined {
  if (!KEBAB.test(run)) return undefined;
  const text = run.toLowerCase().replaceAll("-", "");
  return { kind: "name", text, parts: [text] };
}

/** Whether two values of one kind are the same, or one is more precise than the other. */
export function agree(a: Value, b: Value): boolean {
  if (a.kind !== b.kind) return false;
  if (a.text === b.text) return true;
  if (a.kind === "hash") return a.text.startsWith(b.text) || b.text.startsWith(a.text);
  if (a.number !== undefined && b.number !== undefined)
    return a.number === b.number || (a.kind === BYTES && areBytes(a.number / b.number));
  if (a.kind === NUMBER) return sameVersion(partsOf(a), partsOf(b));
  if (a.parts === undefined || b.parts === undefined) return false;
  return a.kind === "path" ? endsWith(a.parts, b.parts) : within(a.parts, b.parts);
}

const BYTES = `${NUMBER} of bytes`;

/** Whether two numbers of bytes that have this ratio are the same if a kilobyte has 1,000: 1.5 MB and 1500 KB. */
function areBytes(ratio: number): boolean {
  const powers = Math.log(ratio) / Math.log(1024 / 1000);
  return Math.abs(powers) < 4 && Math.abs(powers - Math.round(powers)) < 1e-9;
}

function partsOf({ parts, text }: Value): readonly string[] {
  return parts ?? text.split(".");
}

function sameVersion(a: readonly string[], b: readonly string[]): boolean {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  // 2.0.1 is more precise than 2.0, and 2.0-beta comes before it.
  const isEarlier = PRERELEASE.test(many[few.length] ?? "");
  return !isEarlier && few.every((part, i) => part === many[i]);
}

const PRERELEASE = /^[-.]?(?:alpha|beta|rc|pre|preview|canary|next|nightly|snapshot|dev)/;

function endsWith(a: readonly string[], b: readonly string[]): boolean {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  return few.every((part, i) => part === many[many.length - few.length + i]);
}

function within(a: readonly string[], b: readonly string[]): boolean {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  return `.${many.join(".")}.`.includes(`.${few.join(".")}.`);
}
