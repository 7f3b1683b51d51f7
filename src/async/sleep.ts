import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";

/** Waits `delayMs`; rejects with the reason as soon as cancelled. */
export function sleep(clock: Clock, delayMs: number, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.timer(delayMs, () => {
      cancellation.unwatch(cancel);
      resolve();
    });
    const cancel = (reason: unknown): void => {
      timer[Symbol.dispose]();
      reject(reason);
    };
    cancellation.watch(cancel);
  });
}
