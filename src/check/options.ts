import { hearOptions, isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { readGiven, refuseHuge } from "./given.ts";
import { shown } from "./shown.ts";
import { didYouMean } from "./did-you-mean.ts";

// A caller may pass anything, whatever the types say, because JavaScript has none. A table says for each option of a bag which values
// it accepts and its default; whatever is wrong becomes a QuorateError of one sentence.

/** One option: its value is accepted, or refused with `BAD_OPTIONS`. */
export interface Option<T> {
  /** The value that is made of the given one; `undefined` means that it was left out. `what` begins the sentence of a refusal. */
  readonly take: (given: unknown, what: string) => T;
  /** The default. */
  readonly standard: unknown;
  /** Whether the option is required. */
  readonly isNeeded: boolean;
  /** The same option with `standard` as its default. */
  readonly or: <const D>(standard: D) => Option<Exclude<T, undefined> | D>;
  /** The same option, but required. */
  readonly needed: () => Option<Exclude<T, undefined>>;
}

/** An option whose value `read` makes; `undefined` refuses it. `instead` says what to give, and ends the refusal. */
export function option<T>(
  read: (given: unknown, what: string) => T | undefined,
  instead: string,
): Option<T | undefined> {
  const made = (standard: unknown, isNeeded: boolean): Option<never> => ({
    standard,
    isNeeded,
    take: (given, what) => {
      if (given === undefined && !isNeeded) return standard as never;
      return readGiven(what, given, () => {
        refuseHuge(given, what);
        const as = given === undefined ? undefined : read(given, what);
        if (as !== undefined) return as as never;
        if (given !== undefined) throw refused(what, given, instead);
        throw new QuorateError("BAD_OPTIONS", `${what} is missing; ${instead}`);
      });
    },
    or: (other) => made(other, false),
    needed: () => made(undefined, true),
  });
  return made(undefined, false);
}

/** The refusal of an option's value. */
export function refused(what: string, given: unknown, instead: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", `${what} is ${shown(given)}; ${instead}`);
}

/** The result of a table for the options `O`: those in `D` have defaults, those in `Made` become something else. */
export type Taken<O, D extends keyof O, Made> = Omit<O, D | keyof Made> & {
  readonly [K in Exclude<D, keyof Made>]-?: Exclude<O[K], undefined>;
} & Made;

/** One option for each name in `O`, and for no other. */
export type Table<O, D extends keyof O, Made> = {
  readonly [K in keyof O]-?: Option<
    K extends keyof Made
      ? Made[K]
      : K extends D
        ? Exclude<O[K], undefined>
        : Record<never, never> extends Pick<O, K>
          ? O[K] | undefined
          : O[K]
  >;
};

/** A bag of options, which is itself an option. The result is frozen, and contains nothing that was left out. */
export interface Options<
  O extends object,
  D extends keyof O = never,
  Made = unknown,
> extends Option<Taken<O, D, Made> | undefined> {
  readonly table: Table<O, D, Made>;
  /** Like `take`, for the required options of a call; `where` names the call. */
  readonly of: (given: unknown, where: string) => Taken<O, D, Made>;
  /** These options out of a larger bag. */
  readonly among: (larger: object) => Taken<O, D, Made>;
  /** The other options of a larger bag. */
  readonly besides: (larger: object) => object;
}

/** The result of a table. */
export type Checked<T extends { readonly of: (...given: never) => unknown }> = ReturnType<T["of"]>;

/** Texts about a bag, in addition to its table. */
export interface Sayings {
  /** What to give instead of something that is not a bag; by default the names of the options. */
  readonly instead?: string;
  /** For options that existed earlier: what became of them, and what to do instead. */
  readonly former?: Readonly<Record<string, string>>;
}

/** Refuses with `BAD_OPTIONS` an option that does not exist. */
export function refuseUnknown(
  given: object,
  names: readonly string[],
  where: string,
  former: Sayings["former"] = {},
): void {
  const key = Object.keys(given).find((one) => !names.includes(one));
  if (key === undefined) return;
  const became = Object.hasOwn(former, key) ? former[key] : undefined;
  const near = didYouMean(key, names);
  const meant = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
  const why =
    became === undefined ? ` has no option ${shown(key)}; ${meant}` : `: ${key} was ${became}`;
  throw new QuorateError("BAD_OPTIONS", where + why);
}

/** A bag of options from its table. */
export function options<O extends object, D extends keyof O = never, Made = unknown>(
  table: NoInfer<Table<O, D, Made>>,
  { instead, former = {} }: Sayings = {},
): Options<O, D, Made> {
  const entries = Object.entries<Option<unknown>>(table);
  const names = Object.keys(table);
  const example = instead ?? `give it an object with ${names.join(", ")}`;

  function taken(given: unknown, where: string, joint: string): Taken<O, D, Made> | undefined {
    if (typeof given !== "object" || given === null || isThenable(given)) return undefined;
    if (Array.isArray(given)) return undefined;
    const made: Record<string, unknown> = {};
    refuseUnknown(given, names, where, former);
    for (const [key, one] of entries) {
      const value: unknown = Reflect.get(given, key);
      if (value === undefined && !one.isNeeded) {
        // Most are left out, and what would refuse them is not put into words.
        if (one.standard !== undefined) made[key] = one.standard;
        continue;
      }
      hearOptions(value);
      const as = one.take(value, where + joint + key);
      if (as !== undefined) made[key] = as;
    }
    return Object.freeze(made) as Taken<O, D, Made>;
  }

  function part(larger: object, isMine: boolean): object {
    const kept = Object.entries(larger).filter(([key]) => Object.hasOwn(table, key) === isMine);
    return Object.freeze(Object.fromEntries(kept));
  }

  return {
    ...option((given, what) => taken(given, what, "."), example),
    table,
    of: (given, where) =>
      readGiven(where, given, () => {
        const made = taken(given, where, ": ");
        if (made !== undefined) return made;
        throw new QuorateError("BAD_OPTIONS", `${where} is given ${shown(given)}; ${example}`);
      }),
    among: (larger) => part(larger, true) as Taken<O, D, Made>,
    besides: (larger) => part(larger, false),
  };
}
