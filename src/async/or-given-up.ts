import type { Cancellation } from "./cancellation.ts";
import { MAX_TIMER_MS, type Clock } from "./clock.ts";

/** How long a store that does not answer is waited for when nobody wants the answer any more, in ms. */
export const STORE_PATIENCE_MS = 5_000;

/**
 * What is promised; once cancelled, it is waited for so many ms more and then given up: it rejects with the reason, and whatever comes
 * later is not heard. For what ends by itself when it is cancelled, unless something it waits for never answers.
 */
export function orGivenUp<T>(
  promise: Promise<T>,
  cancellation: Cancellation,
  clock: Clock,
  patienceMs: number = STORE_PATIENCE_MS,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: Disposable | undefined;
    const cancel = (reason: unknown): void => {
      timer = clock.timer(Math.min(patienceMs, MAX_TIMER_MS), () => reject(reason));
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
