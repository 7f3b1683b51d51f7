import type { DatabaseSync, StatementSync } from "node:sqlite";
import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { checkAppend } from "../store/check-append.ts";
import type { RunSummary } from "../store/store.ts";
import { summary } from "../store/summary.ts";
import { EVENTS_PER_RUN } from "./schema.ts";

// 10^9 bytes is the most that SQLite takes, and a character may need 3 of them.
const MAX_BODY_CHARS = 333_000_000;

/** An event as a row holds it, apart from its place. */
export interface Row {
  readonly seq: number;
  readonly atMs: number;
  readonly body: string;
}

interface RunEnd {
  readonly run: number;
  readonly lastSeq: number;
}

/** Writes one append. Throws as `checkAppend` does, and has written nothing then. */
export type Write = (events: readonly RunEvent[], rows: readonly Row[]) => void;

/** Reads and writes events. */
export interface EventTable {
  /** For one open transaction, within which nobody else writes. */
  writer(): Write;
  read(runId: string, afterSeq: number): readonly RunEvent[];
  runs(limit: number): readonly RunSummary[];
}

/** What an event becomes in the table. Throws `STORE_FAILED` when it has no JSON, or one that is too large. */
export function toRow(event: RunEvent): Row {
  const { seq, atMs } = event;
  if (!Number.isFinite(atMs) || seq >= EVENTS_PER_RUN) {
    throw new QuorateError(
      "STORE_FAILED",
      `Event ${seq} at ${atMs} ms has a seq or a time that cannot be stored.`,
    );
  }
  let body: string;
  try {
    // What stands in columns is left out; JSON drops what is undefined.
    body = JSON.stringify({ ...event, runId: undefined, seq: undefined, atMs: undefined });
  } catch (cause) {
    throw new QuorateError("STORE_FAILED", `Event ${seq} (${event.type}) has no JSON form.`, {
      cause,
    });
  }
  if (body.length > MAX_BODY_CHARS) {
    throw new QuorateError(
      "STORE_FAILED",
      `Event ${seq} (${event.type}) has ${body.length} characters of JSON; at most ${MAX_BODY_CHARS} can be stored.`,
    );
  }
  return { seq, atMs, body };
}

export function eventTable(db: DatabaseSync): EventTable {
  const insertRun = db.prepare("INSERT INTO runs (run_id) VALUES (?)");
  const insertEvent = db.prepare("INSERT INTO events (id, at_ms, body) VALUES (?, ?, ?)");
  const findRun = db.prepare(`
    SELECT run, (
      SELECT max(id) FROM events WHERE id > run * ${EVENTS_PER_RUN} AND id < (run + 1) * ${EVENTS_PER_RUN}
    ) AS lastId
    FROM runs WHERE run_id = ?`);
  const selectEvents = db.prepare(`
    SELECT id, at_ms, body FROM events
    WHERE id > ? AND id < ? ORDER BY id`);
  const selectEvent = db.prepare("SELECT id, at_ms, body FROM events WHERE id = ?");
  const selectRuns = db.prepare(`
    SELECT run, run_id, (
      SELECT max(id) FROM events WHERE id > run * ${EVENTS_PER_RUN} AND id < (run + 1) * ${EVENTS_PER_RUN}
    ) AS lastId
    FROM runs ORDER BY run DESC LIMIT ?`);

  return {
    writer() {
      const ends = new Map<string, RunEnd>();
      return (events, rows) => {
        const runId = events[0]?.runId ?? "";
        const end = ends.get(runId) ?? find(findRun, runId);
        checkAppend(events, end?.lastSeq ?? 0);
        const run = end?.run ?? Number(insertRun.run(runId).lastInsertRowid);
        for (const { seq, atMs, body } of rows)
          insertEvent.run(run * EVENTS_PER_RUN + seq, atMs, body);
        ends.set(runId, { run, lastSeq: (end?.lastSeq ?? 0) + rows.length });
      };
    },
    read(runId, afterSeq) {
      const known = find(findRun, runId);
      if (known === undefined) return [];
      const firstId = known.run * EVENTS_PER_RUN;
      return selectEvents
        .all(firstId + Math.min(afterSeq, EVENTS_PER_RUN), firstId + EVENTS_PER_RUN)
        .map((row) => toEvent(runId, row));
    },
    runs(limit) {
      return selectRuns.all(limit).map((row) => {
        const runId = String(row["run_id"]);
        const first = selectEvent.get(Number(row["run"]) * EVENTS_PER_RUN + 1);
        const last = selectEvent.get(Number(row["lastId"]));
        if (first === undefined || last === undefined)
          throw unreadable(runId, "an event is missing");
        return summary(toEvent(runId, first), toEvent(runId, last));
      });
    },
  };
}

function find(statement: StatementSync, runId: string): RunEnd | undefined {
  // SQLite would replace what is not valid Unicode, and find another run's events.
  const row = runId.isWellFormed() ? statement.get(runId) : undefined;
  return row && { run: Number(row["run"]), lastSeq: Number(row["lastId"]) % EVENTS_PER_RUN };
}

function toEvent(runId: string, row: Readonly<Record<string, unknown>>): RunEvent {
  const seq = Number(row["id"]) % EVENTS_PER_RUN;
  try {
    // Written by toRow from an event of this type.
    return {
      runId,
      seq,
      atMs: Number(row["at_ms"]),
      ...JSON.parse(String(row["body"])),
    } as RunEvent;
  } catch (cause) {
    throw unreadable(runId, `event ${seq} is not JSON`, cause);
  }
}

function unreadable(runId: string, why: string, cause?: unknown): QuorateError {
  return new QuorateError(
    "STORE_FAILED",
    `The log of run ${JSON.stringify(runId)} was changed from outside: ${why}.`,
    {
      cause,
    },
  );
}
