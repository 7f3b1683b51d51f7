import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Codec } from "../store/codec.ts";
import { connect } from "./connect.ts";
import { isBusy } from "./failure.ts";
import { inspect, refuseCutFile } from "./inspect.ts";
import { learnRuns, learnValues } from "./learn-runs.ts";
import { migrate, schemaVersion } from "./schema.ts";
import type { Seal } from "../store/seal.ts";
import { sealOf } from "./seal.ts";
import { pause } from "./retry-busy.ts";

/** The path of a store that exists only in this process. */
export const MEMORY_PATH = ":memory:";

// Readable and writable only for its owner: a log holds what agents were asked and said.
const PRIVATE_MODE = 0o600;

// Four times SQLite's default: writing the log back waits for the disk, and a run changes the same few pages repeatedly.
const PAGES_PER_CHECKPOINT = 4_000;
const WAL_KEPT_BYTES = 16 * 1024 * 1024;

export interface OpenOptions {
  readonly path: string;
  readonly sync: "normal" | "full";
  readonly busyTimeoutMs: number;
  readonly maxBytes: number;
  readonly codec?: Codec;
}

export interface Opened {
  readonly db: DatabaseSync;
  readonly seal: Seal;
}

/**
 * Opens or creates the file. A file that is not Quorate's, is newer than this code, or does not match the codec is left unchanged. SQLite detects
 * damage, because only it knows which parts of the file are in its logs.
 */
export function openDatabase(options: OpenOptions): Opened {
  const { path, sync, busyTimeoutMs, maxBytes, codec } = options;
  // Absolute, so that SQLite does not read it as a URI and a later chdir does not matter.
  const file = path === MEMORY_PATH ? path : resolve(path);
  if (file !== MEMORY_PATH && !createPrivately(file)) inspect(file, path, busyTimeoutMs);

  const db = connect(file, { timeout: busyTimeoutMs });
  try {
    if (file !== MEMORY_PATH) refuseCutFile(db, file, path);
    // Checked before the first write.
    schemaVersion(db, path);
    useWal(db, busyTimeoutMs);
    db.exec(`
      PRAGMA cell_size_check = ON;
      PRAGMA synchronous = ${sync};
      PRAGMA fullfsync = ${sync === "full" ? 1 : 0};
      PRAGMA checkpoint_fullfsync = ${sync === "full" ? 1 : 0};
      PRAGMA wal_autocheckpoint = ${PAGES_PER_CHECKPOINT};
      PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
      PRAGMA trusted_schema = OFF;
    `);
    const check = (fresh: boolean): Seal => sealOf(db, path, codec, fresh);
    const seal = migrate(db, path, check, (seal) => {
      learnRuns(db, seal);
      learnValues(db, seal);
    });
    if (maxBytes !== Infinity) limitPages(db, maxBytes);
    // From here on retryBusy waits for locks, without blocking the thread.
    db.exec("PRAGMA busy_timeout = 0");
    return { db, seal };
  } catch (error) {
    db.close();
    throw error;
  }
}

function limitPages(db: DatabaseSync, maxBytes: number): void {
  const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
}

/** Whether the file did not exist; then an empty one is created. */
function createPrivately(file: string): boolean {
  try {
    closeSync(openSync(file, "wx", PRIVATE_MODE));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

// SQLite does not wait for this pragma's lock if two processes create the same file at once.
function useWal(db: DatabaseSync, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    pause(5);
  }
}
