import type { Clock, Timer } from "./clock.ts";

/** Timers that all have the same delay. */
export interface Deadlines {
  /**
   * Calls `fire` once the delay has passed since `nowMs`, which is the clock's current monotonic time. Disposing cancels
   * it. `fire` must not throw.
   */
  add(fire: () => void, nowMs: number): Disposable;
}

/**
 * Many timers with one delay behind a single timer of the clock. Attempts share a timeout and nearly none reaches it, so
 * setting one must be cheap: it is appended to a list, because what is set later is due later.
 *
 * Invariants: the list is in the order of `dueMs`; the clock's timer fires no later than the first is due, and holds the
 * process exactly while the list is not empty. If the clock supports it and the list is `reused`, the timer stays idle after the last entry, so that the
 * next one can use it.
 */
export function deadlines(clock: Clock, delayMs: number, reused = true): Deadlines {
  let first: Deadline | undefined;
  let last: Deadline | undefined;
  let timer: Timer | undefined;

  const ring = (): void => {
    timer = undefined;
    const nowMs = clock.monotonic();
    const due: Deadline[] = [];
    for (let next = first; next !== undefined && next.dueMs <= nowMs; next = next.after) {
      due.push(next);
    }
    // A callback may dispose of others.
    for (const deadline of due) {
      if (!deadline.waiting) continue;
      deadline[Symbol.dispose]();
      deadline.fire();
    }
    // A timer may fire a little early.
    if (first !== undefined) timer ??= clock.timer(Math.max(1, first.dueMs - nowMs), ring);
  };

  const rest = (): void => {
    if (reused && timer?.unref !== undefined) return void timer.unref();
    timer?.[Symbol.dispose]();
    timer = undefined;
  };

  // A class for its prototype: one is made for every attempt.
  class Deadline implements Disposable {
    readonly fire: () => void;
    readonly dueMs: number;
    waiting = true;
    before: Deadline | undefined = last;
    after: Deadline | undefined;

    constructor(fire: () => void, dueMs: number) {
      this.fire = fire;
      this.dueMs = dueMs;
    }

    [Symbol.dispose](): void {
      if (!this.waiting) return;
      this.waiting = false;
      const { before, after } = this;
      if (before === undefined) first = after;
      else before.after = after;
      if (after === undefined) last = before;
      else after.before = before;
      // A removed entry that the collector keeps must not keep alive what came after it.
      this.before = undefined;
      this.after = undefined;
      if (first === undefined) rest();
    }
  }

  return {
    add(fire, nowMs) {
      const deadline = new Deadline(fire, nowMs + delayMs);
      if (last === undefined) {
        first = deadline;
        if (timer === undefined) timer = clock.timer(delayMs, ring);
        else timer.ref?.();
      } else {
        last.after = deadline;
      }
      last = deadline;
      return deadline;
    },
  };
}
