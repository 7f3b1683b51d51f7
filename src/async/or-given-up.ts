import type { Cancellation } from "./cancellation.ts";
import { MAX_TIMER_MS, type Clock } from "./clock.ts";

/** How long to wait for a store that does not answer when the answer is no longer needed, in ms. */
export const STORE_PATIENCE_MS = 5_000;

/**
 * A promise's result. Once cancelled, it waits this many ms more and then gives up: it rejects with the reason, and ignores a later
 * result. For work that ends by itself when it is cancelled, unless something that it waits for never answers. If `done` says how far it has come, it has
 * that long for each step.
 */
export function orGivenUp<T>(
  promise: Promise<T>,
  cancellation: Cancellation,
  clock: Clock,
  patienceMs: number = STORE_PATIENCE_MS,
  done: () => number = () => 0,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: Disposable | undefined;
    const cancel = (reason: unknown): void => {
      const before = done();
      timer = clock.timer(Math.min(patienceMs, MAX_TIMER_MS), () => {
        if (done() === before) reject(reason);
        else cancel(reason);
      });
    };
    const end = (): void => {
      cancellation.unwatch(cancel);
      timer?.[Symbol.dispose]();
    };
    cancellation.watch(cancel);
    promise.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
