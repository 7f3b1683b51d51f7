import type { DatabaseSync } from "node:sqlite";
import type { RunEvent } from "../model/events.ts";
import { checkAppend, type AppendTo } from "../store/check-append.ts";
import { stateAfter, type RunState } from "../store/summary.ts";
import { toEvent, type EventRow, type LargePart } from "../store/event-row.ts";
import type { Owners } from "./owners.ts";
import type { RunTable } from "./run-table.ts";
import { EVENTS_PER_RUN } from "../store/event-row.ts";
import { changedOutside, type Seal } from "../store/seal.ts";

interface KnownRun extends AppendTo {
  readonly run: number;
  readonly state: RunState;
}

/** Writes and reads events. */
export interface EventTable {
  /** Discards cached runs: another transaction begins, or their owners have changed. */
  forget(): void;
  /** In an open write transaction. Throws like `checkAppend`, without having written anything. */
  append(events: readonly RunEvent[], rows: readonly EventRow[], fence: number): void;
  /** In an open transaction, so that its several queries see one state of the file. */
  read(runId: string, afterSeq: number, limit: number): readonly RunEvent[];
  /** One event without its large members, except those that a list of runs shows. */
  readHead(runId: string, id: number): RunEvent;
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
    "SELECT id, at_ms, body FROM events WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
  );
  const selectEvent = db.prepare("SELECT id, at_ms, body FROM events WHERE id = ?");
  const selectParts = db.prepare(`
    SELECT event, member, body FROM parts LEFT JOIN blobs USING (blob) WHERE event > ? AND event < ?`);
  const selectHeadParts = db.prepare(`
    SELECT event, member, body FROM parts LEFT JOIN blobs USING (blob)
    WHERE event > ? AND event < ? AND member IN ('supervisor', 'tenant', 'tags')`);

  const known = new Map<string, KnownRun>();

  function blobOf({ hash, body }: LargePart): number {
    const blob = findBlob.get(hash)?.["blob"];
    return Number(blob ?? insertBlob.run(hash, body).lastInsertRowid);
  }

  /** The large members of the events between two ids. */
  function partsOf(
    runId: string,
    afterId: number,
    beforeId: number,
    select = selectParts,
  ): Map<number, [string, string][]> {
    const parts = new Map<number, [string, string][]>();
    for (const { event, member, body } of select.all(afterId, beforeId)) {
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

  return {
    forget() {
      known.clear();
    },
    append(events, rows, fence) {
      const runId = events[0]?.runId ?? "";
      const to: KnownRun | undefined = known.get(runId) ?? runs.find(runId);
      checkAppend(events, to, fence);
      owners.beat();
      const [first, last] = [events[0], events.at(-1)];
      if (first === undefined || last === undefined) return;
      const state = stateAfter(last);
      const run = to?.run ?? runs.begin(first, state);
      if (to !== undefined && to.state !== state) runs.setState(run, state);
      for (const { seq, atMs, body, large } of rows) {
        const id = run * EVENTS_PER_RUN + seq;
        insertEvent.run(id, atMs, body);
        for (const part of large) insertPart.run(id, part.member, blobOf(part));
      }
      const lastSeq = (to?.lastSeq ?? 0) + rows.length;
      known.set(runId, { run, lastSeq, fence, held: true, state });
    },
    read(runId, afterSeq, limit) {
      const run = runs.find(runId);
      if (run === undefined) return [];
      const firstId = run.run * EVENTS_PER_RUN;
      const [afterId, beforeId] = [
        firstId + Math.min(afterSeq, EVENTS_PER_RUN),
        firstId + EVENTS_PER_RUN,
      ];
      const rows = selectEvents.all(afterId, beforeId, limit);
      const parts = partsOf(runId, afterId, Math.min(beforeId, afterId + rows.length + 1));
      return rows.map((row, index) => {
        const id = afterId + 1 + index;
        if (row["id"] !== id) throw changedOutside(runId, `event ${id - firstId} is missing`);
        return toEvent(runId, eventRow(row), parts.get(id) ?? [], seal);
      });
    },
    readHead(runId, id) {
      const row = selectEvent.get(id);
      if (row === undefined) throw changedOutside(runId, "an event is missing");
      const parts = partsOf(runId, id - 1, id + 1, selectHeadParts);
      return toEvent(runId, eventRow(row), parts.get(id) ?? [], seal);
    },
  };
}

function eventRow(row: Readonly<Record<string, unknown>>): Omit<EventRow, "large"> {
  return {
    seq: Number(row["id"]) % EVENTS_PER_RUN,
    atMs: Number(row["at_ms"]),
    body: String(row["body"]),
  };
}
