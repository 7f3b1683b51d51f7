import { AsyncLocalStorage } from "node:async_hooks";

/** A signal, and how it is aborted. */
export interface Abort {
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
}

/**
 * A signal whose listeners run in the async context in which this is called, whoever aborts it: what times an attempt out, or cancels
 * it, may be a timer or a caller of another run.
 */
export function abortController(): Abort {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: AsyncLocalStorage.bind((reason: unknown) => controller.abort(reason)),
  };
}
