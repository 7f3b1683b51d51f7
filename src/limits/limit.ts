import type { WaitsFor } from "../model/call-events.ts";
import { makeQueue, type Queue } from "./queue.ts";
import type { Waiter } from "./admission.ts";
import type { RateSettings } from "./limiter-options.ts";
import type { AttemptReport, Permit } from "./permit.ts";

/** What a limit requires of an attempt besides a free slot. */
export interface Condition {
  /**
   * How long the attempt has to wait, in ms: 0 if it may pass; `Infinity` if only a release or `admitWaiting` can open the limit
   * for it. Throws if it never may: the limiter then refuses it with that error.
   */
  waitMs(permit: Permit): number;
  /** The attempt passes. */
  take(permit: Permit): void;
  /** The attempt has left, charged with this many micro-dollars; `undefined` if it was never made, as if it had never passed. */
  left?(permit: Permit, chargedMicros: number | undefined): void;
  /**
   * The attempt ended, and still holds its slot. If it was rate-limited, returns after how many ms it may queue again without
   * counting as a retry.
   */
  ended?(permit: Permit, result: AttemptReport): number | undefined;
  /**
   * More is charged, for an attempt that has left or for those of an earlier process; `overran` is the agent whose attempt has cost more than
   * was reserved for it, if one has.
   */
  raise?(moreMicros: number, overran: string | undefined): void;
}

/**
 * A limit that attempts pass, of slots or of money, as this process sees it. Shared by everything that passes through it: a supervisor has
 * one for how many attempts are in flight at once over all of its runs.
 *
 * Invariant: the first in its queue is not admissible, because the limit is full or its condition is not met, and nothing in the
 * queue passes before it. So only a release, the condition's time or its owner can make an attempt there admissible: a release, the
 * alarm and `admitWaiting` look at the queue again. Code that raises `concurrency` calls `admitWaiting`.
 */
export interface Limit {
  /** How many may be in flight now. */
  concurrency: number;
  inFlight: number;
  condition: Condition | undefined;
  /** For an agent's own limit, until it has a condition: called with each failure and the time, in ms since 1970. */
  wake: ((error: unknown, nowMs: number) => void) | undefined;
  /** An attempt within one that holds a slot of it passes without waiting: the one outside could never end. */
  readonly reentrant: boolean;
  /** For a limiter with a name: that name, and what a batch must not exceed. */
  readonly rate: NamedRate | undefined;
  /** What an attempt in its queue waits for. */
  readonly waitsFor: WaitsFor;
  readonly queue: Queue<Waiter>;
  /**
   * Set while an attempt waits, and keeps the process alive: the slot may be held by an attempt that was given up, whose grace timer
   * does not.
   */
  hold: ReturnType<typeof setInterval> | undefined;
  /** Looks at the queue again when the condition may be met for the first in it. */
  alarm: Disposable | undefined;
  /** For a limit that is kept in a store: whether these permits leave no room for the first in its queue, as the store said last. */
  filledBy: ((holders: readonly Permit[]) => boolean) | undefined;
  /** The permits that hold one of its slots and wait for a slot themselves; made when the first one does. */
  waiting: Set<Permit> | undefined;
}

/** A limiter as its limit sees it. */
export interface NamedRate extends RateSettings {
  readonly name: string;
}

export interface LimitDetails {
  readonly fair?: boolean;
  readonly rate?: NamedRate;
  readonly waitsFor?: WaitsFor;
  readonly reentrant?: boolean;
}

const SLOTS: WaitsFor = Object.freeze({ kind: "concurrency", name: "this run" });

/** A limit; one that is `fair` admits waiting attempts by turns of their runs, others by their arrival. */
export function makeLimit(
  concurrency: number,
  condition?: Condition,
  { fair = false, rate, waitsFor = SLOTS, reentrant = false }: LimitDetails = {},
): Limit {
  return {
    concurrency,
    inFlight: 0,
    condition,
    wake: undefined,
    reentrant,
    rate,
    waitsFor,
    queue: makeQueue<Waiter>(fair),
    hold: undefined,
    alarm: undefined,
    filledBy: undefined,
    waiting: undefined,
  };
}
