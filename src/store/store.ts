import type { RunEvent, SupervisorLabel } from "../model/events.ts";
import type { OutcomeStatus } from "../model/outcome.ts";
import type { Values } from "./values.ts";

/** How a run stands. `"interrupted"`: it has not ended, and nobody drives it any more; it waits to be resumed. */
export type RunStatus = OutcomeStatus | "running" | "interrupted" | "cancelled";

/** One run, as a list of runs shows it. */
export interface RunSummary {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  /** Whose run it is, where its caller said so. */
  readonly tenant?: string;
  /** What its caller wrote on it. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Where it is not 0: of runs that wait, those of a higher one are gone on with first. */
  readonly priority?: number;
  readonly startedAtMs: number;
  /** `null` while the run has no last event. */
  readonly endedAtMs: number | null;
  readonly status: RunStatus;
  /** How many events the run has. */
  readonly events: number;
}

/** Which runs are meant: those of which all holds that is given. */
export interface RunQuery {
  /** The name of their supervisor. */
  readonly team?: string;
  readonly status?: RunStatus | readonly RunStatus[];
  readonly tenant?: string;
  /** Tags that they have, with these values. */
  readonly tag?: Readonly<Record<string, string>>;
  /** How their ids begin. */
  readonly prefix?: string;
  /** Those that began at this time or later, in ms since 1970. */
  readonly since?: number;
  /** The id of a run: only those that are listed after it. `RUN_NOT_FOUND` when it is not there. */
  readonly after?: string;
  /** How many at most (100). */
  readonly limit?: number;
}

/** Which runs could be gone on with at once. */
export interface ReadyQuery {
  readonly team: string;
  readonly tenant?: string;
  /** How many at most. */
  readonly limit: number;
  /** The ids of runs that are not meant. */
  readonly without: readonly string[];
}

/** Which runs are erased: those of which all holds that is given, and something is. */
export interface Erasure extends Pick<RunQuery, "tenant" | "tag"> {
  /** The id of one. */
  readonly run?: string;
}

/**
 * Where events are kept, and small values beside them, and who may add to them. Invariants, checked by `storeContract()` of `quorate/testing`:
 *
 * - An `append` is all or nothing, and its events are of one run with consecutive `seq`.
 * - It is refused with `SEQ_TAKEN` unless its first `seq` follows the run's last one (1 for a new run).
 * - When it returns nothing, the events are kept already; when it returns a promise, they are kept once that
 *   resolves, and not visible to any reader before.
 * - What is read equals what was appended, after one trip through JSON.
 * - A run has one owner at a time: the store, as it was opened by one process, that began the run or took it last. Each
 *   owner has a number, the fence: 1 for who began it, one more for each who took it. An append with another number
 *   than the run's is refused with `LEASE_LOST`.
 * - A store that failed lets go: a run that its owner has given up can be taken as soon as the store works again, by that owner too.
 */
export interface Store {
  /** Whether runs outlive what drives them, so that calls are to be logged with what is needed to resume. */
  readonly resumable: boolean;
  /**
   * The largest event that `append` takes, in bytes of its JSON in UTF-8, without `runId`, `seq` and `atMs`. No limit where left
   * out. An answer that would be more is a failure of its agent, and not of the store.
   */
  readonly maxEventBytes?: number;
  /** What is kept beside the runs: cached answers, budgets, what was learned. */
  readonly values: Values;
  /** `fence` is 1 where left out. The first append of a run makes this store its owner. */
  append(events: readonly RunEvent[], fence?: number): void | Promise<void>;
  /** A run's events with `seq` above `afterSeq` (default 0), in order, at most `limit` (default: all); none for an unknown run. */
  read(
    runId: string,
    afterSeq?: number,
    limit?: number,
  ): readonly RunEvent[] | Promise<readonly RunEvent[]>;
  /**
   * A run's events with `seq` above `afterSeq` (default 0), those that are there and then those that come, of whatever process,
   * until the run has ended or is forgotten, or the reader leaves. Goes on while a run waits or is interrupted. Several may follow; who reads
   * slowly holds a part of the log and not all of it. Rejects with `RUN_NOT_FOUND` where there is no such run, with the signal's
   * reason, and with `STORE_FAILED` when the store fails or is closed.
   */
  follow(
    runId: string,
    afterSeq?: number,
    signal?: AbortSignal,
  ): AsyncIterableIterator<RunEvent, undefined>;
  /** How one run stands; `undefined` where there is none. */
  run(runId: string): RunSummary | undefined | Promise<RunSummary | undefined>;
  /** The runs that a query asks for, those that began last first. */
  runs(query?: RunQuery): readonly RunSummary[] | Promise<readonly RunSummary[]>;
  /**
   * The runs that were interrupted or left to others, which nobody drives, those of the highest priority first, and of these those that
   * began first. Where it is left out, whoever goes on with runs lists all that are open.
   */
  ready?(query: ReadyQuery): readonly RunSummary[] | Promise<readonly RunSummary[]>;
  /**
   * Makes this store the owner of a run that is there, and answers with its new fence. Refused with `RUN_OWNED` while its
   * owner lives and has not let go of it (this store included), with `RUN_NOT_FOUND` when there is none. The last event
   * of a run lets go of it. Where it rejects, this store does not own the run.
   */
  take(runId: string): number | Promise<number>;
  /**
   * Lets go of a run, so that it can be taken at once. Does nothing unless `fence` is the run's. Whoever asks does not drive the run any
   * more, also where this rejects: then this store takes the run again as soon as it works, and no longer keeps others from it than
   * until then.
   */
  release(runId: string, fence: number): void | Promise<void>;
  /**
   * Forgets the runs that ended before a time, in ms since 1970, and answers with how many. Runs that have not ended, and
   * ended ones that somebody has taken to go on with, are never forgotten. Values that had expired before that time are
   * forgotten too, and not counted.
   */
  prune(beforeMs: number): number | Promise<number>;
  /**
   * Erases runs, however they stand: their events and large values, and the values that come from them, such as cached answers and what
   * was learned, also of runs that are forgotten already. Answers with how many runs there were. Refused with `RUN_OWNED` while
   * somebody drives one of them: then none is erased, but those that were before it was taken.
   */
  erase(what: Erasure): number | Promise<number>;
  /** Waits for what was appended and releases what the store holds, its runs too. Appending afterwards is refused. */
  close(): void | Promise<void>;
}
