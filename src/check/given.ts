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

/** The items of a list or another iterable; refuses anything else with `BAD_OPTIONS`. */
export function listIn<T>(given: Iterable<T>, what: string): readonly T[] {
  return readGiven(what, given, () => {
    const list: unknown = given;
    if (typeof list === "object" && list !== null && Symbol.iterator in list) return [...given];
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
