import { describeThrown, isSoundError, QuorateError } from "../../errors.ts";

/** What a store answers. Rejects with `STORE_FAILED` when it does not. */
export async function fromStore<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (isSoundError(cause)) throw cause;
    const why = `the store could not be read: ${describeThrown(cause)}`;
    throw new QuorateError("STORE_FAILED", why, { cause });
  }
}
