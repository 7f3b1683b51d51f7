import { existsSync, realpathSync, statSync, type Stats } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { QuorateError } from "../model/errors.ts";
import { connect } from "./connect.ts";
import { isReadOnly } from "./failure.ts";
import { schemaVersion } from "./schema.ts";
import { pause } from "./retry-busy.ts";

/**
 * Refuses what must not even be opened for writing: anything that is not a file, and a database of another program or of a newer version that has
 * a log beside it. Closing such a connection would write the log back into the file.
 *
 * Only SQLite opens the file here: if this process closed the file itself, all locks that SQLite has on it for other stores would be lost.
 */
export function inspect(file: string, path: string, timeoutMs: number): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  // A link to a file that does not exist yet.
  if (stats === undefined) return;
  if (!stats.isFile()) {
    throw new QuorateError(
      "STORE_FAILED",
      `The store "${path}" is ${kindOf(stats)}, not a file: choose another path.`,
    );
  }
  const place = realpathSync(file);
  refuseEmptied(place, path, timeoutMs);
  if (existsSync(`${place}-wal`) || existsSync(`${place}-journal`))
    lookWithLogs(file, path, timeoutMs);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

// SQLite takes an empty file as a new one and discards the log beside it. A process that re-creates a deleted file leaves it empty for a
// moment.
function refuseEmptied(place: string, path: string, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs;
  while (sizeOf(place) === 0 && sizeOf(`${place}-wal`) > 0) {
    if (performance.now() >= deadline) {
      throw new QuorateError(
        "STORE_FAILED",
        `The store "${path}" is damaged: it is empty, and its log "${path}-wal" is not; ` +
          `restore both from a copy, or remove both to start over.`,
      );
    }
    pause(5);
  }
}

function lookWithLogs(file: string, path: string, timeoutMs: number): void {
  try {
    using db = connect(file, { readOnly: true, timeout: timeoutMs });
    schemaVersion(db, path);
  } catch (error) {
    // An interrupted transaction must be undone by a writer first. Which program the file belongs to does not depend on that.
    if (!isReadOnly(error)) throw error;
    lookWithoutLogs(file, path);
  }
}

function lookWithoutLogs(file: string, path: string): void {
  try {
    using db = openAlone(file);
    schemaVersion(db, path);
  } catch (error) {
    // Without its log the file may look damaged but be sound.
    if (error instanceof QuorateError) throw error;
  }
}

/** Opens the file for reading alone, without its logs and locks. Its reports of damage are reliable only if there are no logs. */
function openAlone(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  return connect(url, { readOnly: true });
}

/**
 * Refuses a file whose last page is incomplete, which SQLite would fill with zeros. If there is a log beside it, the page may be there. Needs an
 * open connection, so that no process removes the log meanwhile.
 */
export function refuseCutFile(db: DatabaseSync, file: string, path: string): void {
  const place = realpathSync(file);
  // Reads the file, so that SQLite says if it is not a database.
  db.prepare("PRAGMA schema_version").get();
  const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);
  const pages = db.prepare("PRAGMA page_count");
  // More bytes than that do not matter: SQLite does not read them.
  const isCut = (): boolean => sizeOf(place) < Number(pages.get()?.["page_count"]) * pageBytes;
  const hasLog = (): boolean => sizeOf(`${place}-wal`) > 0;
  // Checked twice: a log that is gone may just have been written back, and another one may have begun.
  if (!isCut() || hasLog() || !isCut() || hasLog()) return;
  throw new QuorateError(
    "STORE_FAILED",
    `The store "${path}" is damaged, its last page is cut short: restore it from a copy.`,
  );
}

/** 0 if there is no file. On some disks SQLite gives an empty file one byte. */
function sizeOf(file: string): number {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return bytes === 1 ? 0 : bytes;
}
