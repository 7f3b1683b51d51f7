import { realpathSync, statSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { QuorateError } from "../errors.ts";
import { isDamage } from "./failure.ts";
import { openAlone } from "./inspect.ts";
import { MEMORY_PATH } from "./open.ts";

/**
 * Notices that the files of a store are not those any more that it opened. What is written then nobody would ever read: SQLite goes on with
 * the open files, wherever they are.
 *
 * Both throw `STORE_FAILED`, and are content again when the files are back.
 */
export interface FileWatch {
  /** Looks at the database itself. */
  beforeRead(): void;
  /** Looks at its write-ahead log and that log's index too: others would make new ones, and both would write into the same file. */
  beforeWrite(): void;
}

interface Watched {
  readonly file: string;
  /** For messages. */
  readonly name: string;
  readonly opened: Stats;
}

/** For a database that is open and has been read, so that its log is there. */
export function watchFiles(path: string): FileWatch {
  if (path === MEMORY_PATH) return { beforeRead() {}, beforeWrite() {} };
  // By the name it was given: where that is a link, it may lead elsewhere later.
  const file = resolve(path);
  const main: Watched = { file, name: `The store "${path}"`, opened: statSync(file) };
  const place = realpathSync(file);
  const logs = [
    { file: `${place}-wal`, name: `The log "${path}-wal" of the store` },
    { file: `${place}-shm`, name: `The index "${path}-shm" of the store's log` },
  ].flatMap((log): Watched[] => {
    const opened = statSync(log.file, { throwIfNoEntry: false });
    // A database that may only be read can be without.
    return opened === undefined ? [] : [{ ...log, opened }];
  });
  let bytes = main.opened.size;

  function beforeRead(): void {
    const now = same(main);
    if (now === undefined) return;
    if (now.size < bytes && isCut(main.file, now.size)) {
      throw lost(
        main,
        `was cut short while it was open, from ${bytes} to ${now.size} bytes`,
        "close it, and restore it from a copy",
      );
    }
    bytes = now.size;
  }

  return {
    beforeRead,
    beforeWrite() {
      beforeRead();
      for (const log of logs) same(log);
    },
  };
}

/** What the file is now; `undefined` where the system does not say. */
function same(one: Watched): Stats | undefined {
  let now: Stats | undefined;
  try {
    now = statSync(one.file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
  const advice = "put it back, or close the store and open it again";
  if (now === undefined) throw lost(one, "was deleted or moved away while it was open", advice);
  if (now.ino !== one.opened.ino || now.dev !== one.opened.dev)
    throw lost(one, "was replaced by another file while it was open", advice);
  return now;
}

// A database shrinks when another program tidies it up. Then it says itself that it has become smaller.
function isCut(file: string, bytes: number): boolean {
  if (bytes === 0) return true;
  try {
    using db = openAlone(file);
    const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);
    db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get();
    return bytes % pageBytes !== 0;
  } catch (error) {
    return isDamage(error);
  }
}

function lost({ name }: Watched, what: string, advice: string): QuorateError {
  return new QuorateError("STORE_FAILED", `${name} ${what}: nothing is kept any more; ${advice}.`);
}
