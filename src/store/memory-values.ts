import type { Clock } from "../async/clock.ts";
import type { Json } from "../model/json.ts";
import { PassingMap } from "../model/passing-map.ts";
import {
  checkChange,
  checkKey,
  checkKeyPart,
  checkWatch,
  LIST,
  makeValues,
  ofOne,
} from "./check-value.ts";
import { listeners } from "./listeners.ts";
import {
  DEFAULT_VALUES_LIMIT,
  type ChangeOptions,
  type KeyedValue,
  type ListOptions,
  type Make,
  type MakeAll,
  type Values,
} from "./values.ts";
import type { RunSummary } from "./store.ts";
import { wholeNumber } from "./whole-number.ts";

/** Values that answer synchronously. */
export interface MemoryValues extends Values {
  now(): number;
  get(key: string): Json | undefined;
  change(key: string, make: Make, options?: ChangeOptions): Json | undefined;
  changeAll(
    keys: readonly string[],
    make: MakeAll,
    options?: ChangeOptions,
  ): readonly (Json | undefined)[];
  list(prefix: string, options?: ListOptions): readonly KeyedValue[];
}

/** The values of a store in memory, with the store's own operations. */
export interface KeptValues {
  readonly values: MemoryValues;
  /** Deletes those that had expired before a time. */
  prune(beforeMs: number): void;
  /** Removes those that come from the selected runs. */
  erase(isMeant: (from: ValueOrigin) => boolean): void;
  clear(): void;
}

/** The run that a value comes from, as it was when the value was written. */
export type ValueOrigin = Pick<RunSummary, "runId" | "tenant" | "tags">;

// For values with an expiry: an uncleared cache must not fill the memory. Characters are those of their JSON.
const MAX_EXPIRING = 10_000;
const MAX_EXPIRING_CHARS = 64 * 1024 * 1024;

// The part to which they are reduced if there are too many, so that this happens only once in many changes.
const KEPT_PART = 0.9;

interface MemoryValue {
  readonly value: Json;
  readonly expiresAtMs: number;
  /** 0 without an expiry. */
  readonly chars: number;
  readonly from: ValueOrigin | undefined;
}

/** `refuseWhenClosed` is called first in every operation; `runOf` looks up runs. */
export function memoryValues(
  clock: Pick<Clock, "now">,
  refuseWhenClosed: () => void,
  runOf: (runId: string) => ValueOrigin | undefined,
): KeptValues {
  const entries = new PassingMap<string, MemoryValue>();
  /** The keys of those with an expiry, the one written longest ago first. */
  const expiring = new Set<string>();
  let expiringChars = 0;
  /** All keys in order, until one is added or removed. */
  let ordered: readonly string[] | undefined;
  const watching = listeners();

  function remove(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    if (expiring.delete(key)) expiringChars -= entry.chars;
    ordered = undefined;
  }

  function write(
    key: string,
    value: Json,
    expiresAtMs: number,
    from: ValueOrigin | undefined,
  ): void {
    const before = entries.get(key);
    if (before === undefined) ordered = undefined;
    else if (expiring.delete(key)) expiringChars -= before.chars;
    const expires = expiresAtMs < Infinity;
    const chars = expires ? JSON.stringify(value).length : 0;
    entries.set(key, { value, expiresAtMs, chars, from });
    if (!expires) return;
    expiring.add(key);
    expiringChars += chars;
    if (areMore(1)) makeRoom(key);
  }

  function areMore(part: number): boolean {
    return expiring.size > part * MAX_EXPIRING || expiringChars > part * MAX_EXPIRING_CHARS;
  }

  /** The expired ones go first, then those written longest ago: values in use were written lately. */
  function makeRoom(written: string): void {
    removeExpired(clock.now());
    for (const key of expiring) {
      if (key === written || !areMore(KEPT_PART)) return;
      remove(key);
    }
  }

  function removeExpired(untilMs: number): void {
    for (const key of expiring) if (hasExpired(entries.get(key), untilMs)) remove(key);
  }

  function read(key: string, nowMs: number): Json | undefined {
    const entry = entries.get(key);
    if (!hasExpired(entry, nowMs)) return entry?.value;
    remove(key);
    return undefined;
  }

  function changeAll(
    keys: readonly string[],
    make: MakeAll,
    options?: ChangeOptions,
  ): readonly (Json | undefined)[] {
    refuseWhenClosed();
    const change = checkChange(keys, make, options);
    const nowMs = clock.now();
    const before = change.keys.map((key) => read(key, nowMs));
    const { made, written } = makeValues(change, before, nowMs);
    const { runId } = change;
    const from = runId === undefined ? undefined : (runOf(runId) ?? { runId });
    for (const { key, value, expiresAtMs } of written) {
      if (value === undefined) remove(key);
      else write(key, value, expiresAtMs, from);
    }
    watching.tellPrefixesOf(written);
    return made;
  }

  return {
    values: {
      now() {
        refuseWhenClosed();
        return clock.now();
      },
      get(key) {
        refuseWhenClosed();
        checkKey(key);
        return read(key, clock.now());
      },
      change: (key, make, options) => changeAll([key], ofOne(make), options)[0],
      changeAll,
      list(prefix, options = {}) {
        refuseWhenClosed();
        LIST.of(options, "list");
        const { after = "", limit = DEFAULT_VALUES_LIMIT } = options;
        checkKeyPart(prefix, "The prefix");
        checkKeyPart(after, "The after");
        ordered ??= [...entries.keys()].toSorted();
        const nowMs = clock.now();
        const most = wholeNumber(limit);
        const listed: KeyedValue[] = [];
        for (let at = firstFrom(ordered, after > prefix ? after : prefix); ; at += 1) {
          const key = ordered[at];
          if (key === undefined || !key.startsWith(prefix) || listed.length >= most) return listed;
          const entry = entries.get(key);
          if (entry === undefined || key === after || hasExpired(entry, nowMs)) continue;
          listed.push({ key, value: entry.value });
        }
      },
      watch(prefix, told) {
        checkWatch(prefix, told);
        return watching.add(prefix, told);
      },
    },
    prune(beforeMs) {
      removeExpired(Math.min(beforeMs, clock.now()));
    },
    erase(isMeant) {
      const erased: { readonly key: string }[] = [];
      for (const [key, { from }] of entries) {
        if (from === undefined || !isMeant(from)) continue;
        remove(key);
        erased.push({ key });
      }
      watching.tellPrefixesOf(erased);
    },
    clear() {
      entries.clear();
      expiring.clear();
      expiringChars = 0;
      ordered = undefined;
      watching.tellAll();
    },
  };
}

function hasExpired(entry: MemoryValue | undefined, nowMs: number): boolean {
  return entry !== undefined && entry.expiresAtMs <= nowMs;
}

/** The index of the first key that is not below `least`. */
function firstFrom(ordered: readonly string[], least: string): number {
  let [from, to] = [0, ordered.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ordered[middle] ?? "") < least) from = middle + 1;
    else to = middle;
  }
  return from;
}
