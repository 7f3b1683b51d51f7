import type { DatabaseSync } from "node:sqlite";
import type { RunEvent } from "../model/events.ts";
import type { AppendTo } from "../store/check-append.ts";
import { labelsOf, STATES, teamOf } from "../store/found-by.ts";
import { noSuchRun, ownedRun } from "../store/refuse-take.ts";
import { isEndType, type RunState } from "../store/summary.ts";
import type { GivenUp } from "../store/given-up.ts";
import type { Owners } from "./owners.ts";
import { EVENTS_PER_RUN } from "../store/event-row.ts";
import { EVENT_TYPE } from "./schema.ts";
import type { Seal } from "../store/seal.ts";

/** A run from its row, with its last event's id. */
export interface RunRow extends AppendTo {
  readonly run: number;
  /** `null` if it has no owner. */
  readonly owner: number | null;
  /** Its last `seq` when it was last taken; 0 if it never was. */
  readonly takenSeq: number;
  /** The run's state, if the row has it. */
  readonly state: RunState;
}

/** The runs and their owners. All methods need an open transaction. */
export interface RunTable {
  find(runId: string): RunRow | undefined;
  /** A run from its row; a run that this store has given up has no owner. */
  fromRow(runId: string, row: Readonly<Record<string, unknown>>): RunRow;
  /** Adds a run of this store by its first event, and returns its number. */
  begin(first: RunEvent, state: RunState): number;
  setState(run: number, state: RunState): void;
  /** A description of the process that drives a run. */
  driver(run: RunRow): string | undefined;
  take(runId: string): number;
  release(runId: string, fence: number): void;
}

/** SQL for the id of a run's last event, of the row `run`. */
export const LAST_ID: string = `(
  SELECT max(id) FROM events WHERE id > run * ${EVENTS_PER_RUN} AND id < (run + 1) * ${EVENTS_PER_RUN}
)`;

/** The columns that `runRow` needs. */
export const RUN_COLUMNS: string = `run, owner, fence, taken_seq, state, ${LAST_ID} AS last_id`;

export function runTable(db: DatabaseSync, owners: Owners, givenUp: GivenUp, seal: Seal): RunTable {
  const insert = db.prepare("INSERT INTO runs (run_id, owner, team, state) VALUES (?, ?, ?, ?)");
  const insertLabel = db.prepare("INSERT OR IGNORE INTO labels (label, run_id) VALUES (?, ?)");
  const select = db.prepare(`SELECT ${RUN_COLUMNS} FROM runs WHERE run_id = ?`);
  const setState = db.prepare("UPDATE runs SET state = ? WHERE run = ?");
  const setOwner = db.prepare("UPDATE runs SET owner = ?, fence = ?, taken_seq = ? WHERE run = ?");
  const letGo = db.prepare(
    "UPDATE runs SET owner = NULL WHERE run_id = ? AND owner = ? AND fence = ?",
  );
  const selectType = db.prepare(`SELECT ${EVENT_TYPE} AS type FROM events WHERE id = ?`);

  function fromRow(runId: string, row: Readonly<Record<string, unknown>>): RunRow {
    const run = runRow(row, owners.id);
    return run.held && givenUp.has(runId, run.fence) ? { ...run, held: false, owner: null } : run;
  }

  function find(runId: string): RunRow | undefined {
    // SQLite would replace invalid Unicode, and find another run.
    const row = runId.isWellFormed() ? select.get(runId) : undefined;
    return row && fromRow(runId, row);
  }

  /** The process that drives a run. The run's last event releases it, unless it was taken after that event. */
  function driver(run: RunRow): string | undefined {
    const by = owners.living()(run.owner);
    if (by === undefined || run.lastSeq === run.takenSeq) return by;
    const last = selectType.get(run.run * EVENTS_PER_RUN + run.lastSeq);
    return isEndType(last?.["type"]) ? undefined : by;
  }

  return {
    fromRow,
    find,
    driver,
    begin(first, state) {
      const { runId } = first;
      givenUp.remove(runId, 1);
      for (const label of labelsOf(first)) insertLabel.run(seal.label(label), runId);
      const team = seal.label(teamOf(first));
      return Number(insert.run(runId, owners.id, team, state ?? null).lastInsertRowid);
    },
    setState(run, state) {
      setState.run(state ?? null, run);
    },
    take(runId) {
      const run = find(runId);
      if (run === undefined) throw noSuchRun(runId);
      const by = driver(run);
      if (by !== undefined) throw ownedRun(runId, by);
      owners.beat();
      setOwner.run(owners.id, run.fence + 1, run.lastSeq, run.run);
      return run.fence + 1;
    },
    release(runId, fence) {
      if (runId.isWellFormed()) letGo.run(runId, owners.id, fence);
    },
  };
}

/** A run from its row. */
export function runRow(row: Readonly<Record<string, unknown>>, self: number): RunRow {
  const owner = row["owner"] === null ? null : Number(row["owner"]);
  return {
    run: Number(row["run"]),
    lastSeq: Number(row["last_id"]) % EVENTS_PER_RUN,
    fence: Number(row["fence"]),
    held: owner === self,
    owner,
    takenSeq: Number(row["taken_seq"]),
    state: STATES.find((state) => state === row["state"]),
  };
}
