import type { ExecutorFactory } from "../executor/executor.ts";
import type { MakeLimiter } from "../limits/store-limiter.ts";
import { memoryStore, type MemoryStore, type MemoryOptions } from "../store/memory.ts";
import type { Store } from "../store/store.ts";

/** Where a team's events, limits and work live. What is left out is this process's own. */
export interface Backend {
  /** Keeps events and values, and says who drives which run. */
  readonly store: Store;
  /**
   * Makes what says when attempts of a run may go. Where left out: the limiter of this process, which keeps in the store what has a
   * `scope`, so that it holds for all processes that have the store open.
   */
  readonly limiter?: MakeLimiter;
  /** Makes what carries attempts out, once for all runs of a supervisor. Where left out: this process. */
  readonly executor?: ExecutorFactory;
}

/** A backend in this process. */
export interface MemoryBackend extends Backend, Disposable {
  readonly store: MemoryStore;
  close(): void;
}

/**
 * Keeps runs in this process and nowhere else: the last 100 that ended, and all that have not. Answers at once. Throws `BAD_OPTIONS` for a
 * bad option.
 */
export function memory(options: MemoryOptions = {}): MemoryBackend {
  const store = memoryStore(options);
  return {
    store,
    close: () => store.close(),
    [Symbol.dispose]: () => store.close(),
  };
}
