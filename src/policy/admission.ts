import type { Cancellation } from "../async/cancellation.ts";
import { MAX_TIMER_MS } from "../async/clock.ts";

/**
 * A limit on how many attempts are in flight at once. Shared by everything that passes through it: a supervisor has
 * one over all of its runs.
 *
 * Invariant: who waits in a lane's queue is not admissible, because that lane is full. So a lane that has room has an
 * empty queue, and only a release can make anybody admissible.
 */
export interface Lane {
  readonly limit: number;
  inFlight: number;
  /** Oldest first. */
  first: Waiter | undefined;
  last: Waiter | undefined;
  /**
   * Keeps the process alive while somebody waits: the slot may be held by an attempt that was given up, whose grace timer
   * does not.
   */
  hold: NodeJS.Timeout | undefined;
}

interface Waiter {
  readonly arrival: number;
  readonly lanes: readonly Lane[];
  readonly admit: () => void;
  /** The full lane in whose queue this one stands. */
  queue: Lane;
  before: Waiter | undefined;
  after: Waiter | undefined;
}

export function lane(limit: number): Lane {
  return { limit, inFlight: 0, first: undefined, last: undefined, hold: undefined };
}

// Only compared, never shown: the order of arrival has to be known across lanes that know nothing of each other.
let arrivals = 0;

/**
 * Takes a slot in every one of `lanes` at once; nothing is held before. Returns nothing when there was room, else a
 * promise that resolves when the slots are taken, and rejects with the reason when cancelled before.
 */
export function enter(lanes: readonly Lane[], cancellation: Cancellation): void | Promise<void> {
  const full = firstFull(lanes);
  if (full === undefined) return take(lanes);
  return new Promise<void>((resolve, reject) => {
    const waiter: Waiter = {
      arrival: arrivals++,
      lanes,
      admit: () => {
        cancellation.unwatch(cancel);
        resolve();
      },
      queue: full,
      before: undefined,
      after: undefined,
    };
    const cancel = (reason: unknown): void => {
      dequeue(waiter);
      reject(reason);
    };
    enqueue(waiter, full);
    cancellation.watch(cancel);
  });
}

/** Gives the slots back, and admits whoever became admissible, oldest first. */
export function leave(lanes: readonly Lane[]): void {
  for (const lane of lanes) lane.inFlight--;
  for (;;) {
    let oldest: Waiter | undefined;
    for (const { inFlight, limit, first } of lanes) {
      if (
        inFlight < limit &&
        first !== undefined &&
        (oldest?.arrival ?? Infinity) > first.arrival
      ) {
        oldest = first;
      }
    }
    if (oldest === undefined) return;
    dequeue(oldest);
    const full = firstFull(oldest.lanes);
    if (full === undefined) {
      take(oldest.lanes);
      oldest.admit();
    } else {
      enqueue(oldest, full);
    }
  }
}

function firstFull(lanes: readonly Lane[]): Lane | undefined {
  for (const lane of lanes) if (lane.inFlight >= lane.limit) return lane;
  return undefined;
}

function take(lanes: readonly Lane[]): void {
  for (const lane of lanes) lane.inFlight++;
}

/** Puts a waiter in its place by arrival: nearly always the end. */
function enqueue(waiter: Waiter, lane: Lane): void {
  let before = lane.last;
  while (before !== undefined && before.arrival > waiter.arrival) before = before.before;
  const after = before === undefined ? lane.first : before.after;
  lane.hold ??= setInterval(() => {}, MAX_TIMER_MS);
  waiter.queue = lane;
  waiter.before = before;
  waiter.after = after;
  if (before === undefined) lane.first = waiter;
  else before.after = waiter;
  if (after === undefined) lane.last = waiter;
  else after.before = waiter;
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
}
