import { hear, hearLeftOut, isPlain, isThenable } from "./hear.ts";
import { clipWords } from "./text.ts";
import { put } from "./record.ts";

/** A value that survives JSON: it can be in the log, in a key, or on another machine. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Replaces a secret that was taken out. */
export const REDACTED = "[redacted]";

/** Why a value is refused, as the end of a sentence that begins with its name. */
export interface JsonFault {
  readonly kind: "not-json" | "too-large";
  readonly why: string;
}

/** The JSON form of a value, or why it has none. */
export type TakenJson =
  | { readonly value: unknown; readonly fault?: undefined }
  | { readonly fault: JsonFault };

const MAX_DEPTH = 500;
const UNAWAITED = "a Promise that was not awaited";

/**
 * Copies a value as one trip through JSON would return it, within `maxBytes`. The copy is frozen, because the
 * log, other agents and the caller share it, and none may change it for the others. Stops at the first fault, so a hostile value costs no more than a permitted one.
 *
 * A property that is `undefined` is left out, as in JSON; `undefined` itself is accepted, for an agent that answers nothing.
 * Refused are functions, symbols, bigints, `NaN`, infinities, cycles, promises, class instances (a Date, a Map), objects with
 * `toJSON`, holes in arrays and nesting below 500 levels. Promises within a refused value are heard, because no code will
 * await them. Counted are the bytes of the value's JSON in UTF-8, without white space; `undefined` has none.
 */
export function takeJson(value: unknown, maxBytes: number): TakenJson {
  switch (typeof value) {
    case "undefined":
      return { value };
    case "boolean":
      if (MAX_PLAIN_BYTES <= maxBytes) return { value };
      break;
    case "string":
      if (value.length * MAX_BYTES_PER_UNIT + 2 <= maxBytes) return { value };
      break;
    case "number":
      if (Number.isFinite(value) && MAX_PLAIN_BYTES <= maxBytes)
        return { value: value === 0 ? 0 : value };
      break;
    default:
  }
  const walk: Walk = { bytes: 0, maxBytes, keys: [], ancestors: [], fault: undefined };
  try {
    const copy = copyValue(walk, value);
    if (walk.fault === undefined) return { value: copy };
    return { fault: walk.fault };
  } catch (thrown) {
    return { fault: refuse(walk, notJson(walk, "a property that cannot be read"), thrown) };
  }
}

/** Keeps the first fault, and hears what has been read so far: a getter may return something else when it is read again. */
function refuse(walk: Walk, fault: JsonFault, value?: unknown): JsonFault {
  if (walk.fault !== undefined) return walk.fault;
  walk.fault = fault;
  hear([value, ...walk.ancestors]);
  return fault;
}

/** The longest JSON of a number, `true`, `false` or `null`. */
const MAX_PLAIN_BYTES = 25;

/** A control character and half a surrogate pair are written as six bytes. */
const MAX_BYTES_PER_UNIT = 6;

interface Walk {
  /** Bytes of JSON seen. */
  bytes: number;
  readonly maxBytes: number;
  /** The path to the current value. */
  readonly keys: (string | number)[];
  readonly ancestors: object[];
  /** The first fault; what is copied after it does not count. */
  fault: JsonFault | undefined;
}

function copyValue(walk: Walk, value: unknown): unknown {
  switch (typeof value) {
    case "string":
      spendText(walk, value);
      return value;
    case "number":
      if (!Number.isFinite(value)) refuse(walk, notJson(walk, `the number ${value}`));
      spend(walk, String(value).length);
      // JSON has one zero.
      return value === 0 ? 0 : value;
    case "boolean":
      spend(walk, value ? 4 : 5);
      return value;
    case "object":
      if (value !== null) return copyObject(walk, value);
      spend(walk, 4);
      return value;
    default:
      refuse(walk, notJson(walk, `a ${typeof value}`), value);
      return undefined;
  }
}

function copyObject(walk: Walk, value: object): unknown {
  const { ancestors } = walk;
  if (ancestors.length >= MAX_DEPTH) {
    const what = ancestors.includes(value) ? "a cycle" : `more than ${MAX_DEPTH} levels`;
    refuse(walk, notJson(walk, what), value);
    return undefined;
  }
  ancestors.push(value);
  const copy = Array.isArray(value) ? copyItems(walk, value) : copyMembers(walk, value);
  ancestors.pop();
  return copy;
}

function copyItems(walk: Walk, items: readonly unknown[]): unknown {
  const copy: unknown[] = [];
  // Brackets, and the commas in between.
  spend(walk, Math.max(2, items.length + 1));
  for (let index = 0; index < items.length && walk.fault === undefined; index++) {
    walk.keys.push(index);
    copy.push(copyValue(walk, items[index]));
    walk.keys.pop();
  }
  return Object.freeze(copy);
}

function copyMembers(walk: Walk, object: object): unknown {
  if (!isPlain(object)) {
    const what = isThenable(object) ? UNAWAITED : `a ${nameOf(object)}`;
    refuse(walk, notJson(walk, what));
    return undefined;
  }
  const members = object as Readonly<Record<string, unknown>>;
  if (typeof members["then"] === "function" || typeof members["toJSON"] === "function") {
    const what = isThenable(object) ? UNAWAITED : "an object with toJSON";
    refuse(walk, notJson(walk, what));
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  spend(walk, 2);
  let comma = 0;
  const keys = Object.keys(members);
  hearLeftOut(members, keys.length);
  for (const key of keys) {
    const value = members[key];
    if (value === undefined) continue;
    spend(walk, comma + 1);
    spendText(walk, key);
    comma = 1;
    walk.keys.push(key);
    put(copy, key, copyValue(walk, value));
    walk.keys.pop();
    if (walk.fault !== undefined) break;
  }
  return Object.freeze(copy);
}

/** A text that is written as it is, with one byte per character. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

function spendText(walk: Walk, text: string): void {
  const least = text.length + 2;
  // A text that cannot fit is not looked at.
  const isShort = walk.bytes + least <= walk.maxBytes;
  spend(walk, isShort && !PLAIN_TEXT.test(text) ? Buffer.byteLength(JSON.stringify(text)) : least);
}

function spend(walk: Walk, bytes: number): void {
  walk.bytes += bytes;
  if (walk.bytes > walk.maxBytes) refuse(walk, tooLarge(walk));
}

function notJson({ keys }: Walk, what: string): JsonFault {
  return { kind: "not-json", why: `has ${what}${keys.length === 0 ? "" : ` at ${where(keys)}`}` };
}

function nameOf(object: object): string {
  const name: unknown = (object.constructor as { name?: unknown } | undefined)?.name;
  return typeof name === "string" && name !== "" ? clipWords(name, 50) : "class instance";
}

function where(keys: readonly (string | number)[]): string {
  const shown = keys.slice(0, 6).map((key) => clipWords(String(key), 50));
  return `"${shown.join(".")}${keys.length > 6 ? "…" : ""}"`;
}

function tooLarge({ maxBytes }: Walk): JsonFault {
  return { kind: "too-large", why: `is larger than ${maxBytes} bytes` };
}

/**
 * The unique text of a JSON value: RFC 8785 (JSON Canonicalization Scheme). Numbers and strings are written as ECMAScript does;
 * keys are sorted by UTF-16 code units. `value` must come from `takeJson`; `undefined` stands for null at the top.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const object = value as Readonly<Record<string, unknown>>;
    const members = Object.keys(object)
      .filter((key) => object[key] !== undefined)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
