import { QuorateError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { DEFAULT_RUNS_LIMIT } from "../store/summary.ts";
import { wholeNumber } from "../store/whole-number.ts";
import { eventTable, toRow } from "./event-table.ts";
import { storeFailure } from "./failure.ts";
import { groupCommit } from "./group-commit.ts";
import { openDatabase, type OpenOptions } from "./open.ts";
import { whenFree } from "./when-free.ts";

export interface SqliteStoreOptions {
  /** The file, made when there is none; its folder must exist. `":memory:"` keeps everything in this process. */
  readonly path: string;
  /**
   * What a kept event survives. `"normal"`: a killed process; a power cut may lose the last transactions, whole ones.
   * `"full"`: a power cut too, at the price of waiting for the disk once per transaction. Default `"normal"`.
   */
  readonly sync?: "normal" | "full";
  /** How long to wait for other processes that write the same file, in ms, at most a day. Default 5,000. */
  readonly busyTimeoutMs?: number;
  /** How large the file may grow, in bytes; at least 1 MiB. What does not fit is refused. Default `Infinity`. */
  readonly maxBytes?: number;
}

const DEFAULTS = { sync: "normal", busyTimeoutMs: 5_000, maxBytes: Infinity } as const;

const MAX_BUSY_TIMEOUT_MS = 86_400_000;
const LEAST_MAX_BYTES = 1024 * 1024;

/** A store in a file; `await using` closes it. */
export interface SqliteStore extends Store, AsyncDisposable {
  append(events: Parameters<Store["append"]>[0]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Keeps runs in a SQLite file, which several processes may use at once. What is appended within one turn of the event
 * loop, over all runs, is one transaction. The store holds the process only while a transaction is due.
 *
 * Throws `BAD_OPTIONS`, and `STORE_FAILED` when the file cannot be used: it is not ours, newer than this package, or
 * out of reach. Its promises reject with `STORE_FAILED` when a transaction failed (nothing of it is kept; later
 * appends are tried again) or the store is closed, and with `SEQ_TAKEN` for the append alone that does not follow its
 * run's last event, also when another process wrote that one.
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  const settings = checked(options);
  const { path, busyTimeoutMs } = settings;
  const { db, table, group } = orFail(() => {
    const db = openDatabase(settings);
    const table = eventTable(db);
    return { db, table, group: groupCommit(db, table, path, busyTimeoutMs) };
  });
  let closing: Promise<void> | undefined;

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
      return await whenFree(() => {
        refuseWhenClosed();
        return work();
      }, busyTimeoutMs);
    } catch (error) {
      throw storeFailure(path, error);
    }
  }

  async function close(): Promise<void> {
    await group.drained();
    orFail(() => db.close());
  }

  return {
    // Written out at once: what the caller changes before the commit does not matter.
    append(events) {
      try {
        refuseWhenClosed();
        return events.length === 0 ? Promise.resolve() : group.add([...events], events.map(toRow));
      } catch (error) {
        return Promise.reject(storeFailure(path, error));
      }
    },
    read: (runId, afterSeq = 0) => query(() => table.read(runId, wholeNumber(afterSeq))),
    runs: (limit = DEFAULT_RUNS_LIMIT) => query(() => table.runs(wholeNumber(limit))),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

function checked(options: SqliteStoreOptions): OpenOptions {
  const { path, sync, busyTimeoutMs, maxBytes } = withDefaults(options);
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `sqliteStore: path must name a file, for instance "quorate.db".`,
    );
  }
  if (sync !== "normal" && sync !== "full") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `sqliteStore: sync is ${JSON.stringify(sync)}: give "normal" or "full".`,
    );
  }
  if (
    !Number.isInteger(busyTimeoutMs) ||
    busyTimeoutMs < 0 ||
    busyTimeoutMs > MAX_BUSY_TIMEOUT_MS
  ) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `sqliteStore: busyTimeoutMs is ${String(busyTimeoutMs)}: give a whole number of ms from 0 to ${MAX_BUSY_TIMEOUT_MS}.`,
    );
  }
  if (typeof maxBytes !== "number" || !(maxBytes >= LEAST_MAX_BYTES)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `sqliteStore: maxBytes is ${String(maxBytes)}: give at least ${LEAST_MAX_BYTES} bytes, or leave it out.`,
    );
  }
  return { path, sync, busyTimeoutMs, maxBytes };
}

function withDefaults(options: SqliteStoreOptions): OpenOptions {
  const {
    path,
    sync = DEFAULTS.sync,
    busyTimeoutMs = DEFAULTS.busyTimeoutMs,
    maxBytes = DEFAULTS.maxBytes,
  } = options;
  return { path, sync, busyTimeoutMs, maxBytes };
}
