import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { QuorateError } from "../model/errors.ts";
import { storeFailure } from "./failure.ts";
import { retryBusy } from "./retry-busy.ts";

interface CommitJob {
  /** Returns what the job's promise resolves with, or throws what it rejects with. */
  readonly work: () => unknown;
  readonly settled: PromiseWithResolvers<unknown>;
  answer?: unknown;
  refusal?: QuorateError;
}

export interface GroupCommitOptions {
  readonly db: DatabaseSync;
  /** The store's path, for messages. */
  readonly path: string;
  readonly busyTimeoutMs: number;
  /** Called before a transaction begins. If it throws, all waiting jobs fail. */
  readonly beginning: () => void;
  /** Called when a transaction has begun. */
  readonly begun: () => void;
  /** Called when a transaction was rolled back. */
  readonly undone: () => void;
}

export interface GroupCommit {
  /**
   * Runs `work` in a transaction, and settles when that has ended. If `work` throws a `QuorateError`, only its own promise rejects, so it must not
   * have written anything then.
   */
  add<T>(work: () => T): Promise<T>;
  /** Resolves when everything that was added before has settled. */
  drained(): Promise<void>;
}

/**
 * Runs all jobs that are added within one turn of the event loop in one transaction:
 *
 * `idle → (add) scheduled → (the turn ends) writing → idle`, and `writing → scheduled` if jobs were added while another process held the lock.
 *
 * An error other than a refusal fails the whole transaction with all its jobs. Nothing is remembered between transactions: only the file counts,
 * whichever process wrote it.
 */
export function groupCommit(options: GroupCommitOptions): GroupCommit {
  const { db, path, busyTimeoutMs, beginning, begun, undone } = options;
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  let waiting: CommitJob[] = [];
  let scheduled = false;

  function take(): CommitJob[] {
    const taken = waiting;
    waiting = [];
    return taken;
  }

  function workAll(jobs: readonly CommitJob[]): void {
    for (const job of jobs) {
      try {
        job.answer = job.work();
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        job.refusal = error;
      }
    }
  }

  function transaction(): void {
    beginning();
    begin.run();
    // Taken when the lock is held, so that jobs that were added during the wait are included, in order.
    const jobs = take();
    try {
      begun();
      workAll(jobs);
      commit.run();
    } catch (error) {
      fail(jobs, storeFailure(path, error));
      undo();
      return;
    }
    for (const { settled, answer, refusal } of jobs) {
      if (refusal === undefined) settled.resolve(answer);
      else settled.reject(refusal);
    }
  }

  function undo(): void {
    undone();
    try {
      // A full disk may have rolled back already.
      if (db.isTransaction) rollback.run();
    } catch {
      // Then the next BEGIN fails, and its own jobs get the error.
    }
  }

  async function flush(): Promise<void> {
    try {
      await retryBusy(transaction, busyTimeoutMs);
    } catch (error) {
      fail(take(), storeFailure(path, error));
    }
    scheduled = false;
    if (waiting.length > 0) schedule();
  }

  function schedule(): void {
    scheduled = true;
    setImmediate(() => void flush());
  }

  function add<T>(work: () => T): Promise<T> {
    const settled = Promise.withResolvers<unknown>();
    waiting.push({ work, settled });
    if (!scheduled) schedule();
    // Resolved with what `work` returned.
    return settled.promise as Promise<T>;
  }

  return {
    add,
    async drained() {
      // Jobs settle in the order in which they were added, so an empty one shows that all are done.
      if (scheduled) await add(() => {}).catch(() => undefined);
    },
  };
}

function fail(jobs: readonly CommitJob[], failure: QuorateError): void {
  for (const { settled, refusal } of jobs) settled.reject(refusal ?? failure);
}
