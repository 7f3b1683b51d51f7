import type { AgentRegistry, ExecutorFactory } from "../executor/executor.ts";
import type { MakeLimiter } from "../limits/scope/store-limiter.ts";
import { memoryStore, type MemoryStore, type MemoryOptions } from "../store/memory.ts";
import type { Store } from "../store/store.ts";

/** Where a team's events, limits and work live. A part that is left out is this process's own. */
export interface Backend {
  /** Keeps events and values, and decides which process drives which run. */
  readonly store: Store;
  /**
   * Makes the limiter, which says when attempts of a run may start. Default: the limiter of this process. It keeps what has a
   * `scope` in the store, so that it holds for all processes that have the store open.
   */
  readonly limiter?: MakeLimiter;
  /** Makes the executor, which carries out attempts; once for all runs of a supervisor. Default: this process. */
  readonly executor?: ExecutorFactory;
  /** Carries out attempts that other processes have sent. Without it, the backend reaches no other process. */
  readonly takeAttempts?: TakeAttempts;
}

/** Takes attempts of these agents of a team, at most so many at once, until it is closed. */
export type TakeAttempts = (
  agents: AgentRegistry,
  team: string,
  options: {
    readonly atOnce: number;
    readonly onTaken?: ((taken: TakenAttempt) => void) | undefined;
  },
) => TakingAttempts;

/** An attempt that was carried out for another process. */
export interface TakenAttempt {
  readonly runId: string;
  /** The agent's place in its team. */
  readonly agent: string;
  readonly attempt: number;
  /** `lost`: another process had taken its row by then, so nothing of it was kept. */
  readonly ended: "answered" | "failed" | "lost";
}

/** A process that takes attempts. */
export interface TakingAttempts extends AsyncDisposable {
  /**
   * Takes no more attempts, and resolves when those under way have stopped. Agents that are still at work after `withinMs` (no limit) are told to stop, and
   * their attempts fail.
   */
  close(withinMs?: number): Promise<void>;
}

/** A backend in this process. */
export interface MemoryBackend extends Backend, Disposable {
  readonly store: MemoryStore;
  close(): void;
}

/**
 * Keeps runs only in this process: the last 100 that ended, and all that have not. Answers synchronously. Throws `BAD_OPTIONS` for a
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
