import { todaysEvents } from "../model/earlier-events.ts";
import { TEXT, TIME_MS } from "../check/arguments.ts";
import { checkEvents } from "../store/check-append.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { followEvents } from "../store/follow.ts";
import { checkErasure, checkQuery } from "../store/run-query.ts";
import type { Erasure, RunQuery, RunSummary, Store } from "../store/store.ts";
import { wholeNumber } from "../store/whole-number.ts";
import { MAX_EVENT_BYTES, toRow } from "../store/event-row.ts";
import { eventTable } from "./event-table.ts";
import { erasing } from "./erase.ts";
import { storeFailure } from "./failure.ts";
import { groupCommit } from "./group-commit.ts";
import { drivenRuns } from "../store/driven-runs.ts";
import { hasUnknownRuns, learnRuns } from "./learn-runs.ts";
import { lookOut } from "./look-out.ts";
import { MEMORY_PATH, openDatabase } from "./open.ts";
import { SQLITE, type SqliteOptions } from "./options.ts";
import { BEATS_PER_LEASE, ownersTable } from "./owners.ts";
import { pruning, RUNS_PER_PORTION } from "./prune.ts";
import { retention } from "../store/retention.ts";
import { runList } from "./run-list.ts";
import { runTable } from "./run-table.ts";
import { snapshots } from "./snapshot.ts";
import { forgetExpired, sqliteValues, type SqliteValues } from "./sqlite-values.ts";
import { valueTable } from "./value-table.ts";
import { watchFiles } from "./watch-files.ts";
import { retryBusy } from "./retry-busy.ts";

/** A store in a file; `await using` closes it. */
export interface SqliteStore extends Store, AsyncDisposable {
  /** The file's path as it was given; left out if no other process can read the file: with a codec, and for `":memory:"`. */
  readonly path?: string;
  readonly values: SqliteValues;
  append(events: readonly RunEvent[], fence?: number): Promise<void>;
  read(runId: string, afterSeq?: number, limit?: number): Promise<readonly RunEvent[]>;
  run(runId: string): Promise<RunSummary | undefined>;
  runs(query?: RunQuery): Promise<readonly RunSummary[]>;
  take(runId: string): Promise<number>;
  release(runId: string, fence: number): Promise<void>;
  prune(beforeMs: number): Promise<number>;
  erase(what: Erasure): Promise<number>;
  close(): Promise<void>;
}

/**
 * Keeps runs and values in a SQLite file, which several processes may use at once; each store that has it open is one owner of runs. All appends
 * and changes within one turn of the event loop are one transaction. The store keeps the process alive only while a transaction is due, or a
 * reader waits for the next event of a run (`follow`).
 *
 * Throws `BAD_OPTIONS`, and `STORE_FAILED` if the file cannot be used: it is another program's, newer than this package, unreachable, damaged, not
 * a file, or was created with another codec. Its promises reject with `STORE_FAILED` if a transaction failed (nothing of it is kept; later appends
 * are tried again), the file was deleted, replaced or cut short, an event has more than 64 MiB of JSON or fails in the codec, or the store is
 * closed. `SEQ_TAKEN` and `LEASE_LOST` refuse only the append concerned, also if another process wrote the run or took it over.
 */
export function sqliteStore(options: SqliteOptions): SqliteStore {
  const settings = SQLITE.of(options, "sqlite");
  const { path, busyTimeoutMs, maxBytes, leaseMs, retainMs, codec, clock } = settings;
  const driven = drivenRuns({
    beatEveryMs: leaseMs / BEATS_PER_LEASE,
    beat: () => group.add(() => owners.beat()),
    refuseWhenClosed,
    take: (runId) => anew(() => runs.take(runId)),
    release: (runId, fence) => anew(() => runs.release(runId, fence)),
  });
  const { db, seal } = orFail(() => openDatabase(settings));
  const { files, owners, runs, list, table, valued, group, snapshot, pruner, looks } = orFail(
    () => {
      try {
        const owners = ownersTable(db, leaseMs, clock);
        const runs = runTable(db, owners, driven.givenUp, seal);
        const table = eventTable(db, runs, owners, seal);
        const list = runList(db, runs, table, owners, seal);
        const valued = valueTable(db, clock, seal);
        const files = watchFiles(db, path);
        const hooks = {
          beginning: files.beforeWrite,
          begun: () => table.forget(),
          undone: () => owners.undone(),
        };
        const group = groupCommit({ db, path, busyTimeoutMs, ...hooks });
        const [snapshot, pruner, looks] = [snapshots(db), pruning(db, owners), lookOut(db)];
        return { files, owners, runs, list, table, valued, group, snapshot, pruner, looks };
      } catch (error) {
        db.close();
        throw error;
      }
    },
  );
  let closing: Promise<void> | undefined;
  const retained = retention(retainMs, clock, prune);
  const hash = codec === undefined ? undefined : seal.hash;
  const values = sqliteValues({ table: valued, group, query, changing, hash, looks });

  function orFail<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeFailure(path, error);
    }
  }

  function refuseWhenClosed(): void {
    if (closing !== undefined)
      throw new QuorateError("STORE_FAILED", `The store "${path}" is closed.`);
  }

  async function query<T>(work: () => T): Promise<T> {
    try {
      return await retryBusy(() => {
        refuseWhenClosed();
        files.beforeRead();
        return snapshot(work);
      }, busyTimeoutMs);
    } catch (error) {
      throw storeFailure(path, error);
    }
  }

  /** In the transaction that comes next, and with nothing taken for known of the tables. */
  function anew<T>(work: () => T): Promise<T> {
    return group.add(() => {
      table.forget();
      return work();
    });
  }

  function changing(): void {
    refuseWhenClosed();
    retained.pruneWhenDue();
  }

  function append(events: readonly RunEvent[], fence: number): Promise<void> {
    checkEvents(events);
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) return Promise.resolve();
    const { runId } = first;
    // Serialised at once, so that later changes by the caller do not matter.
    const [given, rows] = [[...events], events.map((event) => toRow(event, seal))];
    const kept = group.add(() => {
      try {
        table.append(given, rows, fence);
      } catch (error) {
        driven.refused(runId, fence, error);
        throw error;
      }
    });
    void kept.then(
      () => {
        looks.wrote(runId);
        driven.kept(first, last, fence);
      },
      () => {},
    );
    retained.pruneWhenDue();
    return kept;
  }

  const followed = { read, run, watch: looks.watch };

  async function read(runId: string, afterSeq = 0, limit = Infinity): Promise<readonly RunEvent[]> {
    TEXT.take(runId, "read: runId");
    return query(() =>
      todaysEvents(table.read(runId, wholeNumber(afterSeq), wholeNumber(limit)), () =>
        table.read(runId, 0, wholeNumber(Infinity)),
      ),
    );
  }

  async function run(runId: string): Promise<RunSummary | undefined> {
    TEXT.take(runId, "run: runId");
    return query(() => list.run(runId));
  }

  async function listed(asked?: RunQuery): Promise<readonly RunSummary[]> {
    const checked = checkQuery(asked);
    // By a process of an earlier version that has the file open.
    if (checked.team !== undefined && (await query(() => hasUnknownRuns(db)))) {
      // If the file is read-only, those runs are not found.
      await group.add(() => learnRuns(db, seal)).catch(() => undefined);
    }
    return query(() => list.list(checked));
  }

  async function prune(beforeMs: number): Promise<number> {
    TIME_MS.take(beforeMs, "prune: beforeMs");
    let count = 0;
    for (let afterRun: number | undefined = 0; afterRun !== undefined;) {
      const from: number = afterRun;
      const portion = await query(() => pruner.look(beforeMs, from));
      if (portion.old.length > 0) {
        refuseWhenClosed();
        count += await anew(() => pruner.forget(portion.old, beforeMs));
      }
      ({ afterRun } = portion);
    }
    await forgetExpired(beforeMs, { table: valued, group, query });
    if (await query(() => pruner.hasLostLabels())) await group.add(() => pruner.forgetLabels());
    return count;
  }

  const eraser = erasing({ db, runs, list, pruner, seal });

  async function erase(what: Erasure): Promise<number> {
    refuseWhenClosed();
    const runIds = await query(() => eraser.look(checkErasure(what)));
    let count = 0;
    for (let at = 0; at < runIds.length; at += RUNS_PER_PORTION) {
      const portion = runIds.slice(at, at + RUNS_PER_PORTION);
      count += await anew(() => eraser.erase(portion));
      for (const runId of portion) looks.wrote(runId);
      looks.wrote("");
    }
    return count;
  }

  async function close(): Promise<void> {
    driven.stop();
    looks.stop();
    await group.drained();
    const leave = (): void => {
      files.beforeWrite();
      owners.leave();
    };
    // If the file cannot be written now, the lease expires by itself.
    await retryBusy(leave, busyTimeoutMs).catch(() => undefined);
    orFail(() => db.close());
  }

  return {
    resumable: true,
    // An event larger than the whole file's limit can never fit.
    maxEventBytes: Math.min(MAX_EVENT_BYTES, maxBytes),
    values,
    ...(codec === undefined && path !== MEMORY_PATH && { path }),
    append(events, fence = 1) {
      try {
        refuseWhenClosed();
        return append(events, fence);
      } catch (error) {
        return Promise.reject(storeFailure(path, error));
      }
    },
    read,
    follow: (runId, afterSeq, signal) => followEvents(followed, runId, afterSeq, signal),
    run,
    runs: listed,
    take: driven.take,
    release: driven.release,
    prune,
    erase,
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}
