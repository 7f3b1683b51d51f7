/** The only source of time. Tests and simulations replace it with `virtualClock()` of `quorate/testing`. */
export interface Clock {
  /** Milliseconds since 1970, for the log. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only go forward, for durations. */
  monotonic(): number;
  /**
   * Calls `fire` once after `delayMs`; disposing cancels it. With `hold: false` the timer does not
   * keep the process alive.
   */
  timer(delayMs: number, fire: () => void, options?: { readonly hold?: boolean }): Timer;
}

/** A timer that is set. If the clock supports it, you can change whether it keeps the process alive. */
export interface Timer extends Disposable {
  ref?(): unknown;
  unref?(): unknown;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(delayMs, fire, options) {
    const timeout = setTimeout(fire, delayMs);
    if (options?.hold === false) timeout.unref();
    return timeout;
  },
};

/** The longest delay that a Node timer keeps: 2^31 − 1 ms, about 24.8 days. */
export const MAX_TIMER_MS = 2_147_483_647;
