import type { Cancellation } from "./cancellation.ts";

/** What foreign code promises, or the cancellation's reason if that comes first: it may never settle. */
export function orCancelled<T>(promise: PromiseLike<T>, cancellation: Cancellation): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    cancellation.watch(reject);
    promise.then(
      (value) => {
        cancellation.unwatch(reject);
        resolve(value);
      },
      (error: unknown) => {
        cancellation.unwatch(reject);
        reject(error);
      },
    );
  });
}
