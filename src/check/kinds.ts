import { MAX_TIMER_MS } from "../async/clock.ts";
import { hearOptions, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { option, refused, type Option } from "./options.ts";

/** What fits, as it is given. */
export function fitting<T>(
  fits: (given: unknown) => boolean,
  instead: string,
): Option<T | undefined> {
  return option((given) => (fits(given) ? (given as T) : undefined), instead);
}

/** As `fitting`; what does not fit is no such thing. */
export function thing<T>(
  noun: string,
  fits: (given: unknown) => boolean,
  instead: string,
): Option<T | undefined> {
  return option((given, what) => {
    if (fits(given)) return given as T;
    throw new QuorateError("BAD_OPTIONS", `${what} is no ${noun}; ${instead}`);
  }, instead);
}

/** Whether it is an object with all of these methods. */
export function hasMethods(given: unknown, ...names: readonly string[]): boolean {
  if (typeof given !== "object" || given === null) return false;
  return names.every((name) => typeof Reflect.get(given, name) === "function");
}

/** Whatever it is: it is looked at elsewhere. */
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

/** A whole number from `least` on, to `most` where there is such a bound. */
export function integer(least: number, most?: number): Option<number | undefined> {
  const fits = (given: unknown): boolean =>
    isNumber(given, least, most ?? Infinity) && Number.isSafeInteger(given);
  const bound = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
  return fitting(fits, `use a whole number ${bound}`);
}

/** A time in ms that a timer can keep. */
export function milliseconds(least: number): Option<number | undefined> {
  return number(least, MAX_TIMER_MS, `use milliseconds from ${least} to ${MAX_TIMER_MS}`);
}

/** As an option of numbers, or `Infinity` for no bound. */
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
    // There is no property of that name: a proxy is asked, and nobody else.
    void Reflect.get(given, "");
    for (const key of Object.keys(given)) hearOptions(Reflect.get(given, key));
    return given as T;
  }, instead);
}

/** As `object`, by whose keys something is named: no list, which has only numbers. */
export function record<T extends object>(instead: string): Option<T | undefined> {
  const one = object<T>(instead);
  return option(
    (given, what) => (Array.isArray(given) ? undefined : one.take(given, what)),
    instead,
  );
}

/** `false` for none of it, `true` for a bag with nothing in it, or the bag itself. */
export function orFlag<T>(bag: Option<T>): Option<T | false | undefined> {
  return option(
    (given, what) => given !== false && bag.take(given === true ? {} : given, what),
    "",
  );
}

/** What can be gone through, which may be possible only once: as a list. */
export function iterable<T>(): Option<readonly T[] | undefined> {
  return option((given) => {
    const many = Object(given) as Partial<Iterable<T>>;
    const isMany = typeof given === "object" && typeof many[Symbol.iterator] === "function";
    return isMany ? [...(many as Iterable<T>)] : undefined;
  }, "give a list");
}

/** A list of what fits each. */
export function listOf<T>(
  fits: (item: unknown) => boolean,
  instead: string,
): Option<readonly T[] | undefined> {
  return option((given, what) => {
    if (!Array.isArray(given)) return undefined;
    const items: readonly unknown[] = [...(given as readonly unknown[])];
    for (const item of items) if (!fits(item)) throw refused(`${what} has one that`, item, instead);
    return Object.freeze(items) as readonly T[];
  }, instead);
}

/** A list of what each is taken by an option. */
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

/** As `listOf`, or one item by itself. */
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
    // A list has no names, and an empty one would be taken for nothing.
    if (!isMap && Symbol.iterator in given) return undefined;
    const entries = isMap ? [...given] : Object.entries(given);
    return new Map(entries.map(([name, one]) => [name, value.take(one, `${what}.${name}`)]));
  }, instead);
}
