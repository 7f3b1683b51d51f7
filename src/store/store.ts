import type { RunEvent, SupervisorLabel } from "../model/events.ts";
import type { OutcomeStatus } from "../model/outcome.ts";
import type { Values } from "./values.ts";

/** The status of a run. `"interrupted"`: it has not ended, and no process drives it; it waits to be resumed. */
export type RunStatus = OutcomeStatus | "running" | "interrupted" | "cancelled";

/** One run, as a list of runs shows it. */
export interface RunSummary {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  /** Whose run it is, if its caller said so. */
  readonly tenant?: string;
  /** Its caller's labels. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Its priority, if not 0: waiting runs of a higher priority are resumed first. */
  readonly priority?: number;
  readonly startedAtMs: number;
  /** `null` while the run has no last event. */
  readonly endedAtMs: number | null;
  readonly status: RunStatus;
  /** How many events the run has. */
  readonly events: number;
}

/** Selects runs: all given conditions must hold. */
export interface RunQuery {
  /** The name of their supervisor. */
  readonly team?: string;
  readonly status?: RunStatus | readonly RunStatus[];
  readonly tenant?: string;
  /** Tags that they must have, with these values. */
  readonly tag?: Readonly<Record<string, string>>;
  /** The beginning of their ids. */
  readonly prefix?: string;
  /** Those that began at this time or later, in ms since 1970. */
  readonly since?: number;
  /** The id of a run: only those that are listed after it. `RUN_NOT_FOUND` if there is none. */
  readonly after?: string;
  /** How many at most (100). */
  readonly limit?: number;
}

/** Selects runs that can continue at once. */
export interface ReadyQuery {
  readonly team: string;
  readonly tenant?: string;
  /** How many at most. */
  readonly limit: number;
  /** The ids of runs to leave out. */
  readonly without: readonly string[];
}

/** Selects runs to erase: all given conditions must hold, and at least one must be given. */
export interface Erasure extends Pick<RunQuery, "tenant" | "tag"> {
  /** The id of a run. */
  readonly run?: string;
}

/**
 * Keeps events and small values, and decides who may add events. Invariants, checked by `storeContract()` of `quorate/testing`:
 *
 * - An `append` is all or nothing, and its events are of one run with consecutive `seq`.
 * - It is refused with `SEQ_TAKEN` unless its first `seq` follows the run's last one (1 for a new run).
 * - When it returns nothing, the events are kept already; when it returns a promise, they are kept once that
 *   resolves, and not visible to any reader before.
 * - What is read equals what was appended, after one trip through JSON.
 * - A run has one owner at a time: the store, as opened by one process, that began the run or took it last. Each
 *   owner has a number, the fence: 1 for the one that began it, one more for each that took it. An append with another number
 *   than the run's is refused with `LEASE_LOST`.
 * - A run is driven until its owner releases it, or appends a last event after it began or took the run; it can be taken then, and until it is
 *   taken its owner may still append.
 * - An `afterSeq` or `limit` that is not a number above 0 counts as 0, and a fraction is cut off. A time may be infinite.
 * - A store that failed still releases: a run that its owner has given up can be taken as soon as the store works again, even by that owner.
 */
export interface Store {
  /** Whether runs outlive their process, so that calls must be logged with what a resume needs. */
  readonly resumable: boolean;
  /**
   * The largest event that `append` takes, in bytes of its JSON in UTF-8, without `runId`, `seq` and `atMs`. Default: no
   * limit. An answer that would be larger is a failure of its agent, not of the store.
   */
  readonly maxEventBytes?: number;
  /** Values beside the runs: cached answers, budgets, what was learned. */
  readonly values: Values;
  /** Default `fence`: 1. The first append of a run makes this store its owner. */
  append(events: readonly RunEvent[], fence?: number): void | Promise<void>;
  /** A run's events with `seq` above `afterSeq` (default 0), in order, at most `limit` (default: all); none for an unknown run. */
  read(
    runId: string,
    afterSeq?: number,
    limit?: number,
  ): readonly RunEvent[] | Promise<readonly RunEvent[]>;
  /**
   * A run's events with `seq` above `afterSeq` (default 0): the existing ones and then each new one, from any process,
   * until the run has ended or is deleted, or the reader leaves. Continues while a run waits or is interrupted. Any number of readers may follow; a slow
   * reader holds a part of the log in memory, not all of it. Rejects with `RUN_NOT_FOUND` if there is no such run, with the signal's
   * reason, and with `STORE_FAILED` if the store fails or is closed.
   */
  follow(
    runId: string,
    afterSeq?: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<RunEvent, undefined>;
  /** The state of one run; `undefined` if there is none. */
  run(runId: string): RunSummary | undefined | Promise<RunSummary | undefined>;
  /** The runs that a query asks for, those that began last first. */
  runs(query?: RunQuery): readonly RunSummary[] | Promise<readonly RunSummary[]>;
  /**
   * The interrupted and enqueued runs that no process drives: those of the highest priority first, and of these the oldest
   * first. Optional: without it, all open runs are listed to find them.
   */
  ready?(query: ReadyQuery): readonly RunSummary[] | Promise<readonly RunSummary[]>;
  /**
   * Makes this store the owner of an existing run, and returns its new fence. Refused with `RUN_OWNED` while its
   * owner lives and has not released it (even if this store is the owner), and with `RUN_NOT_FOUND` if there is none. If it rejects, this store does not own the run.
   */
  take(runId: string): number | Promise<number>;
  /**
   * Releases a run, so that it can be taken at once. Does nothing unless `fence` is the run's. The caller does not drive the run any
   * more, even if this rejects: then this store releases the run as soon as it works again, and can take it itself before
   * that.
   */
  release(runId: string, fence: number): void | Promise<void>;
  /**
   * Deletes the runs that ended before a time, in ms since 1970, and returns how many. Runs that have not ended, and
   * ended ones that a process has taken to continue, are never deleted. Values that had expired before that time are
   * deleted, too, and not counted.
   */
  prune(beforeMs: number): number | Promise<number>;
  /**
   * Erases runs, whatever their status: their events and large values, and the values that come from them, such as cached answers and what
   * was learned, also for runs that were pruned before. Returns how many runs there were. Refused with `RUN_OWNED` while
   * a process drives one of them: then none is erased, except those that came before that one was taken.
   */
  erase(what: Erasure): number | Promise<number>;
  /** Waits for pending appends and releases what the store holds, including its runs. Appending afterwards is refused. */
  close(): void | Promise<void>;
}
