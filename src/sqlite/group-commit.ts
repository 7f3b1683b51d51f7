import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { EventTable, Row } from "./event-table.ts";
import { storeFailure } from "./failure.ts";
import { whenFree } from "./when-free.ts";

interface Append {
  readonly events: readonly RunEvent[];
  readonly rows: readonly Row[];
  readonly settled: PromiseWithResolvers<void>;
  refusal?: unknown;
}

export interface GroupCommit {
  /** Settles when the transaction that holds the rows has ended. */
  add(events: readonly RunEvent[], rows: readonly Row[]): Promise<void>;
  /** Resolves when everything that was added before has settled, in whichever way. */
  drained(): Promise<void>;
}

/**
 * Writes what is added within one turn of the event loop in one transaction:
 *
 * `idle → (add) scheduled → (the turn ends) writing → idle`, and `writing → scheduled` when something was added
 * while another process held the lock.
 *
 * An append that does not follow its run's last event is refused by itself; what else goes wrong fails the whole
 * transaction and every append in it. Nothing is remembered from one transaction to the next: the file alone says what
 * follows, whoever wrote it.
 */
export function groupCommit(
  db: DatabaseSync,
  table: EventTable,
  path: string,
  busyTimeoutMs: number,
): GroupCommit {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  let waiting: Append[] = [];
  let scheduled = false;

  function take(): Append[] {
    const taken = waiting;
    waiting = [];
    return taken;
  }

  function writeAll(appends: readonly Append[]): void {
    const write = table.writer();
    for (const append of appends) {
      if (append.rows.length === 0) continue;
      try {
        write(append.events, append.rows);
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        append.refusal = error;
      }
    }
  }

  function transaction(): void {
    begin.run();
    // Taken when the lock is held: what was added during a wait for it goes along, in its order.
    const appends = take();
    try {
      writeAll(appends);
      commit.run();
    } catch (error) {
      fail(appends, storeFailure(path, error));
      undo();
      return;
    }
    for (const { settled, refusal } of appends) {
      if (refusal === undefined) settled.resolve();
      else settled.reject(refusal);
    }
  }

  function undo(): void {
    try {
      // A full disk may have rolled back already.
      if (db.isTransaction) rollback.run();
    } catch {
      // Then the next BEGIN fails, and says so to its own appends.
    }
  }

  async function flush(): Promise<void> {
    try {
      await whenFree(transaction, busyTimeoutMs);
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

  function add(events: readonly RunEvent[], rows: readonly Row[]): Promise<void> {
    const settled = Promise.withResolvers<void>();
    waiting.push({ events, rows, settled });
    if (!scheduled) schedule();
    return settled.promise;
  }

  return {
    add,
    async drained() {
      // Appends settle in the order in which they were added, so an empty one tells.
      if (scheduled) await add([], []).catch(() => undefined);
    },
  };
}

function fail(appends: readonly Append[], failure: QuorateError): void {
  for (const { settled, refusal } of appends) settled.reject(refusal ?? failure);
}
