import type { Json } from "../model/json.ts";

/** A value and its key. */
export interface KeyedValue {
  readonly key: string;
  readonly value: Json;
}

/** Makes the new value from the old one and the store's time, in ms since 1970; `undefined` for none. */
export type Make = (value: Json | undefined, nowMs: number) => Json | undefined;

/** Like `Make`, for several values in the order of their keys. */
export type MakeAll = (
  values: readonly (Json | undefined)[],
  nowMs: number,
) => readonly (Json | undefined)[];

export interface ChangeOptions {
  /**
   * From when on a value counts as absent, in ms since 1970 by the store's clock, or a function that returns that for the new value and
   * the store's time. Default: never. It replaces an earlier expiry of the key.
   */
  readonly expiresAtMs?: number | ((made: Json, nowMs: number) => number);
  /** The run that the value comes from: it is erased with it. Like the expiry, it replaces an earlier one. */
  readonly runId?: string;
}

export interface ListOptions {
  /** Only keys that come after this one. */
  readonly after?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/** How many values `list` returns by default. */
export const DEFAULT_VALUES_LIMIT = 1_000;

/** How many keys one change may have. */
export const MAX_CHANGED_KEYS = 1_000;

/**
 * Small JSON values under keys, beside the runs. Invariants, checked by `storeContract()` of `quorate/testing`:
 *
 * - A change is one step, also of several values: no process that has the store open changes them between what `make`
 *   was given and what it returned, and none sees only some of them changed. Changes of one caller happen in the order in which they were requested.
 * - Time is the store's: all processes that have it open compare with one clock, whatever their own clocks say.
 * - When `change` returns or resolves, the value is kept as events are, and all readers see it; before that, none does.
 * - A value is what one trip through JSON makes of it, and frozen: nobody changes it for others.
 * - An expired value counts as absent: it is not read or listed, and `make` does not get it.
 * - A value without an expiry stays until it is removed. A store may drop a value with an expiry before that, if it holds
 *   too many: keep what must not be lost without one.
 *
 * Keys have 1 to 1,000 characters of valid Unicode, and are ordered by their UTF-16 code units, as `<` compares strings. They
 * are not secret: a `codec` encodes only values. An invalid key, prefix or time is refused with `BAD_OPTIONS`.
 */
export interface Values {
  /**
   * A hash of a text that cannot be computed without reading the store's content: for keys, which are not secret themselves. The
   * same in every process that has the store open. Absent if the whole store can be read: then SHA-256 is used.
   */
  readonly hash?: ((text: string) => string) | undefined;
  /** The store's time, in ms since 1970: for comparing with times in values. */
  now(): number | Promise<number>;
  /** The value; `undefined` for none. */
  get(key: string): Json | undefined | Promise<Json | undefined>;
  /**
   * Replaces a value by what `make` returns (`undefined` for none), and returns that, once it is kept. `undefined`
   * removes the value. If the result is the same by `Object.is`, the value and its expiry stay as they are: to set another expiry, return a copy.
   *
   * `make` must be synchronous and have no side effects: it may be called again. If it throws, or returns something that is not
   * JSON or has more than 64 MiB (`BAD_OPTIONS`), only the change is refused, with what was thrown, and the value stays.
   */
  change(
    key: string,
    make: Make,
    options?: ChangeOptions,
  ): Json | undefined | Promise<Json | undefined>;
  /**
   * Like `change`, for 1 to 1,000 values of different keys in one step: `make` returns one for each key, and all are kept or none.
   * Returns the new values, in the order of the keys.
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
   * a second after a change of another process, and when the store is closed. `told` must read the values itself, and must not throw. Does not
   * keep the process alive.
   */
  watch(prefix: string, told: () => void): Disposable;
}
