import { MAX_TIMER_MS } from "./clock.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { hear, hearOptions } from "../model/hear.ts";

/**
 * Cancels many watchers from one place. An `AbortSignal` does the same at a far higher cost, and keeps
 * memory for every signal derived from it; agents still get a real one, made when they ask for it.
 *
 * A class, like a run and its journal: they are made for every run, and ten closures each would be most of a run's cost.
 */
export class Cancellation {
  #cancelled = false;
  #reason: unknown;
  #watchers: Set<(reason: unknown) => void> | undefined;
  readonly #look: (() => void) | undefined;

  /**
   * `look` is called on every check while this is not cancelled. It may cancel then, if that depends on the
   * time and a timer may fire late.
   */
  constructor(look?: () => void) {
    this.#look = look;
  }

  get cancelled(): boolean {
    if (!this.#cancelled) this.#look?.();
    return this.#cancelled;
  }

  /** The argument of `cancel`; meaningless before. */
  get reason(): unknown {
    return this.#reason;
  }

  /** Tells every watcher once; later calls do nothing. */
  cancel(reason: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reason = reason;
    // A watcher may add or remove others: those that exist now are told, once each.
    const told = this.#watchers;
    this.#watchers = undefined;
    for (const hear of told ?? []) hear(reason);
  }

  /** Calls `hear` when cancelled, at once if that has happened. `hear` must not throw. */
  watch(hear: (reason: unknown) => void): void {
    if (this.#cancelled) return hear(this.#reason);
    this.#watchers ??= new Set();
    this.#watchers.add(hear);
  }

  unwatch(hear: (reason: unknown) => void): void {
    this.#watchers?.delete(hear);
  }
}

/** Cancels `target` with `source`, until disposed. */
export function cancelWith(source: Cancellation, target: Cancellation): Disposable {
  const hear = (reason: unknown): void => target.cancel(reason);
  source.watch(hear);
  return { [Symbol.dispose]: () => source.unwatch(hear) };
}

/** Cancels `target` when `signal` aborts, until disposed. Removes its listener from the signal. */
export function follow(signal: AbortSignal, target: Cancellation): Disposable {
  hearOptions(signal);
  const cancel = (): void => {
    hear(signal.reason);
    target.cancel(signal.reason);
  };
  try {
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
  } catch (cause) {
    const why = `the signal cannot be listened to: ${describeThrown(cause)}; give that of an AbortController`;
    throw new QuorateError("BAD_OPTIONS", why, { cause });
  }
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", cancel) };
}

/** Like `follow`, and keeps the process alive meanwhile: the timer of `AbortSignal.timeout()` does not, and whoever follows the signal waits for it. */
export function followAwake(signal: AbortSignal, target: Cancellation): Disposable {
  const following = follow(signal, target);
  const awake = keepAwake();
  return {
    [Symbol.dispose]() {
      awake[Symbol.dispose]();
      following[Symbol.dispose]();
    },
  };
}

/** Keeps the process alive until it is disposed, if nothing else does. */
export function keepAwake(): Disposable {
  const timer = setInterval(() => {}, MAX_TIMER_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** A cancellation that is cancelled with the first of several others, until it is disposed. */
export interface Either extends Disposable {
  readonly cancellation: Cancellation;
}

/** Cancelled with the first of two; the first itself if there is no second. */
export function either(first: Cancellation, second: Cancellation | undefined): Either {
  if (second === undefined) return { cancellation: first, [Symbol.dispose]() {} };
  const cancellation = new Cancellation(() => void (first.cancelled || second.cancelled));
  const following = [cancelWith(first, cancellation), cancelWith(second, cancellation)];
  return {
    cancellation,
    [Symbol.dispose]() {
      for (const one of following) one[Symbol.dispose]();
    },
  };
}
