import type { Cancellation } from "../async/cancellation.ts";
import { MAX_TIMER_MS } from "../async/clock.ts";
import { QuorateError } from "../model/errors.ts";
import type { WaitsFor } from "../model/call-events.ts";
import { goOn, holdersHere, isStuck, wait } from "./deadlock.ts";
import type { Limit } from "./limit.ts";
import type { Permit } from "./permit.ts";
import type { Queued } from "./queue.ts";

/** A permit that is not taken yet. */
export interface Waiter extends Queued<Waiter> {
  readonly permit: Permit;
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
  /** The limit in whose queue it stands. */
  place: Limit;
  /** The permits of the attempts that wait for this one. */
  readonly holders: readonly Permit[];
}

/** How an attempt waits. */
export interface WaitOptions {
  /** The attempts that wait for this one; default: those within which the caller runs. */
  readonly holders?: readonly Permit[] | undefined;
  /** Called with what it has to wait for, if it has to wait. */
  readonly queued?: ((waitsFor: WaitsFor) => void) | undefined;
  /** Its place among those that wait, from `nextArrival`; default: the last. */
  readonly arrival?: number;
}

const DEFAULTS: WaitOptions = Object.freeze({});

// Only compared, never shown: the order of arrival must be known across limits that know nothing of each other.
let arrivals = 0;

/** The place of an attempt that comes now. */
export function nextArrival(): number {
  return arrivals++;
}

/**
 * Takes everything that a permit needs, a slot in every one of its limits, at once; it holds nothing before that. Returns nothing if there was room, else
 * a promise that resolves when the slots are taken, and rejects with the reason when cancelled first. Throws, or rejects, with
 * the refusal of a condition, and with `DEADLOCK` if no slot can become free because of the attempts that wait for this one.
 *
 * An attempt that waits stands in the queue of the first of its limits that is closed to it. When that limit opens and
 * another one is closed, it moves to that one's queue, to the place that its arrival gives it there.
 */
export function enter(
  permit: Permit,
  cancellation: Cancellation,
  waiting: WaitOptions = DEFAULTS,
): void | Promise<void> {
  const closed = firstClosed(permit);
  if (closed === undefined) return take(permit);
  const { holders = holdersHere(), arrival = nextArrival() } = waiting;
  return new Promise<void>((resolve, reject) => {
    const waiter: Waiter = {
      arrival,
      owner: permit.request.runId,
      permit,
      admit: () => {
        cancellation.unwatch(cancel);
        resolve();
      },
      refuse: (reason) => {
        cancellation.unwatch(cancel);
        reject(reason);
      },
      holders,
      place: closed,
      line: undefined,
      before: undefined,
      after: undefined,
    };
    const cancel = (reason: unknown): void => {
      const { place } = waiter;
      remove(waiter);
      rest(place);
      reject(reason);
      // Those that stood behind it may need less.
      if (place.condition !== undefined) admitWaiting([place]);
    };
    enqueue(waiter, closed);
    if (holders.length > 0 && isStuck(closed)) {
      remove(waiter);
      rest(closed);
      reject(stuck(closed));
      // Those that stand behind it may need less.
      return admitWaiting([closed]);
    }
    cancellation.watch(cancel);
    waiting.queued?.(closed.waitsFor);
  });
}

/** Like `enter` if there is room now: `false` if the attempt would have to wait. Throws the refusal of a condition. */
export function enterNow(permit: Permit): boolean {
  if (firstClosed(permit) !== undefined) return false;
  take(permit);
  return true;
}

/**
 * The agents that wait here do so for an attempt of another run that needs these limits, until disposed. `refusal` is their
 * error if that attempt never gets a slot, because they hold them.
 */
export function waitFor(
  limits: readonly Limit[],
): Disposable & { readonly refusal: QuorateError | undefined } {
  const holders = holdersHere();
  const full = holders.length === 0 ? undefined : limits.find(isFull);
  if (full === undefined) return { refusal: undefined, [Symbol.dispose]() {} };
  wait(holders, full);
  return {
    refusal: isStuck(full) ? stuck(full) : undefined,
    [Symbol.dispose]: () => goOn(holders, full),
  };
}

/** Admits the attempts that have become admissible in these limits, oldest first, and refuses those that never will be. */
// It ends: each turn of the loop takes the first out of the queue of a limit that is open to it, and an attempt that is not admitted
// goes to a limit that is closed, to itself or to those before it. Nothing in the loop opens a limit.
export function admitWaiting(limits: readonly Limit[]): void {
  for (;;) {
    let oldest: Waiter | undefined;
    for (const limit of limits) {
      // Mostly no attempt waits, and this runs at every release.
      if (limit.hold === undefined || !opens(limit)) continue;
      const { first } = limit.queue;
      if (first !== undefined && (oldest?.arrival ?? Infinity) > first.arrival) oldest = first;
    }
    if (oldest === undefined) return;
    const { place, permit, holders } = oldest;
    try {
      const closed = firstClosed(permit, oldest);
      if (closed === undefined) {
        place.queue.serve();
        goOn(holders, place);
        take(permit);
        oldest.admit();
      } else if (closed !== place) {
        remove(oldest);
        enqueue(oldest, closed);
        if (holders.length > 0 && isStuck(closed)) throw stuck(closed);
      }
    } catch (reason) {
      const { place: last } = oldest;
      remove(oldest);
      rest(last);
      oldest.refuse(reason);
    }
    // The limit that it stood in; it may stand in another now.
    rest(place);
  }
}

/** Whether the first in a limit's queue may pass it; those that never may are refused, even if it is full. */
function opens(limit: Limit): boolean {
  const { queue } = limit;
  for (let { first } = queue; first !== undefined; first = queue.first) {
    try {
      const waitMs = waitMsAt(limit, first.permit);
      if (isFull(limit)) return false;
      if (waitMs > 0) setAlarm(limit, first, waitMs);
      return waitMs === 0;
    } catch (reason) {
      remove(first);
      rest(limit);
      first.refuse(reason);
    }
  }
  return false;
}

function isFull({ inFlight, concurrency }: Limit): boolean {
  return inFlight >= concurrency;
}

function waitMsAt({ condition }: Limit, permit: Permit): number {
  return condition === undefined ? 0 : condition.waitMs(permit);
}

function setAlarm(limit: Limit, { permit }: Waiter, waitMs: number): void {
  limit.alarm?.[Symbol.dispose]();
  limit.alarm = undefined;
  if (waitMs === Infinity) return;
  limit.alarm = permit.clock.timer(Math.min(Math.ceil(waitMs), MAX_TIMER_MS), () => {
    limit.alarm = undefined;
    admitWaiting([limit]);
  });
}

/** The first limit that cannot be passed now, by a newcomer or by a waiter. Throws the refusal of a condition. */
function firstClosed(permit: Permit, waiter?: Waiter): Limit | undefined {
  for (const limit of permit.limits) {
    if (limit.condition === undefined) {
      if (isFull(limit)) return limit;
      continue;
    }
    if (limit.reentrant && isWithin(permit, limit)) continue;
    // The condition is checked even if the limit is full: an attempt that never may pass must not wait for a slot.
    if (waitMsAt(limit, permit) > 0 || isFull(limit) || isBehind(limit, waiter)) return limit;
  }
  return undefined;
}

/** Whether its attempt runs within another one that holds a slot of the limit. */
function isWithin({ within }: Permit, limit: Limit): boolean {
  for (let outer = within; outer !== undefined; outer = outer.within) {
    if (!outer.over && outer.limits.includes(limit)) return true;
  }
  return false;
}

/** Whether others wait that this one must not overtake. */
function isBehind(limit: Limit, waiter: Waiter | undefined): boolean {
  const { queue } = limit;
  const { first } = queue;
  if (first === undefined || first === waiter) return false;
  if (waiter === undefined) return true;
  if (queue.wouldLead(waiter)) return false;
  // A limit that is open to its first is being looked at, and has room for others, too. An attempt moves only to a limit that
  // is closed, so it does not come back before something has opened: otherwise two limits could send each other their firsts.
  try {
    return waitMsAt(limit, first.permit) > 0;
  } catch {
    return false;
  }
}

function take(permit: Permit): void {
  for (const limit of permit.limits) {
    limit.inFlight++;
    const { condition } = limit;
    if (condition === undefined) continue;
    if (permit.admittedMs === -Infinity) permit.admittedMs = permit.clock.monotonic();
    condition.take(permit);
  }
}

function enqueue(waiter: Waiter, limit: Limit): void {
  const { queue, condition } = limit;
  limit.hold ??= setInterval(() => {}, MAX_TIMER_MS);
  waiter.place = limit;
  wait(waiter.holders, limit);
  queue.add(waiter);
  if (condition === undefined || queue.first !== waiter || isFull(limit)) return;
  let waitMs = 0;
  try {
    waitMs = waitMsAt(limit, waiter.permit);
  } catch {
    // It is refused when the alarm fires.
  }
  setAlarm(limit, waiter, waitMs);
}

function remove(waiter: Waiter): void {
  waiter.place.queue.remove(waiter);
  goOn(waiter.holders, waiter.place);
}

function stuck({ concurrency, waitsFor: { kind, name } }: Limit): QuorateError {
  if (kind === "budget") {
    return new QuorateError(
      "DEADLOCK",
      `the money that is left of the budget of "${name}" is reserved by agents that wait for runs that need it themselves; raise the budget, lower maxCost, or give those runs another budget`,
    );
  }
  const slots =
    concurrency === Infinity
      ? `all slots of "${name}" are`
      : concurrency === 1
        ? "the only slot is"
        : `all ${concurrency} slots are`;
  return new QuorateError(
    "DEADLOCK",
    `${slots} held by agents that wait for runs that need a slot themselves; raise concurrency, or start those runs in another supervisor`,
  );
}

/** A limit without waiting attempts keeps no timers. */
function rest(limit: Limit): void {
  if (limit.queue.first !== undefined) return;
  clearInterval(limit.hold);
  limit.hold = undefined;
  limit.alarm?.[Symbol.dispose]();
  limit.alarm = undefined;
}
