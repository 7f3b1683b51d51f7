import { MAX_TIMER_MS } from "../async/clock.ts";
import { hearOptions, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { arrayIn, itemsIn } from "./given.ts";
import { option, refused, type Option } from "./options.ts";

/** A value that fits, as it is. */
export function fitting<T>(
  fits: (given: unknown) => boolean,
  instead: string,
): Option<T | undefined> {
  return option((given) => (fits(given) ? (given as T) : undefined), instead);
}

/** Like `fitting`; the refusal says that the value is no such thing. */
export function thing<T>(
  noun: string,
  fits: (given: unknown) => boolean,
  instead: string,
): Option<T | undefined> {
  return option((given, what) => {
    if (fits(given)) return given as T;
    throw new QuorateError("BAD_OPTIONS", `${what} is not ${noun}; ${instead}`);
  }, instead);
}

/** Whether it is an object with all of these methods. */
export function hasMethods(given: unknown, ...names: readonly string[]): boolean {
  if (typeof given !== "object" || given === null) return false;
  return names.every((name) => typeof Reflect.get(given, name) === "function");
}

/** Any value: other code checks it. */
export function anything<T>(): Option<T | undefined> {
  return fitting(() => true, "");
}

function isNumber(given: unknown, least: number, most: number): given is number {
  return typeof given === "number" && given >= least && given <= most;
}

/** A number from `least` to `most`. */
export function number(
  least: number,
  most: number,
  instead = `use a number from ${least} to ${most}`,
): Option<number | undefined> {
  return fitting((given) => isNumber(given, least, most), instead);
}

/** A number above `least`, and at most 1. */
export function shareAbove(least: number): Option<number | undefined> {
  const fits = (given: unknown): boolean => isNumber(given, least, 1) && given > least;
  return fitting(fits, `use a number above ${least}, at most 1`);
}

/** A whole number from `least` to `most`, or without an upper limit. */
export function integer(least: number, most?: number): Option<number | undefined> {
  const fits = (given: unknown): boolean =>
    isNumber(given, least, most ?? Infinity) && Number.isSafeInteger(given);
  const bound = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
  return fitting(fits, `use a whole number ${bound}`);
}

/** A time in ms within the range of a timer. */
export function milliseconds(least: number): Option<number | undefined> {
  return number(least, MAX_TIMER_MS, `use milliseconds from ${least} to ${MAX_TIMER_MS}`);
}

/** Like a number option, and also accepts `Infinity` for no bound. */
export function orInfinity(one: Option<number | undefined>): Option<number | undefined> {
  return option((given, what) => (given === Infinity ? given : one.take(given, what)), "");
}

export function flag(): Option<boolean | undefined> {
  return fitting((given) => typeof given === "boolean", "use true or false");
}

/** One of a few words. */
export function word<const W extends string>(...words: readonly W[]): Option<W | undefined> {
  const quoted = words.map((one) => `"${one}"`);
  const last = quoted.pop();
  const instead = quoted.length === 0 ? `use ${last}` : `use ${quoted.join(", ")} or ${last}`;
  return fitting((given) => (words as readonly unknown[]).includes(given), instead);
}

export function text(instead: string): Option<string | undefined> {
  return fitting((given) => typeof given === "string", instead);
}

export function func<F>(instead: string): Option<F | undefined> {
  return fitting((given) => typeof given === "function", instead);
}

/** An object that can be read. */
export function object<T extends object>(instead: string): Option<T | undefined> {
  return option((given) => {
    if (typeof given !== "object" || given === null || isThenable(given)) return undefined;
    // The property does not exist: reading it calls only a proxy.
    void Reflect.get(given, "");
    for (const key of Object.keys(given)) hearOptions(Reflect.get(given, key));
    return given as T;
  }, instead);
}

/** Like `object`, with names as its keys: not a list, whose keys are numbers. */
export function record<T extends object>(instead: string): Option<T | undefined> {
  const one = object<T>(instead);
  return option(
    (given, what) => (Array.isArray(given) ? undefined : one.take(given, what)),
    instead,
  );
}

/** `false` for none, `true` for an empty bag, or the bag itself. */
export function orFlag<T>(bag: Option<T>): Option<T | false | undefined> {
  return option(
    (given, what) => given !== false && bag.take(given === true ? {} : given, what),
    "",
  );
}

/** Any iterable, perhaps one that can be read only once, as a list. */
export function iterable<T>(): Option<readonly T[] | undefined> {
  return option((given, what) => {
    const many = Object(given) as Partial<Iterable<T>>;
    const isMany = typeof given === "object" && typeof many[Symbol.iterator] === "function";
    return isMany ? itemsIn(many as Iterable<T>, what) : undefined;
  }, "give a list");
}

/** A list, as a copy: other code checks its items. */
export function list<T>(instead: string): Option<readonly T[] | undefined> {
  return option<readonly T[]>(
    (given, what) => arrayIn(given, what) as readonly T[] | undefined,
    instead,
  );
}

/** A list in which every item fits. */
export function listOf<T>(
  fits: (item: unknown) => boolean,
  instead: string,
): Option<readonly T[] | undefined> {
  return option((given, what) => {
    if (!Array.isArray(given)) return undefined;
    const items: readonly unknown[] = [...(given as readonly unknown[])];
    for (const item of items)
      if (!fits(item)) throw refused(`${what} has an entry that`, item, instead);
    return Object.freeze(items) as readonly T[];
  }, instead);
}

/** A list in which an option takes every item. */
export function eachOf<T>(
  one: Option<T | undefined>,
  instead: string,
): Option<readonly T[] | undefined> {
  const needed = one.needed() as Option<T>;
  return option((given, what) => {
    if (!Array.isArray(given)) return undefined;
    const items: readonly unknown[] = [...(given as readonly unknown[])];
    return Object.freeze(items.map((item, at) => needed.take(item, `${what}[${at}]`)));
  }, instead);
}

/** Like `listOf`, and also accepts a single item. */
export function oneOrMore<T>(
  fits: (item: unknown) => boolean,
  instead: string,
): Option<readonly T[] | undefined> {
  const list = listOf<T>(fits, instead);
  return option((given, what) => list.take(Array.isArray(given) ? given : [given], what), instead);
}

/** Values by names, as a record or a map. */
export function byName<T>(
  each: Option<T | undefined>,
  instead: string,
): Option<ReadonlyMap<string, T> | undefined> {
  const value = each.needed() as Option<T>;
  return option((given, what) => {
    if (typeof given !== "object" || given === null) return undefined;
    const isMap = given instanceof Map;
    // A list has no names, and an empty one would look like an empty record.
    if (!isMap && Symbol.iterator in given) return undefined;
    const entries = isMap ? [...given] : Object.entries(given);
    return new Map(entries.map(([name, one]) => [name, value.take(one, `${what}.${name}`)]));
  }, instead);
}
