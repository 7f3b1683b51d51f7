import type { DatabaseSync } from "node:sqlite";
import { isAskedFor, noRunToGoOnFrom, type CheckedQuery } from "../store/run-query.ts";
import type { RunStatus, RunSummary } from "../store/store.ts";
import { stateAfter, summaryOf } from "../store/summary.ts";
import type { EventTable } from "./event-table.ts";
import type { Owners } from "./owners.ts";
import { labelsFor, STATES } from "../store/found-by.ts";
import { RUN_COLUMNS, type RunRow, type RunTable } from "./run-table.ts";
import { EVENTS_PER_RUN } from "../store/event-row.ts";
import type { Seal } from "../store/seal.ts";

/** Finds runs by their properties. All methods need an open transaction. */
export interface RunList {
  run(runId: string): RunSummary | undefined;
  /** Throws `RUN_NOT_FOUND` if the run to continue after does not exist. */
  list(query: CheckedQuery): readonly RunSummary[];
}

const BY_LOG: ReadonlySet<RunStatus> = new Set(STATES);

export function runList(
  db: DatabaseSync,
  runs: RunTable,
  table: EventTable,
  owners: Owners,
  seal: Seal,
): RunList {
  const selectTime = db.prepare("SELECT at_ms FROM events WHERE id = ?");
  const statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  function statement(sql: string): ReturnType<DatabaseSync["prepare"]> {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  }

  function listed(
    runId: string,
    { run, lastSeq, owner, state: kept }: RunRow,
    living: ReturnType<Owners["living"]>,
  ): RunSummary {
    const firstId = run * EVENTS_PER_RUN;
    const first = table.readHead(runId, firstId + 1);
    const lastId = firstId + lastSeq;
    const last = kept === undefined ? table.readHead(runId, lastId) : undefined;
    const state = last === undefined ? kept : stateAfter(last);
    const atMs = last?.atMs ?? Number(selectTime.get(lastId)?.["at_ms"]);
    return summaryOf(first, { state, atMs, seq: lastSeq, driven: living(owner) !== undefined });
  }

  return {
    run(runId) {
      const row = runs.find(runId);
      return row && listed(runId, row, owners.living());
    },
    list(query) {
      const { after, limit } = query;
      const from = after === undefined ? undefined : runs.find(after);
      if (after !== undefined && from === undefined) throw noRunToGoOnFrom(after);
      const { where, values } = conditions(query, from?.run, seal);
      const select = statement(
        `SELECT CAST(run_id AS BLOB) AS run_id, ${RUN_COLUMNS} FROM runs ${where} ORDER BY run DESC`,
      );
      const living = owners.living();
      const found: RunSummary[] = [];
      if (limit === 0) return found;
      for (const row of select.iterate(...values)) {
        // As bytes: before version 26 Node reads a text only to its first NUL.
        const runId = Buffer.from(row["run_id"] as Uint8Array).toString();
        const run = listed(runId, runs.fromRow(runId, row), living);
        // The row may have been filled by an earlier version, or belong to an earlier run with the same id.
        if (isAskedFor(run, query)) found.push(run);
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}

type BoundValue = string | number | Uint8Array;

function conditions(
  query: CheckedQuery,
  beforeRun: number | undefined,
  seal: Seal,
): { readonly where: string; readonly values: readonly BoundValue[] } {
  const { team, statuses, prefix, sinceMs } = query;
  const all: string[] = [];
  const values: BoundValue[] = [];
  const add = (condition: string, ...bound: readonly BoundValue[]): void => {
    all.push(condition);
    values.push(...bound);
  };
  if (beforeRun !== undefined) add("run < ?", beforeRun);
  if (team !== undefined) add("team = ?", seal.label(team));
  if (statuses !== undefined) {
    const states = [...statuses].filter((status) => BY_LOG.has(status));
    const known = states.map(() => "?").join(", ");
    add(
      states.length === 0 ? "state IS NULL" : `(state IN (${known}) OR state IS NULL)`,
      ...states,
    );
  }
  for (const label of labelsFor(query))
    add("run_id IN (SELECT run_id FROM labels WHERE label = ?)", seal.label(label));
  if (prefix !== undefined && prefix.isWellFormed()) {
    // Texts are compared as UTF-8, in which no byte is 255.
    const end = Buffer.concat([Buffer.from(prefix), Buffer.from([255])]);
    add("run_id >= ? AND run_id < CAST(? AS TEXT)", prefix, end);
  }
  if (sinceMs !== undefined) {
    const first = `SELECT 1 FROM events WHERE id = run * ${EVENTS_PER_RUN} + 1 AND at_ms >= ?`;
    add(`EXISTS (${first})`, sinceMs);
  }
  return { where: all.length === 0 ? "" : `WHERE ${all.join(" AND ")}`, values };
}
