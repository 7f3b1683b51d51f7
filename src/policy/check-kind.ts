import { hear, hearOptions, isThenable } from "../async/hear.ts";
import { cut } from "../text.ts";
import { describeThrown, QuorateError } from "../errors.ts";
import { didYouMean } from "./did-you-mean.ts";

/** Refuses with `BAD_OPTIONS` an option that is given and is of another kind than it must be. */
export function checkKind(
  value: unknown,
  what: string,
  kind: "function" | "string" | "object",
  instead: string,
): void {
  if (value === undefined) return;
  hearOptions(value);
  const got = value === null ? "null" : typeof value;
  if (got !== kind) throw new QuorateError("BAD_OPTIONS", `${what} is ${shown(value)}; ${instead}`);
  if (got === "object") checkReadable(value as object, what);
}

/** Refuses with `BAD_OPTIONS` an object with a property that throws when it is read, or one that throws whatever is asked of it. */
function checkReadable(object: object, what: string): void {
  try {
    // There is no property of that name: a proxy is asked, and nobody else.
    void Reflect.get(object, "");
    for (const key of Object.keys(object)) hearOptions(Reflect.get(object, key));
  } catch (cause) {
    hear(cause);
    const why = `${what} cannot be read: ${describeThrown(cause)}; give a plain object`;
    throw new QuorateError("BAD_OPTIONS", why, { cause });
  }
}

/** Refuses with `BAD_OPTIONS` what has to be given and is not, or is of another kind than it must be. */
export function checkGiven(
  value: unknown,
  what: string,
  kind: "function" | "string" | "object",
  instead: string,
): void {
  if (value === undefined) throw new QuorateError("BAD_OPTIONS", `${what} is missing; ${instead}`);
  checkKind(value, what, kind, instead);
}

/**
 * Refuses with `BAD_OPTIONS` an option that there is not: a misspelt one would say nothing, and change nothing. `former` says of options
 * that there were what became of them, and what to do instead.
 */
export function checkKeys(
  options: object,
  known: ReadonlySet<string>,
  where: string,
  former: ReadonlyMap<string, string> = NONE,
): void {
  checkGiven(options, where, "object", `give it an object with ${[...known].join(", ")}`);
  for (const key of Object.keys(options)) {
    if (known.has(key)) continue;
    const became = former.get(key);
    if (became !== undefined)
      throw new QuorateError("BAD_OPTIONS", `${where}: ${key} was ${became}`);
    const near = didYouMean(key, known);
    const instead =
      near === undefined ? `there are ${[...known].join(", ")}` : `did you mean ${near}?`;
    throw new QuorateError("BAD_OPTIONS", `${where} has no option ${shown(key)}; ${instead}`);
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

/** A value of an option, as a message shows it. */
export function shown(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `"${cut(value, 50)}"`;
  if (isThenable(value)) return "a promise";
  if (typeof value === "object" || typeof value === "symbol") return `of type ${typeof value}`;
  return typeof value === "function" ? "a function" : cut(String(value), 50);
}
