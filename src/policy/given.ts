import { hear, isThenable } from "../async/hear.ts";
import { describeThrown, isSoundError, QuorateError } from "../errors.ts";
import { shown } from "./check-kind.ts";

// What a caller hands in may be anything, whatever the types say: JavaScript has none. Whatever is wrong with it is a QuorateError.

/** What `work` makes of what a caller handed in. Refuses with `BAD_OPTIONS` what throws when it is read, such as a hostile proxy. */
export function readGiven<T>(what: string, given: unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    hear([given, error]);
    if (isSoundError(error)) throw error;
    const why = `${what} cannot be read: ${describeThrown(error)}; give plain values`;
    throw new QuorateError("BAD_OPTIONS", why, { cause: error });
  }
}

/** What is in a list, or in whatever else can be gone through; refuses with `BAD_OPTIONS` what cannot. */
export function listIn<T>(given: Iterable<T>, what: string): readonly T[] {
  return readGiven(what, given, () => {
    const list: unknown = given;
    if (typeof list === "object" && list !== null && Symbol.iterator in list) return [...given];
    throw new QuorateError("BAD_OPTIONS", `${what} is given ${shown(list)}; give a list`);
  });
}

/** As `listIn`; refuses members that are no objects, too. */
export function objectsIn<T extends object>(given: Iterable<T>, where: string): readonly T[] {
  const items = listIn<unknown>(given, where);
  const odd = items.findIndex(
    (item) => typeof item !== "object" || item === null || isThenable(item),
  );
  if (odd < 0) return items as readonly T[];
  hear(items);
  const what = isThenable(items[odd]) ? "a promise" : shown(items[odd]);
  const got = `a list whose item ${odd} is ${what}`;
  throw new QuorateError("BAD_OPTIONS", `${where} is given ${got}; give a list of objects`);
}

/** Refuses with `BAD_OPTIONS` what is no text. */
export function checkText(text: unknown, what: string): void {
  if (typeof text === "string") return;
  throw new QuorateError("BAD_OPTIONS", `${what} is ${shown(text)}; give a text`);
}

/** Refuses with `BAD_OPTIONS` what is no time in ms since 1970. */
export function checkTime(atMs: unknown, what: string): void {
  // Nothing is before a time that is none.
  if (typeof atMs === "number") return;
  throw new QuorateError("BAD_OPTIONS", `${what} is ${shown(atMs)}; give milliseconds since 1970`);
}

/** Refuses with `BAD_OPTIONS` a signal that is none. */
export function checkSignal(signal: unknown, where: string): void {
  if (signal === undefined) return;
  if (hasMethods(signal, ["addEventListener", "removeEventListener"], where)) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: signal is ${shown(signal)}, and no AbortSignal; give that of an AbortController`,
  );
}

/** Refuses with `BAD_OPTIONS` a store that is none. */
export function checkStore(store: unknown, where: string): void {
  if (store === undefined) return;
  if (hasMethods(store, ["append", "read", "follow", "run", "runs", "take", "release"], where)) {
    return checkValues(store, where);
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: store is ${shown(store)}, and no store; use memoryStore() or sqliteStore()`,
  );
}

/** Refuses with `BAD_OPTIONS` what has not the values of a store. */
export function checkValues(store: unknown, where: string): void {
  const values = readGiven(where, store, () => {
    const given = Object(store) as { readonly values?: unknown };
    return given.values;
  });
  if (hasMethods(values, ["now", "get", "change", "changeAll", "list"], where)) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: the store has no values; use memoryStore() or sqliteStore()`,
  );
}

function hasMethods(given: unknown, names: readonly string[], where: string): boolean {
  if (typeof given !== "object" || given === null) return false;
  const methods = given as Readonly<Record<string, unknown>>;
  return readGiven(where, given, () => names.every((name) => typeof methods[name] === "function"));
}
