import type { DatabaseSync } from "node:sqlite";
import type { RunEvent } from "../events.ts";
import { checkAppend, type AppendTo } from "../store/check-append.ts";
import type { RunSummary } from "../store/store.ts";
import { summary } from "../store/summary.ts";
import { toEvent, type EventRow, type LargePart } from "./event-row.ts";
import type { Owners } from "./owners.ts";
import { LAST_ID, type RunTable } from "./run-table.ts";
import { EVENTS_PER_RUN } from "./schema.ts";
import { changedOutside, type Seal } from "./seal.ts";

interface Known extends AppendTo {
  readonly run: number;
}

/** Writes and reads events. */
export interface EventTable {
  /** Runs are looked up again: another transaction begins, or their owners have changed. */
  forget(): void;
  /** For an open transaction, within which nobody else writes. Throws as `checkAppend` does, and has written nothing then. */
  append(events: readonly RunEvent[], rows: readonly EventRow[], fence: number): void;
  /** For an open transaction, like `runs`: they ask several times, and see one state of the file. */
  read(runId: string, afterSeq: number): readonly RunEvent[];
  runs(limit: number): readonly RunSummary[];
}

export function eventTable(
  db: DatabaseSync,
  runs: RunTable,
  owners: Owners,
  seal: Seal,
): EventTable {
  const insertEvent = db.prepare("INSERT INTO events (id, at_ms, body) VALUES (?, ?, ?)");
  const insertPart = db.prepare("INSERT INTO parts (event, member, blob) VALUES (?, ?, ?)");
  const findBlob = db.prepare("SELECT blob FROM blobs WHERE hash = ?");
  const insertBlob = db.prepare("INSERT INTO blobs (hash, body) VALUES (?, ?)");
  const selectEvents = db.prepare(
    "SELECT id, at_ms, body FROM events WHERE id > ? AND id < ? ORDER BY id",
  );
  const selectEvent = db.prepare("SELECT id, at_ms, body FROM events WHERE id = ?");
  const selectParts = db.prepare(`
    SELECT event, member, body FROM parts LEFT JOIN blobs USING (blob) WHERE event > ? AND event < ?`);
  // As bytes: before version 26 Node reads a text to its first NUL only.
  const selectRuns = db.prepare(`
    SELECT CAST(run_id AS BLOB) AS run_id, run, owner, fence, taken_seq, ${LAST_ID} AS last_id
    FROM runs ORDER BY run DESC LIMIT ?`);

  const known = new Map<string, Known>();

  function blobOf({ hash, body }: LargePart): number {
    const blob = findBlob.get(hash)?.["blob"];
    return Number(blob ?? insertBlob.run(hash, body).lastInsertRowid);
  }

  /** The large members of the events between two ids. */
  function partsOf(
    runId: string,
    afterId: number,
    beforeId: number,
  ): Map<number, [string, string][]> {
    const parts = new Map<number, [string, string][]>();
    for (const { event, member, body } of selectParts.all(afterId, beforeId)) {
      const id = Number(event);
      if (body === null) {
        throw changedOutside(
          runId,
          `the ${String(member)} of event ${id % EVENTS_PER_RUN} is missing`,
        );
      }
      const ofEvent = parts.get(id) ?? [];
      parts.set(id, ofEvent);
      ofEvent.push([String(member), String(body)]);
    }
    return parts;
  }

  function readOne(runId: string, id: number): RunEvent {
    const row = selectEvent.get(id);
    if (row === undefined) throw changedOutside(runId, "an event is missing");
    return toEvent(runId, row, partsOf(runId, id - 1, id + 1).get(id) ?? [], seal);
  }

  return {
    forget() {
      known.clear();
    },
    append(events, rows, fence) {
      const runId = events[0]?.runId ?? "";
      const to: Known | undefined = known.get(runId) ?? runs.find(runId);
      checkAppend(events, to, fence);
      owners.beat();
      const run = to?.run ?? runs.begin(runId);
      for (const { seq, atMs, body, large } of rows) {
        const id = run * EVENTS_PER_RUN + seq;
        insertEvent.run(id, atMs, body);
        for (const part of large) insertPart.run(id, part.member, blobOf(part));
      }
      known.set(runId, { run, lastSeq: (to?.lastSeq ?? 0) + rows.length, fence, held: true });
    },
    read(runId, afterSeq) {
      const run = runs.find(runId);
      if (run === undefined) return [];
      const firstId = run.run * EVENTS_PER_RUN;
      const [afterId, beforeId] = [
        firstId + Math.min(afterSeq, EVENTS_PER_RUN),
        firstId + EVENTS_PER_RUN,
      ];
      const parts = partsOf(runId, afterId, beforeId);
      return selectEvents.all(afterId, beforeId).map((row, index) => {
        const id = afterId + 1 + index;
        if (row["id"] !== id) throw changedOutside(runId, `event ${id - firstId} is missing`);
        return toEvent(runId, row, parts.get(id) ?? [], seal);
      });
    },
    runs(limit) {
      const living = owners.living();
      return selectRuns.all(limit).map((row) => {
        const runId = Buffer.from(row["run_id"] as Uint8Array).toString();
        const run = runs.fromRow(runId, row);
        const firstId = run.run * EVENTS_PER_RUN;
        const [first, last] = [readOne(runId, firstId + 1), readOne(runId, Number(row["last_id"]))];
        return summary(first, last, living(run.owner) !== undefined);
      });
    },
  };
}
