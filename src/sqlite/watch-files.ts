import { realpathSync, statSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { QuorateError } from "../model/errors.ts";
import { isDamage } from "./failure.ts";
import { openAlone } from "./inspect.ts";
import { MEMORY_PATH } from "./open.ts";

/**
 * Notices that the files of a store are not those any more that it opened. SQLite goes on with the open ones, wherever they are, and what it
 * writes there nobody would read.
 *
 * Both throw `STORE_FAILED`, and are content again once the files are back.
 */
export interface FileWatch {
  /** Looks at the database itself. */
  beforeRead(): void;
  /** Looks at its log and the log's index too: in the place of a deleted one others make a new one, and both write into one database. */
  beforeWrite(): void;
}

interface WatchedFile {
  readonly file: string;
  /** For messages. */
  readonly name: string;
  /** Whether it has lost something, now that it has become smaller, or is empty. */
  readonly isCut: (bytes: number) => boolean;
}

/** For a database that is open and has been read, so that its log is there. */
export function watchFiles(db: DatabaseSync, path: string): FileWatch {
  if (path === MEMORY_PATH) return { beforeRead() {}, beforeWrite() {} };
  // By the name it was given: where that is a link, it may lead elsewhere later.
  const file = resolve(path);
  const place = realpathSync(file);
  const log = `${place}-wal`;
  const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);

  // The database shrinks when another program tidies it up. Then it says itself that it has fewer pages.
  function isFileCut(bytes: number): boolean {
    if (bytes === 0 || bytes % pageBytes > 0) return true;
    try {
      using alone = openAlone(file);
      alone.prepare("PRAGMA schema_version").get();
      return false;
    } catch (error) {
      return isDamage(error);
    }
  }

  // The log shrinks when another program writes it back. Then SQLite knows that it has fewer frames. Asked twice, as others may write
  // to it in between.
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
    // A database that may only be read can be without.
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

/** Whether SQLite can be asked for the size of its log without anything being written back: from 3.51 on. */
function knowsNoop(): boolean {
  const [major = 0, minor = 0] = (process.versions["sqlite"] ?? "").split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 51);
}

/** Throws when a file is not any more what it was when it was opened. */
function checking({ file, name, isCut }: WatchedFile, opened: Stats): () => void {
  let bytes = opened.size;
  return () => {
    const now = look(file);
    if (now === "unknown") return;
    if (now === undefined) throw lost(name, "was deleted or moved away", BACK);
    if (now.ino !== opened.ino || now.dev !== opened.dev)
      throw lost(name, "was replaced by another file", BACK);
    // What was written since it was looked at last is not known, but that something was left.
    if ((now.size < bytes || now.size === 0) && isCut(now.size))
      throw lost(name, `was cut short from ${bytes} to ${now.size} bytes`, RESTORE);
    bytes = now.size;
  };
}

const BACK = "put it back, or close the store and open it again";
const RESTORE = "close the store, and restore it from a copy";

/** `undefined` for none; `"unknown"` where the system does not say. */
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
