import type { Cancellation } from "./cancellation.ts";
import { hear } from "../model/hear.ts";

/**
 * What foreign code promises, or the cancellation's reason if that comes first: it may never settle. What comes after that is
 * heard, and nobody else gets it.
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
