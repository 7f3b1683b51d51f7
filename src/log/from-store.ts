import { orCancelled } from "../async/or-cancelled.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { describeThrown, isSoundError, QuorateError } from "../model/errors.ts";

/**
 * A store's answer. Rejects with `STORE_FAILED` if it fails, and with the reason if `cancellation` comes first, because a store may
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
