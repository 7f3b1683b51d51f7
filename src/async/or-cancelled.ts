import type { Cancellation } from "./cancellation.ts";
import { hear } from "../model/hear.ts";

/**
 * The result of foreign code's promise, or the cancellation's reason if that comes first, because the promise may never settle. A later
 * result is heard and dropped.
 */
export function orCancelled<T>(promise: PromiseLike<T>, cancellation: Cancellation): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    cancellation.watch(reject);
    promise.then(
      (value) => {
        if (cancellation.cancelled) hear(value);
        cancellation.unwatch(reject);
        resolve(value);
      },
      (error: unknown) => {
        if (cancellation.cancelled) hear(error);
        cancellation.unwatch(reject);
        reject(error);
      },
    );
  });
}
