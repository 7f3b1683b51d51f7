import { orCancelled } from "../async/or-cancelled.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { describeThrown, isSoundError, QuorateError } from "../model/errors.ts";

/**
 * What a store answers. Rejects with `STORE_FAILED` when it fails, and with the reason when `cancellation` comes first: a store may
 * never answer.
 */
export async function fromStore<T>(
  ask: () => T | Promise<T>,
  cancellation?: Cancellation,
): Promise<T> {
  try {
    const answer = ask();
    if (!(answer instanceof Promise) || cancellation === undefined) return await answer;
    return await orCancelled(answer, cancellation);
  } catch (cause) {
    if (cancellation?.cancelled === true && cause === cancellation.reason) throw cause;
    if (isSoundError(cause)) throw cause;
    const why = `the store failed: ${describeThrown(cause)}`;
    throw new QuorateError("STORE_FAILED", why, { cause });
  }
}
