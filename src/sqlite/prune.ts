import type { DatabaseSync } from "node:sqlite";
import { isEndType } from "../store/summary.ts";
import type { Owners } from "./owners.ts";
import { LAST_ID, runRow, type RunRow } from "./run-table.ts";
import { EVENTS_PER_RUN } from "../store/event-row.ts";
import { EVENT_TYPE } from "./schema.ts";

// Runs per portion: between two portions other processes get the lock, and this process continues its other work.
export const RUNS_PER_PORTION = 100;

/** Some of the file's runs, in the order of their numbers. */
export interface Portion {
  /** Those that may be removed. */
  readonly old: readonly number[];
  /** Where the next portion begins, or `undefined` for the last one. */
  readonly afterRun: number | undefined;
}

export interface Pruning {
  /** In an open transaction: looks at the next portion of runs. */
  look(beforeMs: number, afterRun: number): Portion;
  /**
   * In an open write transaction: removes those that still may be, with the large values that only they had. Returns the number of runs.
   */
  forget(runs: readonly number[], beforeMs: number): number;
  /** In an open transaction: whether `forgetLabels` has anything to remove. */
  hasLostLabels(): boolean;
  /** In an open transaction: removes the labels of removed runs of which no value is kept any more. */
  forgetLabels(): void;
  /** In an open transaction: removes a run by its number, with the large values that only it had. */
  forgetOne(run: number): void;
}

/** Removes runs that ended before a time and have not been taken since. */
export function pruning(db: DatabaseSync, owners: Owners): Pruning {
  const columns = `run, owner, fence, taken_seq, ${LAST_ID} AS last_id`;
  const selectRuns = db.prepare(`SELECT ${columns} FROM runs WHERE run > ? ORDER BY run LIMIT ?`);
  const selectRun = db.prepare(`SELECT ${columns} FROM runs WHERE run = ?`);
  const selectLast = db.prepare(`SELECT at_ms, ${EVENT_TYPE} AS type FROM events WHERE id = ?`);
  const deleteRun = db.prepare("DELETE FROM runs WHERE run = ?");
  // What is kept of a run beyond its end can still be erased by its labels.
  const deleteLabels = db.prepare(`
    DELETE FROM labels WHERE run_id = (SELECT run_id FROM runs WHERE run = ?)
    AND NOT EXISTS (SELECT 1 FROM kept_values WHERE kept_values.run_id = labels.run_id)`);
  const deleteLost = db.prepare(`
    DELETE FROM labels WHERE run_id NOT IN (SELECT run_id FROM runs)
    AND NOT EXISTS (SELECT 1 FROM kept_values WHERE kept_values.run_id = labels.run_id)`);
  const selectLost = db.prepare(`
    SELECT 1 FROM labels WHERE run_id NOT IN (SELECT run_id FROM runs)
    AND NOT EXISTS (SELECT 1 FROM kept_values WHERE kept_values.run_id = labels.run_id) LIMIT 1`);
  const deleteEvents = db.prepare("DELETE FROM events WHERE id > ? AND id < ?");
  const deleteParts = db.prepare("DELETE FROM parts WHERE event > ? AND event < ? RETURNING blob");
  const deleteBlob = db.prepare(`
    DELETE FROM blobs WHERE blob = ?
    AND NOT EXISTS (SELECT 1 FROM parts WHERE parts.blob = blobs.blob)`);

  function isOld(run: RunRow, beforeMs: number, living: ReturnType<Owners["living"]>): boolean {
    const last = selectLast.get(run.run * EVENTS_PER_RUN + run.lastSeq);
    if (!isEndType(last?.["type"]) || !(Number(last?.["at_ms"]) < beforeMs)) return false;
    return run.takenSeq < run.lastSeq || living(run.owner) === undefined;
  }

  function forgetOne(run: number): void {
    const ids = [run * EVENTS_PER_RUN, (run + 1) * EVENTS_PER_RUN] as const;
    const blobs = new Set(deleteParts.all(...ids).map(({ blob }) => Number(blob)));
    deleteEvents.run(...ids);
    deleteLabels.run(run);
    deleteRun.run(run);
    for (const blob of blobs) deleteBlob.run(blob);
  }

  return {
    forgetOne,
    hasLostLabels: () => selectLost.get() !== undefined,
    forgetLabels() {
      deleteLost.run();
    },
    look(beforeMs, afterRun) {
      const living = owners.living();
      const runs = selectRuns.all(afterRun, RUNS_PER_PORTION).map((row) => runRow(row, owners.id));
      const old = runs.filter((run) => isOld(run, beforeMs, living)).map(({ run }) => run);
      return { old, afterRun: runs.length < RUNS_PER_PORTION ? undefined : runs.at(-1)?.run };
    },
    forget(runs, beforeMs) {
      const living = owners.living();
      let count = 0;
      for (const run of runs) {
        const row = selectRun.get(run);
        if (row === undefined || !isOld(runRow(row, owners.id), beforeMs, living)) continue;
        forgetOne(run);
        count += 1;
      }
      return count;
    },
  };
}
