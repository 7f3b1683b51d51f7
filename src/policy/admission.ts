import type { Cancellation } from "../async/cancellation.ts";
import { MAX_TIMER_MS, type Clock } from "../async/clock.ts";

/** What an attempt that is to be admitted needs. */
export interface Ticket {
  /** The run, whichever team of it asks: lanes that are fair are fair between these. */
  readonly owner: object;
  readonly clock: Clock;
  /** What it may cost at most; `undefined` where nobody says. */
  readonly usdMicros: number | undefined;
  /** How many tokens it may take; 0 where nobody says. */
  readonly tokens: number;
}

/** What a lane asks of an attempt besides a free slot. */
export interface Gate {
  /**
   * How long the attempt has to wait, in ms: 0 when it may pass, `Infinity` when it may once somebody has left. Throws when
   * it never may: then its caller is refused with that.
   */
  waitMs(ticket: Ticket): number;
  /** The attempt passes. */
  take(ticket: Ticket): void;
  /** The place in the queue of one that has to wait, smallest first; equal ones, and all where left out, by their arrival. */
  place?(owner: object): number;
  /** Nobody waits any more. */
  idle?(): void;
}

/**
 * A limit that attempts pass. Shared by everything that passes through it: a supervisor has one for how many attempts are in
 * flight at once over all of its runs.
 *
 * Invariant: who waits in a lane's queue is not admissible, because that lane is full, or its gate is closed for the first in
 * the queue. So only a release, or the gate's time, can make anybody admissible.
 */
export interface Lane {
  limit: number;
  inFlight: number;
  readonly gate: Gate | undefined;
  /** In the order in which they are admitted. */
  first: Waiter | undefined;
  last: Waiter | undefined;
  /**
   * Keeps the process alive while somebody waits: the slot may be held by an attempt that was given up, whose grace timer
   * does not.
   */
  hold: NodeJS.Timeout | undefined;
  /** Looks at the queue again when the gate may open. */
  alarm: Disposable | undefined;
}

interface Waiter {
  readonly arrival: number;
  readonly lanes: readonly Lane[];
  readonly ticket: Ticket | undefined;
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
  /** The lane in whose queue this one stands, and where. */
  queue: Lane;
  place: number;
  before: Waiter | undefined;
  after: Waiter | undefined;
}

export function makeLane(limit: number, gate?: Gate): Lane {
  return {
    limit,
    inFlight: 0,
    gate,
    first: undefined,
    last: undefined,
    hold: undefined,
    alarm: undefined,
  };
}

// Only compared, never shown: the order of arrival has to be known across lanes that know nothing of each other.
let arrivals = 0;

/**
 * Takes a slot in every one of `lanes` at once; nothing is held before. Returns nothing when there was room, else a
 * promise that resolves when the slots are taken, and rejects with the reason when cancelled before. Throws, or rejects, with
 * what a gate refuses with. `ticket` is needed where a lane has a gate.
 */
export function enter(
  lanes: readonly Lane[],
  cancellation: Cancellation,
  ticket?: Ticket,
): void | Promise<void> {
  const closed = firstClosed(lanes, ticket);
  if (closed === undefined) return take(lanes, ticket);
  return new Promise<void>((resolve, reject) => {
    const waiter: Waiter = {
      arrival: arrivals++,
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
      queue: closed,
      place: 0,
      before: undefined,
      after: undefined,
    };
    const cancel = (reason: unknown): void => {
      const { queue } = waiter;
      dequeue(waiter);
      reject(reason);
      // Who stood behind may need less.
      if (queue.gate !== undefined) admitWaiting([queue]);
    };
    enqueue(waiter, closed);
    cancellation.watch(cancel);
  });
}

/** As `enter` where there is room now: `false` where the attempt would have to wait. Throws what a gate refuses with. */
export function enterNow(lanes: readonly Lane[], ticket?: Ticket): boolean {
  if (firstClosed(lanes, ticket) !== undefined) return false;
  take(lanes, ticket);
  return true;
}

/** Gives the slots back, and admits whoever became admissible, oldest first. */
export function leave(lanes: readonly Lane[]): void {
  for (const lane of lanes) lane.inFlight--;
  admitWaiting(lanes);
}

/** Admits whoever has become admissible in these lanes, oldest first. */
export function admitWaiting(lanes: readonly Lane[]): void {
  for (;;) {
    let oldest: Waiter | undefined;
    for (const lane of lanes) {
      const { first } = lane;
      if (first === undefined || lane.inFlight >= lane.limit) continue;
      if (lane.gate !== undefined && !opens(lane)) continue;
      const head = lane.first;
      if (head !== undefined && (oldest?.arrival ?? Infinity) > head.arrival) oldest = head;
    }
    if (oldest === undefined) return;
    const { ticket } = oldest;
    dequeue(oldest);
    try {
      const closed = firstClosed(oldest.lanes, ticket, oldest.arrival);
      if (closed === undefined) {
        take(oldest.lanes, ticket);
        oldest.admit();
      } else {
        enqueue(oldest, closed);
      }
    } catch (reason) {
      oldest.refuse(reason);
    }
  }
}

/** Whether the first in a lane's queue may pass its gate; those who never may are refused. */
function opens(lane: Lane): boolean {
  for (let { first } = lane; first !== undefined; first = lane.first) {
    try {
      const waitMs = waitMsOf(lane, first.ticket);
      if (waitMs > 0) setAlarm(lane, first, waitMs);
      return waitMs === 0;
    } catch (reason) {
      dequeue(first);
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

/** The first lane that cannot be passed now, by an attempt that arrived then. */
function firstClosed(
  lanes: readonly Lane[],
  ticket: Ticket | undefined,
  arrival = Infinity,
): Lane | undefined {
  for (const lane of lanes) {
    const { inFlight, limit, gate, first } = lane;
    if (inFlight >= limit) return lane;
    if (gate === undefined) continue;
    // Nobody overtakes an older one that waits for the gate.
    if ((first !== undefined && first.arrival < arrival) || waitMsOf(lane, ticket) > 0) return lane;
  }
  return undefined;
}

function take(lanes: readonly Lane[], ticket: Ticket | undefined): void {
  for (const lane of lanes) {
    lane.inFlight++;
    if (lane.gate !== undefined && ticket !== undefined) lane.gate.take(ticket);
  }
}

/** Puts a waiter in its place: nearly always the end. */
function enqueue(waiter: Waiter, lane: Lane): void {
  const { gate } = lane;
  waiter.place = waiter.ticket === undefined ? 0 : (gate?.place?.(waiter.ticket.owner) ?? 0);
  let before = lane.last;
  while (before !== undefined && isBehind(before, waiter)) before = before.before;
  const after = before === undefined ? lane.first : before.after;
  lane.hold ??= setInterval(() => {}, MAX_TIMER_MS);
  waiter.queue = lane;
  waiter.before = before;
  waiter.after = after;
  if (before === undefined) lane.first = waiter;
  else before.after = waiter;
  if (after === undefined) lane.last = waiter;
  else after.before = waiter;
  if (gate === undefined || lane.first !== waiter || lane.inFlight >= lane.limit) return;
  let waitMs = 0;
  try {
    waitMs = waitMsOf(lane, waiter.ticket);
  } catch {
    // It is refused when the alarm goes off.
  }
  setAlarm(lane, waiter, waitMs);
}

function isBehind(a: Waiter, b: Waiter): boolean {
  return a.place === b.place ? a.arrival > b.arrival : a.place > b.place;
}

function dequeue(waiter: Waiter): void {
  const { queue, before, after } = waiter;
  waiter.before = undefined;
  waiter.after = undefined;
  if (before === undefined) queue.first = after;
  else before.after = after;
  if (after === undefined) queue.last = before;
  else after.before = before;
  if (queue.first !== undefined) return;
  clearInterval(queue.hold);
  queue.hold = undefined;
  queue.alarm?.[Symbol.dispose]();
  queue.alarm = undefined;
  queue.gate?.idle?.();
}
