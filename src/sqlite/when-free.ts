import { setTimeout } from "node:timers/promises";
import { isBusy } from "./failure.ts";

const LONGEST_WAIT_MS = 50;

/**
 * Does `attempt`, at once when it can; again while another process holds the lock, for `timeoutMs` in all. SQLite's
 * own busy handler would sleep in this thread, and every timeout and every agent of the process with it.
 */
export async function whenFree<T>(attempt: () => T, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await setTimeout(waitMs);
  }
}

/** Stops this thread, as SQLite does where it waits by itself: for the opening of a file, which answers at once. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
