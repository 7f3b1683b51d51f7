import type { DatabaseSync } from "node:sqlite";
import { labelsFor } from "../store/found-by.ts";
import { ownedRun } from "../store/refuse-take.ts";
import { isErased, type CheckedErasure } from "../store/run-query.ts";
import type { Pruning } from "./prune.ts";
import type { RunList } from "./run-list.ts";
import type { RunTable } from "./run-table.ts";
import type { Seal } from "../store/seal.ts";

/** Erases runs and all that is kept of them. */
export interface Erasing {
  /**
   * In an open transaction: the ids of the matching runs, including forgotten ones of which values are kept. Throws `RUN_OWNED` if one of them is
   * being driven.
   */
  look(what: CheckedErasure): readonly string[];
  /** In an open write transaction: erases them and returns how many there were. Throws like `look`. */
  erase(runIds: readonly string[]): number;
}

export interface ErasingOptions {
  readonly db: DatabaseSync;
  readonly runs: RunTable;
  readonly list: RunList;
  readonly pruner: Pruning;
  readonly seal: Seal;
}

export function erasing({ db, runs, list, pruner, seal }: ErasingOptions): Erasing {
  // As bytes: before version 26 Node reads a text only to its first NUL.
  const selectIds = db.prepare("SELECT CAST(run_id AS BLOB) AS run_id FROM labels WHERE label = ?");
  const deleteValues = db.prepare("DELETE FROM kept_values WHERE run_id = ?");
  const deleteLabels = db.prepare("DELETE FROM labels WHERE run_id = ?");

  function labelled(what: CheckedErasure): readonly string[] {
    const [first = [], ...others] = labelsFor(what).map((label) =>
      selectIds
        .all(seal.label(label))
        .map((row) => Buffer.from(row["run_id"] as Uint8Array).toString()),
    );
    return others.reduce((found, more) => {
      const also = new Set(more);
      return found.filter((runId) => also.has(runId));
    }, first);
  }

  function refuseDriven(runIds: readonly string[]): void {
    for (const runId of runIds) {
      const run = runs.find(runId);
      const by = run === undefined ? undefined : runs.driver(run);
      if (by !== undefined) throw ownedRun(runId, by);
    }
  }

  return {
    look(what) {
      const { runId, tenant, tags } = what;
      const isOnlyId = tenant === undefined && tags.length === 0;
      const found = isOnlyId ? [runId ?? ""] : labelled(what);
      const meant = found.filter((id) => {
        if (runId !== undefined && id !== runId) return false;
        const run = list.run(id);
        // A new run with that id may have begun.
        return run === undefined || isErased(run, what);
      });
      refuseDriven(meant);
      return meant;
    },
    erase(runIds) {
      refuseDriven(runIds);
      let count = 0;
      for (const runId of runIds) {
        const run = runs.find(runId);
        if (run !== undefined) {
          pruner.forgetOne(run.run);
          count += 1;
        }
        deleteValues.run(runId);
        deleteLabels.run(runId);
      }
      return count;
    },
  };
}
