import { realpathSync, statSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { QuorateError } from "../model/errors.ts";
import { connect } from "./connect.ts";
import { isDamage } from "./failure.ts";
import { MEMORY_PATH } from "./open.ts";

/**
 * Notices that a store's files are no longer those that it opened. SQLite would continue with the open files, and no other process would read what
 * it writes there.
 *
 * Both methods throw `STORE_FAILED`, and stop doing so once the files are back.
 */
export interface FileWatch {
  /** Checks the database file. */
  beforeRead(): void;
  /** Also checks its log and the log's index: other processes replace a deleted one, and both would write into one database. */
  beforeWrite(): void;
}

interface WatchedFile {
  readonly file: string;
  /** The file's name in messages. */
  readonly name: string;
  /** Whether it has lost data, now that it has become smaller or empty. */
  readonly isCut: (bytes: number) => boolean;
}

/** For a database that is open and has been read, so that its log exists. */
export function watchFiles(db: DatabaseSync, path: string): FileWatch {
  if (path === MEMORY_PATH) return { beforeRead() {}, beforeWrite() {} };
  // By the given name, since a link may lead elsewhere later.
  const file = resolve(path);
  const place = realpathSync(file);
  const log = `${place}-wal`;
  const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);

  // The database shrinks if another program compacts it. What it lacks then may be in its log. That is decided by SQLite, on a connection that has
  // nothing of the file in memory yet. SQLite would fill up half a page with zeros.
  function isFileCut(bytes: number): boolean {
    if (bytes === 0) return true;
    try {
      using fresh = connect(file, { readOnly: true });
      const pages = Number(fresh.prepare("PRAGMA page_count").get()?.["page_count"]);
      if (pages * pageBytes <= bytes) return false;
      if (bytes % pageBytes > 0) return true;
      return fresh.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] !== "ok";
    } catch (error) {
      return isDamage(error);
    }
  }

  // The log shrinks if another program writes it back. Then SQLite knows that it has fewer frames. Checked twice, as other processes may write in
  // between.
  function isLogCut(): boolean {
    if (!knowsNoop()) return false;
    const noop = db.prepare("PRAGMA wal_checkpoint(NOOP)");
    const frames = Number(noop.get()?.["log"]);
    const bytes = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
    return frames * (FRAME_HEADER_BYTES + pageBytes) > bytes && noop.get()?.["log"] === frames;
  }

  const main = { file, name: `The store "${path}"`, isCut: isFileCut };
  const logs = [
    { file: log, name: `The log "${path}-wal" of the store`, isCut: isLogCut },
    {
      file: `${place}-shm`,
      name: `The index "${path}-shm" of the store's log`,
      isCut: () => false,
    },
  ];
  const checkMain = checking(main, statSync(file));
  const checkLogs = logs.map((one) => {
    const opened = statSync(one.file, { throwIfNoEntry: false });
    // A read-only database may have none.
    return opened === undefined ? () => {} : checking(one, opened);
  });
  return {
    beforeRead: checkMain,
    beforeWrite() {
      checkMain();
      for (const check of checkLogs) check();
    },
  };
}

const FRAME_HEADER_BYTES = 24;

/** Whether SQLite can report the size of its log without writing anything back: since 3.51. */
function knowsNoop(): boolean {
  const [major = 0, minor = 0] = (process.versions["sqlite"] ?? "").split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 51);
}

/** Throws if a file is no longer what it was when it was opened. */
function checking({ file, name, isCut }: WatchedFile, opened: Stats): () => void {
  let bytes = opened.size;
  return () => {
    const now = look(file);
    if (now === "unknown") return;
    if (now === undefined) throw lost(name, "was deleted or moved away", BACK);
    if (now.ino !== opened.ino || now.dev !== opened.dev)
      throw lost(name, "was replaced by another file", BACK);
    // What was written since the last look is unknown, but something was removed.
    if ((now.size < bytes || now.size === 0) && isCut(now.size))
      throw lost(name, `was cut short from ${bytes} to ${now.size} bytes`, RESTORE);
    bytes = now.size;
  };
}

const BACK = "put it back, or close the store and open it again";
const RESTORE = "close the store, and restore it from a copy";

/** `undefined` if there is no file; `"unknown"` if the system does not say. */
function look(file: string): Stats | undefined | "unknown" {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return "unknown";
  }
}

function lost(name: string, what: string, advice: string): QuorateError {
  return new QuorateError(
    "STORE_FAILED",
    `${name} ${what} while it was open: nothing is kept any more; ${advice}.`,
  );
}
