import type { DatabaseSync } from "node:sqlite";
import type { RunEvent } from "../model/events.ts";
import { stateAfter } from "../store/summary.ts";
import { teamOf } from "../store/found-by.ts";
import { LAST_ID } from "./run-table.ts";
import { EVENTS_PER_RUN } from "../store/event-row.ts";
import type { Seal } from "../store/seal.ts";

/** Whether an earlier version has written runs whose rows lack the columns that queries use. */
export function hasUnknownRuns(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM runs WHERE team IS NULL LIMIT 1").get() !== undefined;
}

/** In an open transaction: fills these columns from the runs' logs. */
export function learnRuns(db: DatabaseSync, seal: Seal): void {
  const select = db.prepare(`SELECT run, ${LAST_ID} AS last_id FROM runs WHERE team IS NULL`);
  const selectBody = db.prepare("SELECT body FROM events WHERE id = ?");
  const update = db.prepare("UPDATE runs SET team = ?, state = ? WHERE run = ?");

  /** An event without its large members; empty if it cannot be read, which is reported when the run is read. */
  function eventAt(id: number): Partial<RunEvent> {
    try {
      return Object(seal.open(String(selectBody.get(id)?.["body"]))) as Partial<RunEvent>;
    } catch {
      return {};
    }
  }

  for (const row of select.all()) {
    const run = Number(row["run"]);
    const team = teamOf(eventAt(run * EVENTS_PER_RUN + 1));
    const state = stateAfter(eventAt(Number(row["last_id"])) as RunEvent);
    update.run(seal.label(team), state ?? null, run);
  }
}

/** In an open transaction: fills in the run of an earlier version's values, if the values name it. */
export function learnValues(db: DatabaseSync, seal: Seal): void {
  const update = db.prepare("UPDATE kept_values SET run_id = ? WHERE value = ?");
  const select = db.prepare("SELECT value, body FROM kept_values");
  for (const { value, body } of select.all()) {
    const runId = runOf(seal, body);
    if (runId !== undefined) update.run(runId, Number(value));
  }
}

/** The run of a kept answer, or of what a run has taught. */
function runOf(seal: Seal, body: unknown): string | undefined {
  try {
    const { runId, answer } = Object(seal.open(String(body)));
    const from: unknown = runId ?? Object(Object(answer).from).runId;
    return typeof from === "string" ? from : undefined;
  } catch {
    return undefined;
  }
}
