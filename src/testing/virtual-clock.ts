import { fitting } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { setImmediate } from "node:timers/promises";
import { MAX_TIMER_MS, type Clock } from "../async/clock.ts";
import { QuorateError } from "../model/errors.ts";

export interface VirtualClockOptions {
  /** The initial `now()`, in ms since 1970. Default 1,767,225,600,000: the beginning of 2026, UTC. */
  readonly nowMs?: number;
}

export const VIRTUAL_CLOCK: Options<VirtualClockOptions, "nowMs"> = options({
  nowMs: fitting<number>(Number.isFinite, "give milliseconds since 1970").or(Date.UTC(2026, 0, 1)),
});

/** A clock whose time passes only when a test says so. */
export interface VirtualClock extends Clock {
  /**
   * Lets `ms` pass: fires due timers in the order of their time, then of their creation, and lets everything that follows from a timer happen before
   * the next one. Rejects with the error of a timer.
   */
  advance(ms: number): Promise<void>;
  /** Lets time pass until the next timer and fires only that one; resolves to `false` if there is none. */
  next(): Promise<boolean>;
  /** The number of timers that would keep a process alive. */
  readonly pending: number;
  /** The number of timers that would not (`hold: false`). */
  readonly pendingUnheld: number;
}

interface VirtualTimer {
  readonly atMs: number;
  readonly held: boolean;
  readonly fire: () => void;
}

// Enough for a chain of a group commit, a reader and a few promises; each turn costs about a microsecond.
const QUIET_TURNS = 10;

/** A clock for tests and simulations. It does not wait for real input or output. */
export function virtualClock(given: VirtualClockOptions = {}): VirtualClock {
  const { nowMs } = VIRTUAL_CLOCK.of(given, "virtualClock");
  // In the order in which they fire.
  const timers: VirtualTimer[] = [];
  let elapsedMs = 0;
  let changes = 0;

  function add(timer: VirtualTimer): void {
    changes += 1;
    const later = timers.findLastIndex(({ atMs }) => atMs <= timer.atMs) + 1;
    timers.splice(later, 0, timer);
  }

  function remove(timer: VirtualTimer): void {
    const index = timers.indexOf(timer);
    if (index === -1) return;
    changes += 1;
    timers.splice(index, 1);
  }

  // Whether promises still lead to something cannot be seen from outside; that no timer came or went for some turns of the event loop can.
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      const before = changes;
      await setImmediate();
      if (changes !== before) quiet = 0;
    }
  }

  async function fire(timer: VirtualTimer): Promise<void> {
    remove(timer);
    elapsedMs = Math.max(elapsedMs, timer.atMs);
    timer.fire();
    await settle();
  }

  return {
    now: () => nowMs + elapsedMs,
    monotonic: () => elapsedMs,
    timer(delayMs, fire, { hold = true } = {}) {
      if (!(delayMs <= MAX_TIMER_MS)) {
        throw new QuorateError(
          "BAD_OPTIONS",
          `A timer of ${delayMs} ms would fire at once on a real clock: at most ${MAX_TIMER_MS} ms are possible.`,
        );
      }
      const timer = { atMs: elapsedMs + Math.max(0, delayMs), held: hold, fire };
      add(timer);
      return { [Symbol.dispose]: () => remove(timer) };
    },
    async advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) {
        throw new QuorateError("BAD_OPTIONS", `advance(${ms}): give a number of ms from 0.`);
      }
      const untilMs = elapsedMs + ms;
      await settle();
      for (let timer = timers[0]; timer !== undefined && timer.atMs <= untilMs; timer = timers[0]) {
        await fire(timer);
      }
      elapsedMs = Math.max(elapsedMs, untilMs);
    },
    async next() {
      await settle();
      const timer = timers[0];
      if (timer !== undefined) await fire(timer);
      return timer !== undefined;
    },
    get pending() {
      return timers.filter(({ held }) => held).length;
    },
    get pendingUnheld() {
      return timers.filter(({ held }) => !held).length;
    },
  };
}
