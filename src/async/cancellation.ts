/**
 * One place to cancel from and many that hear of it. An `AbortSignal` does the same at fifty times the cost, and keeps
 * memory for every signal derived from it; agents still get a real one, made when they ask for it.
 */
export interface Cancellation {
  readonly cancelled: boolean;
  /** What `cancel` was given; meaningless before. */
  readonly reason: unknown;
  /** Tells every watcher once; later calls do nothing. */
  cancel(reason: unknown): void;
  /** Calls `hear` when cancelled, at once if that has happened. It must not throw. */
  watch(hear: (reason: unknown) => void): void;
  unwatch(hear: (reason: unknown) => void): void;
}

export function cancellation(): Cancellation {
  const watchers = new Set<(reason: unknown) => void>();
  // Plain fields, not getters: this is made for every run, and a getter in a literal costs a microsecond.
  const own: { -readonly [K in keyof Cancellation]: Cancellation[K] } = {
    cancelled: false,
    reason: undefined,
    cancel(reason) {
      if (own.cancelled) return;
      own.cancelled = true;
      own.reason = reason;
      // A watcher may add or remove others: those that were there are told, once each.
      const told = [...watchers];
      watchers.clear();
      for (const hear of told) hear(reason);
    },
    watch(hear) {
      if (own.cancelled) hear(own.reason);
      else watchers.add(hear);
    },
    unwatch(hear) {
      watchers.delete(hear);
    },
  };
  return own;
}

/** A cancellation that is also cancelled with its parent, until it is disposed. */
export function childOf(parent: Cancellation): Cancellation & Disposable {
  const child = cancellation();
  parent.watch(child.cancel);
  return Object.assign(child, { [Symbol.dispose]: () => parent.unwatch(child.cancel) });
}

/** Cancels `target` when `signal` aborts, until disposed; leaves nothing on a signal that outlives it. */
export function follow(signal: AbortSignal | undefined, target: Cancellation): Disposable {
  if (signal === undefined) return { [Symbol.dispose]: () => {} };
  const hear = (): void => target.cancel(signal.reason);
  if (signal.aborted) hear();
  else signal.addEventListener("abort", hear, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", hear) };
}
