import { AsyncLocalStorage } from "node:async_hooks";
import type { Cancellation } from "./cancellation.ts";

/** A signal, and the function that aborts it. */
export interface Abort {
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
}

/**
 * A signal whose listeners run in the async context in which this is called, not in that of the timer or of another run's caller that aborts it.
 */
export function abortController(): Abort {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: AsyncLocalStorage.bind((reason: unknown) => controller.abort(reason)),
  };
}

/** A signal for those who look at it. */
export interface Stopping {
  readonly signal: AbortSignal | undefined;
}

/** A signal that is aborted with a cancellation, until it is disposed. It is made when somebody looks at it, which is seldom. */
export function signalOf(cancellation: Cancellation): Disposable & Pick<Abort, "signal"> {
  return new CancellationSignal(cancellation);
}

class CancellationSignal implements Disposable {
  readonly #cancellation: Cancellation;
  #made: Abort | undefined;

  constructor(cancellation: Cancellation) {
    this.#cancellation = cancellation;
  }

  get signal(): AbortSignal {
    if (this.#made === undefined) {
      this.#made = abortController();
      this.#cancellation.watch(this.#made.abort);
    }
    return this.#made.signal;
  }

  [Symbol.dispose](): void {
    if (this.#made !== undefined) this.#cancellation.unwatch(this.#made.abort);
  }
}
