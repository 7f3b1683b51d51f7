import { setTimeout } from "node:timers/promises";
import { isBusy } from "./failure.ts";

const LONGEST_WAIT_MS = 50;

/**
 * Runs `attempt`, at once if possible; if another process holds the lock, again, for `timeoutMs` in all. SQLite's own busy handler would block
 * this thread, and with it every timeout and agent of the process.
 */
export async function retryBusy<T>(attempt: () => T, timeoutMs: number): Promise<T> {
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

/** Blocks this thread, as SQLite's own waiting does: for opening a file, which is synchronous. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
