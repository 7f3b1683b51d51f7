import type { Json } from "../model/json.ts";

/** A value and the key that it is kept under. */
export interface KeyedValue {
  readonly key: string;
  readonly value: Json;
}

/** What a value is to become at the store's time, in ms since 1970; `undefined` for none. */
export type Make = (value: Json | undefined, nowMs: number) => Json | undefined;

/** As `Make`, for several values in the order of their keys. */
export type MakeAll = (
  values: readonly (Json | undefined)[],
  nowMs: number,
) => readonly (Json | undefined)[];

export interface ChangeOptions {
  /**
   * From when on a value counts as none, in ms since 1970 by the store's clock, or what tells that of the value that was made and
   * the store's time. Default: never. It holds for what this change writes; what an earlier one said of the key is forgotten.
   */
  readonly expiresAtMs?: number | ((made: Json, nowMs: number) => number);
  /** The run that the value comes from: it is erased with it. It holds for what this change writes, as the expiry does. */
  readonly runId?: string;
}

export interface ListOptions {
  /** Only keys that come after this one. */
  readonly after?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/** How many values `list` gives when it is not told. */
export const DEFAULT_VALUES_LIMIT = 1_000;

/** Of how many keys one change may be. */
export const MAX_CHANGED_KEYS = 1_000;

/**
 * Small JSON values under keys, beside the runs. Invariants, checked by `storeContract()` of `quorate/testing`:
 *
 * - A change is one step, also of several values: nobody, of any process that has the store open, changes them between what `make`
 *   was given and what it returned, and nobody sees some of them changed. Changes of one caller happen in the order in which they were asked for.
 * - Time is the store's: whoever has it open compares with one clock, whatever its own says.
 * - When `change` returns or resolves, the value is kept as events are, and everybody reads it; before that, nobody does.
 * - A value is what one trip through JSON makes of it, and frozen: nobody changes it for others.
 * - A value that has expired is none: it is not read, not listed, and `make` is not given it.
 * - A value without an expiry stays until it is removed. A store may drop one that has an expiry before that, when it holds
 *   too many: what must not be lost has none.
 *
 * Keys have 1 to 1,000 characters of valid Unicode, and are ordered by their UTF-16 code units, as `<` compares strings. They
 * are not secret: a `codec` encodes values only. What is no key, prefix or time is refused with `BAD_OPTIONS`.
 */
export interface Values {
  /**
   * A hash of a text that nobody can compute who cannot read the store's content: for keys, which are not secret themselves. The
   * same in every process that has the store open. Left out where all of the store can be read: then SHA-256 serves.
   */
  readonly hash?: ((text: string) => string) | undefined;
  /** The store's time, in ms since 1970: for comparing with times that stand in values. */
  now(): number | Promise<number>;
  /** The value; `undefined` for none. */
  get(key: string): Json | undefined | Promise<Json | undefined>;
  /**
   * Replaces a value by what `make` makes of it (`undefined` for none), and answers with that, once it is kept. `undefined`
   * removes the value. What is the same by `Object.is` leaves it as it is, its expiry too: to set another expiry, return a copy.
   *
   * `make` answers at once, not with a promise, and has no effects: it may be called again. When it throws, or returns what is not
   * JSON or has more than 64 MiB (`BAD_OPTIONS`), the change alone is refused, with what was thrown, and the value stays.
   */
  change(
    key: string,
    make: Make,
    options?: ChangeOptions,
  ): Json | undefined | Promise<Json | undefined>;
  /**
   * As `change`, for 1 to 1,000 values of different keys in one step: `make` returns one for each key, and all are kept or none.
   * Answers with what was made, in the order of the keys.
   */
  changeAll(
    keys: readonly string[],
    make: MakeAll,
    options?: ChangeOptions,
  ): readonly (Json | undefined)[] | Promise<readonly (Json | undefined)[]>;
  /** Those whose key begins with `prefix`, in the order of their keys. */
  list(
    prefix: string,
    options?: ListOptions,
  ): readonly KeyedValue[] | Promise<readonly KeyedValue[]>;
  /**
   * Calls `told` after values whose keys begin with `prefix` may have changed, until disposed: once a change of this store is kept, within
   * a second after one of another process, and when the store is closed. Whoever is told looks for itself. `told` must not throw. Does not
   * keep the process alive.
   */
  watch(prefix: string, told: () => void): Disposable;
}
