import { hear, hearOptions } from "../model/hear.ts";

/**
 * One place to cancel from and many that hear of it. An `AbortSignal` does the same at a far higher cost, and keeps
 * memory for every signal derived from it; agents still get a real one, made when they ask for it.
 *
 * A class, as are a run and its journal: they are made for every run, and ten closures each would be most of its cost.
 */
export class Cancellation {
  #cancelled = false;
  #reason: unknown;
  #watchers: Set<(reason: unknown) => void> | undefined;
  readonly #look: (() => void) | undefined;

  /**
   * `look` is called whenever somebody asks, as long as it is not cancelled: it may cancel it then, where that depends on the
   * time and a timer may ring late.
   */
  constructor(look?: () => void) {
    this.#look = look;
  }

  get cancelled(): boolean {
    if (!this.#cancelled) this.#look?.();
    return this.#cancelled;
  }

  /** What `cancel` was given; meaningless before. */
  get reason(): unknown {
    return this.#reason;
  }

  /** Tells every watcher once; later calls do nothing. */
  cancel(reason: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reason = reason;
    // A watcher may add or remove others: those that were there are told, once each.
    const told = this.#watchers;
    this.#watchers = undefined;
    for (const hear of told ?? []) hear(reason);
  }

  /** Calls `hear` when cancelled, at once if that has happened. It must not throw. */
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

/** Cancels `target` when `signal` aborts, until disposed; leaves nothing on a signal that outlives it. */
export function follow(signal: AbortSignal, target: Cancellation): Disposable {
  hearOptions(signal);
  const cancel = (): void => {
    hear(signal.reason);
    target.cancel(signal.reason);
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", cancel) };
}

/** A cancellation that is cancelled with the first of some others, until it is disposed. */
export interface Either extends Disposable {
  readonly cancellation: Cancellation;
}

/** Of two that may be cancelled whichever is first; the first one itself where there is no second. */
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
