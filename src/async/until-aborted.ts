import { hear } from "../model/hear.ts";

/** A promise's result, or the signal's reason if it is aborted first. Leaves no listener on the signal. */
export async function untilAborted<T>(
  all: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return all;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([all, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    // A result after the abort is dropped.
    if (signal.aborted) hear(all);
  }
}
