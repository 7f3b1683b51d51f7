import { hear } from "../model/hear.ts";

/** What is promised, or the signal's reason when it is aborted before. Nothing is left on a signal that outlives it. */
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
    // What comes after the abort is nobody's any more.
    if (signal.aborted) hear(all);
  }
}
