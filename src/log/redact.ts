import { hear, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import { REDACTED, takeJson, type Json } from "../model/json.ts";
import type { Verdict } from "../model/verdict.ts";
import { errorWithout, redactedEvent, verdictWithout } from "./redact-event.ts";
import { watchPaths, type UnmatchedPath } from "./redact-paths.ts";
import { secrets } from "./secrets.ts";

/**
 * The kind of a value that is redacted: a task, an agent's output or what it emits, a claimed position, or a text
 * (evidence, reasoning, a subject, an error's message, what a person writes).
 */
export type RedactedKind = "input" | "output" | "position" | "text";

/**
 * Takes secrets out of what is kept and shown. Paths name members of tasks, outputs and positions: `"apiKey"`,
 * `"users.*.email"`, where `*` is any member or item. Their values become `"[redacted]"`, and so does every repetition of
 * them, of 4 characters or more, in other values and texts of the same run. A function gets every value and every text, and
 * returns what is kept of it.
 */
export type Redact = readonly string[] | ((value: Json, kind: RedactedKind) => Json);

/** Replaces a value if the caller's function is not synchronous: otherwise nothing would say why everything is hidden. */
const NOT_AT_ONCE = "[redacted: redact returned a promise; it must return its value at once]";

/** One `redact` option, checked. */
export interface RedactRule {
  readonly change: (value: Json, kind: RedactedKind) => Json;
  /** The paths, if it has any. Paths do not apply to texts, so what they take out is searched for there. */
  readonly paths?: readonly (readonly string[])[];
}

/** Checks a `redact` option. Throws `BAD_OPTIONS` unless it is a list of paths or a function. */
export function checkRedact(redact: Redact | undefined, where: string): RedactRule | undefined {
  if (redact === undefined) return undefined;
  if (typeof redact === "function") return { change: byFunction(redact) };
  const paths = checkPaths(redact, where);
  return { change: byPaths(paths), paths };
}

/** Takes the secrets out of one run, and remembers them, because they may be repeated where no path leads. */
export interface Redactor {
  /** Some of its rules are paths. They do not apply to texts: a secret in a text is known only to the process in which it was taken out. */
  readonly byPaths: boolean;
  /** The event in the form of the log. `redacted` says that a task, an output or a position was changed. */
  readonly event: (body: EventBody) => EventBody;
  /** A value in the form of the log. */
  readonly value: (value: Json, kind: RedactedKind) => Json;
  readonly text: (text: string) => string;
  readonly verdict: (verdict: Verdict) => Verdict;
  /** Remembers the secrets in an answer that is perhaps not kept, or in what was thrown. */
  readonly learn: (output: unknown, maxBytes: number) => void;
  /** An error as it leaves the run: in the form of the log. */
  readonly error: (error: QuorateError) => QuorateError;
  /** A value without anything that was taken out of this run so far, however short: this may be hashed. */
  readonly bare: (value: Json, kind: RedactedKind) => Json;
  /** Checks whether paths match anything in a value that the log has already. */
  readonly look: (kept: Json) => void;
  /** Paths that have matched nothing so far. */
  readonly unmatched: () => readonly UnmatchedPath[];
  /** Whether a text contains something that was taken out of a value. */
  readonly isIn: (text: string) => boolean;
}

/** The redactor of one run, from the rules of its supervisor and the nested ones; `undefined` if there are none. */
export function redactor(rules: readonly RedactRule[]): Redactor | undefined {
  if (rules.length === 0) return undefined;
  // `repeated` is taken out wherever it occurs again; `all` is in no hash. A function sees our own texts, in which a value may stand as
  // JSON or as a path: it does not recognise it there, so `rewritten` is taken out of them.
  const repeated = secrets(LEAST_REPEATED);
  const rewritten = secrets(LEAST_REPEATED, true);
  const all = secrets(1);
  const paths = watchPaths(rules.flatMap((rule) => rule.paths ?? []));
  const value = (given: Json, kind: RedactedKind): Json => {
    if (kind !== "text") paths.look(given);
    let kept = given;
    for (const { change, paths: remember } of rules) {
      const before = kept;
      kept = change(before, kind);
      if (kind === "text" || kept === before) continue;
      all.learn(before, kept);
      if (remember !== undefined) repeated.learn(before, kept);
      else rewritten.learn(before, kept);
    }
    return repeated.without(kept);
  };
  // Our own texts are cut, and a function does not recognise half a secret.
  const text = (given: string): string =>
    all.withoutLong(rewritten.without(value(given, "text")) as string);
  return {
    byPaths: rules.some(({ paths }) => paths !== undefined),
    look: paths.look,
    unmatched: paths.unmatched,
    event: (body) => redactedEvent(body, { value, text }),
    value,
    text,
    verdict: (given) => verdictWithout(given, { value, text }),
    learn(output, maxBytes) {
      const taken = takeJson(output, maxBytes);
      if (taken.fault === undefined && taken.value !== undefined)
        value(taken.value as Json, "output");
    },
    error: (error) => errorWithout(error, { value, text }),
    bare: (given, kind) => all.without(value(given, kind)),
    isIn: (given) => all.isIn(given, LEAST_REPEATED),
  };
}

/** A shorter secret would be found in unrelated words. */
const LEAST_REPEATED = 4;

type RedactChange = RedactRule["change"];

function byFunction(redact: (value: Json, kind: RedactedKind) => Json): RedactChange {
  return (value, kind) => {
    try {
      const kept = redact(value, kind);
      if (isThenable(kept)) {
        hear(kept);
        return NOT_AT_ONCE;
      }
      const taken = takeJson(kept, Infinity);
      // A text stays a text.
      if (taken.fault === undefined && (kind !== "text" || typeof taken.value === "string")) {
        return taken.value as Json;
      }
    } catch (thrown) {
      hear(thrown);
      // It is unknown which part was secret.
    }
    return REDACTED;
  };
}

function byPaths(paths: readonly (readonly string[])[]): RedactChange {
  return (value, kind) => (kind === "text" ? value : paths.reduce(without, value));
}

function without(value: Json, path: readonly string[]): Json {
  const [name, ...rest] = path;
  if (name === undefined) return REDACTED;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item: Json, index) =>
      name === "*" || name === String(index) ? without(item, rest) : item,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      name === "*" || name === key ? without(member, rest) : member,
    ]),
  );
}

function checkPaths(paths: unknown, where: string): readonly (readonly string[])[] {
  if (Array.isArray(paths) && paths.every((path) => typeof path === "string" && path !== "")) {
    return paths.map((path: string) => path.split("."));
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: redact is neither a list of paths nor a function; use ["apiKey", "users.*.email"]`,
  );
}
