import { hear, isThenable } from "../model/hear.ts";
import { describeThrown, isSoundError, QuorateError } from "../model/errors.ts";
import { shown } from "./shown.ts";

// A caller may pass anything, whatever the types say, because JavaScript has none. Whatever is wrong with it becomes a QuorateError.

/** What `work` makes of a caller's value. Refuses with `BAD_OPTIONS` a value that throws when it is read, such as a hostile proxy. */
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

/** More items than any list of options has: a hostile one may say that it has a billion. */
const MOST_ITEMS = 1_000_000;

/** Refuses with `BAD_OPTIONS` a list of far too many items. */
export function refuseHuge(given: unknown, what: string): void {
  if (!Array.isArray(given) || given.length <= MOST_ITEMS) return;
  const why = `${what} has ${given.length} items; give at most ${MOST_ITEMS}`;
  throw new QuorateError("BAD_OPTIONS", why);
}

/** A copy of an array; `undefined` for anything else. Refuses with `BAD_OPTIONS` one that cannot be read. */
export function arrayIn(given: unknown, what: string): readonly unknown[] | undefined {
  return readGiven(what, given, () => {
    if (!Array.isArray(given)) return undefined;
    refuseHuge(given, what);
    return Array.from(given as readonly unknown[]);
  });
}

/**
 * What an iterable yields, as a list. Only a list can surely be read again, so promises in what another one yields are heard at once, also if
 * it then throws.
 */
export function itemsIn<T>(many: Iterable<T>, what: string): readonly T[] {
  if (Array.isArray(many)) return [...(many as readonly T[])];
  const items: T[] = [];
  try {
    for (const item of many) {
      items.push(item);
      refuseHuge(items, what);
    }
  } finally {
    hear(items);
  }
  return items;
}

/** The items of a list or another iterable; refuses anything else with `BAD_OPTIONS`. */
export function listIn<T>(given: Iterable<T>, what: string): readonly T[] {
  return readGiven(what, given, () => {
    const list: unknown = given;
    refuseHuge(list, what);
    if (typeof list === "object" && list !== null && Symbol.iterator in list) {
      return itemsIn(given, what);
    }
    throw new QuorateError("BAD_OPTIONS", `${what} is given ${shown(list)}; give a list`);
  });
}

/** Like `listIn`; also refuses items that are not objects. */
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
