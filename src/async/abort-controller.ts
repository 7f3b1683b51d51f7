import { AsyncLocalStorage } from "node:async_hooks";
import type { Cancellation } from "./cancellation.ts";

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

/** A signal that is aborted with a cancellation, until it is disposed. */
export function signalOf(cancellation: Cancellation): Disposable & Pick<Abort, "signal"> {
  const { signal, abort } = abortController();
  cancellation.watch(abort);
  return { signal, [Symbol.dispose]: () => cancellation.unwatch(abort) };
}
