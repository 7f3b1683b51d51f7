import type { Cancellation } from "../async/cancellation.ts";
import { MAX_TIMER_MS, type Clock } from "../async/clock.ts";
import { QuorateError } from "../errors.ts";
import type { Backoff } from "./backoff.ts";
import { goOn, holdersHere, isStuck, wait, type Holder } from "./holder.ts";
import { makeQueue, type Queue, type Queued } from "./queue.ts";

/** What an attempt that is to be admitted needs. One for each attempt. */
export interface Ticket {
  /** The run, whichever team of it asks: lanes that are fair are fair between these. */
  readonly owner: object;
  readonly clock: Clock;
  /** What it may cost at most; `undefined` where nobody says. */
  readonly usdMicros: number | undefined;
  /** How many tokens it may take; 0 where nobody says. */
  readonly tokens: number;
  /** How its call waits, where it has to come again. */
  readonly backoff?: Required<Backoff>;
  /** When it was admitted, in ms of its clock's monotonic time. */
  admittedMs?: number;
}

/** What a lane asks of an attempt besides a free slot. */
export interface Gate {
  /**
   * How long the attempt has to wait, in ms: 0 when it may pass, `Infinity` when it may once somebody has left or the lane's
   * owner has called `admitWaiting`. Throws when it never may: then its caller is refused with that.
   */
  waitMs(ticket: Ticket): number;
  /** The attempt passes. */
  take(ticket: Ticket): void;
  /** The attempt has left; where it was not `made`, it is as if it had never passed. */
  left?(ticket: Ticket, made: boolean): void;
}

/**
 * A limit that attempts pass. Shared by everything that passes through it: a supervisor has one for how many attempts are in
 * flight at once over all of its runs.
 *
 * Invariant: the first in a lane's queue is not admissible, because that lane is full or its gate is closed for it, and nobody
 * in the queue passes before it. So only a release, the gate's time or its owner can make anybody there admissible: `leave`,
 * the alarm and `admitWaiting` look at the queue again. Whoever makes a `limit` larger calls `admitWaiting`.
 */
export interface Lane {
  limit: number;
  inFlight: number;
  readonly gate: Gate | undefined;
  readonly queue: Queue<Waiter>;
  /**
   * Is there while somebody waits, and keeps the process alive: the slot may be held by an attempt that was given up, whose grace timer
   * does not.
   */
  hold: NodeJS.Timeout | undefined;
  /** Looks at the queue again when the gate may open for the first in it. */
  alarm: Disposable | undefined;
  /** Those of its slots' holders that wait for a slot themselves; made when the first one does. */
  waiting: Set<Holder> | undefined;
}

interface Waiter extends Queued<Waiter> {
  readonly lanes: readonly Lane[];
  readonly ticket: Ticket | undefined;
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
  /** The lane in whose queue this one stands. */
  place: Lane;
  /** The attempts that wait for this one. */
  readonly holders: readonly Holder[];
}

/** A lane; one that is `fair` admits those who wait by turns of their tickets' owners, and others by their arrival. */
export function makeLane(limit: number, gate?: Gate, fair = false): Lane {
  return {
    limit,
    inFlight: 0,
    gate,
    queue: makeQueue<Waiter>(fair),
    hold: undefined,
    alarm: undefined,
    waiting: undefined,
  };
}

// Only compared, never shown: the order of arrival has to be known across lanes that know nothing of each other.
let arrivals = 0;

/**
 * Takes a slot in every one of `lanes` at once; nothing is held before. Returns nothing when there was room, else a
 * promise that resolves when the slots are taken, and rejects with the reason when cancelled before. Throws, or rejects, with
 * what a gate refuses with. `ticket` is needed where a lane has a gate; `holders` are the attempts that wait for this one, and where
 * no slot can become free because of them it is refused with `DEADLOCK`.
 *
 * Who waits stands in the queue of one lane that is closed to it, the first of `lanes` that is. When that opens and another
 * is closed, it changes over to that one's queue, to the place that its arrival gives it there.
 */
export function enter(
  lanes: readonly Lane[],
  cancellation: Cancellation,
  ticket?: Ticket,
  holders: readonly Holder[] = holdersHere(),
): void | Promise<void> {
  const closed = firstClosed(lanes, ticket);
  if (closed === undefined) return take(lanes, ticket);
  return new Promise<void>((resolve, reject) => {
    const waiter: Waiter = {
      arrival: arrivals++,
      owner: ticket?.owner,
      lanes,
      ticket,
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
      // Who stood behind may need less.
      if (place.gate !== undefined) admitWaiting([place]);
    };
    enqueue(waiter, closed);
    if (holders.length > 0 && isStuck(closed)) {
      remove(waiter);
      rest(closed);
      return reject(stuck(closed));
    }
    cancellation.watch(cancel);
  });
}

/**
 * The agents that wait here do so for an attempt of another run that needs these lanes, until disposed. `refusal` is what they are to be
 * told where that attempt never gets a slot, since they hold them.
 */
export function waitFor(
  lanes: readonly Lane[],
): Disposable & { readonly refusal: QuorateError | undefined } {
  const holders = holdersHere();
  const full =
    holders.length === 0 ? undefined : lanes.find(({ inFlight, limit }) => inFlight >= limit);
  if (full === undefined) return { refusal: undefined, [Symbol.dispose]() {} };
  wait(holders, full);
  return {
    refusal: isStuck(full) ? stuck(full) : undefined,
    [Symbol.dispose]: () => goOn(holders, full),
  };
}

/** As `enter` where there is room now: `false` where the attempt would have to wait. Throws what a gate refuses with. */
export function enterNow(lanes: readonly Lane[], ticket?: Ticket): boolean {
  if (firstClosed(lanes, ticket) !== undefined) return false;
  take(lanes, ticket);
  return true;
}

/**
 * Gives the slots back, and admits whoever became admissible, oldest first. `ticket` is what was admitted; `made: false`
 * where nothing was made of the attempt.
 */
export function leave(lanes: readonly Lane[], ticket?: Ticket, made = true): void {
  for (const lane of lanes) lane.inFlight--;
  if (ticket !== undefined) for (const { gate } of lanes) gate?.left?.(ticket, made);
  admitWaiting(lanes);
}

/** Admits whoever has become admissible in these lanes, oldest first, and refuses who never will be. */
// It ends: each turn of the loop takes the first out of the queue of a lane that is open to it, and whoever is not admitted goes
// to a lane that is closed, to itself or to those before it. Nothing in the loop opens a lane.
export function admitWaiting(lanes: readonly Lane[]): void {
  for (;;) {
    let oldest: Waiter | undefined;
    for (const lane of lanes) {
      // Nearly always nobody waits, and this is asked whenever somebody leaves.
      if (lane.hold === undefined || !opens(lane)) continue;
      const { first } = lane.queue;
      if (first !== undefined && (oldest?.arrival ?? Infinity) > first.arrival) oldest = first;
    }
    if (oldest === undefined) return;
    const { place } = oldest;
    try {
      const closed = firstClosed(oldest.lanes, oldest.ticket, oldest);
      if (closed === undefined) {
        place.queue.serve();
        goOn(oldest.holders, place);
        take(oldest.lanes, oldest.ticket);
        oldest.admit();
      } else if (closed !== place) {
        remove(oldest);
        enqueue(oldest, closed);
        if (oldest.holders.length > 0 && isStuck(closed)) throw stuck(closed);
      }
    } catch (reason) {
      const { place: last } = oldest;
      remove(oldest);
      rest(last);
      oldest.refuse(reason);
    }
    // The one it stood in; it may stand in another now.
    rest(place);
  }
}

/** Whether the first in a lane's queue may pass it; those who never may are refused, also where it is full. */
function opens(lane: Lane): boolean {
  const { queue } = lane;
  for (let { first } = queue; first !== undefined; first = queue.first) {
    try {
      const waitMs = waitMsOf(lane, first.ticket);
      if (lane.inFlight >= lane.limit) return false;
      if (waitMs > 0) setAlarm(lane, first, waitMs);
      return waitMs === 0;
    } catch (reason) {
      remove(first);
      rest(lane);
      first.refuse(reason);
    }
  }
  return false;
}

function waitMsOf({ gate }: Lane, ticket: Ticket | undefined): number {
  return gate === undefined || ticket === undefined ? 0 : gate.waitMs(ticket);
}

function setAlarm(lane: Lane, { ticket }: Waiter, waitMs: number): void {
  lane.alarm?.[Symbol.dispose]();
  lane.alarm = undefined;
  if (waitMs === Infinity || ticket === undefined) return;
  lane.alarm = ticket.clock.timer(Math.min(Math.ceil(waitMs), MAX_TIMER_MS), () => {
    lane.alarm = undefined;
    admitWaiting([lane]);
  });
}

/** The first lane that cannot be passed now, by a newcomer or by a waiter. Throws what a gate refuses with. */
function firstClosed(
  lanes: readonly Lane[],
  ticket: Ticket | undefined,
  waiter?: Waiter,
): Lane | undefined {
  for (const lane of lanes) {
    const full = lane.inFlight >= lane.limit;
    if (lane.gate === undefined) {
      if (full) return lane;
      continue;
    }
    // Asked also where it is full: who never may pass does not wait for a slot.
    if (waitMsOf(lane, ticket) > 0 || full || isBehind(lane, waiter)) return lane;
  }
  return undefined;
}

/** Whether others wait whom one must not overtake. */
function isBehind(lane: Lane, waiter: Waiter | undefined): boolean {
  const { queue } = lane;
  const { first } = queue;
  if (first === undefined || first === waiter) return false;
  if (waiter === undefined) return true;
  if (queue.wouldLead(waiter)) return false;
  // A lane that is open to its first is being looked at, and has room for others too. Whoever changes over goes only where it
  // is closed, and so does not come back before something has opened: else two lanes could send each other their firsts.
  try {
    return waitMsOf(lane, first.ticket) > 0;
  } catch {
    return false;
  }
}

function take(lanes: readonly Lane[], ticket: Ticket | undefined): void {
  if (ticket !== undefined) ticket.admittedMs = ticket.clock.monotonic();
  for (const lane of lanes) {
    lane.inFlight++;
    if (lane.gate !== undefined && ticket !== undefined) lane.gate.take(ticket);
  }
}

function enqueue(waiter: Waiter, lane: Lane): void {
  const { queue, gate } = lane;
  lane.hold ??= setInterval(() => {}, MAX_TIMER_MS);
  waiter.place = lane;
  wait(waiter.holders, lane);
  queue.add(waiter);
  if (gate === undefined || queue.first !== waiter || lane.inFlight >= lane.limit) return;
  let waitMs = 0;
  try {
    waitMs = waitMsOf(lane, waiter.ticket);
  } catch {
    // It is refused when the alarm goes off.
  }
  setAlarm(lane, waiter, waitMs);
}

function remove(waiter: Waiter): void {
  waiter.place.queue.remove(waiter);
  goOn(waiter.holders, waiter.place);
}

function stuck({ limit }: Lane): QuorateError {
  const slots = limit === 1 ? "the only slot is" : `all ${limit} slots are`;
  return new QuorateError(
    "DEADLOCK",
    `${slots} held by agents that wait for runs which need one themselves; raise concurrency, or run those in a supervisor of their own`,
  );
}

/** A lane for which nobody waits keeps no timers. */
function rest(lane: Lane): void {
  if (lane.queue.first !== undefined) return;
  clearInterval(lane.hold);
  lane.hold = undefined;
  lane.alarm?.[Symbol.dispose]();
  lane.alarm = undefined;
}
