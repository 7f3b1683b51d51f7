import { existsSync, realpathSync, statSync, type Stats } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { QuorateError } from "../model/errors.ts";
import { connect } from "./connect.ts";
import { isReadOnly } from "./failure.ts";
import { schemaVersion } from "./schema.ts";
import { pause } from "./when-free.ts";

/**
 * Refuses what must not even be opened for writing: what is no file, and a database of another program, or of a newer version, that has
 * a log beside it. Closing such a connection would write the log back into the file.
 *
 * Nothing here opens the file but SQLite: when this process closed it, all locks that SQLite has on it for other stores would go.
 */
export function inspect(file: string, path: string, timeoutMs: number): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  // A link to a file that is still to be made.
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

// SQLite takes an empty file for a new one, and throws away the log beside it. Whoever makes the file in the place of one that was
// deleted leaves it so for a moment.
function refuseEmptied(place: string, path: string, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs;
  while (sizeOf(place) === 0 && sizeOf(`${place}-wal`) > 0) {
    if (performance.now() >= deadline) {
      throw new QuorateError(
        "STORE_FAILED",
        `The store "${path}" is damaged: it is empty, and its log "${path}-wal" is not; ` +
          `restore both from a copy, or remove both to begin anew.`,
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
    // A transaction that was interrupted has to be undone first, which is for a writer to do. Whose file it is does not change by that.
    if (!isReadOnly(error)) throw error;
    lookWithoutLogs(file, path);
  }
}

function lookWithoutLogs(file: string, path: string): void {
  try {
    using db = openAlone(file);
    schemaVersion(db, path);
  } catch (error) {
    // Without its log the file may look damaged, and be sound.
    if (error instanceof QuorateError) throw error;
  }
}

/** Opens the file to read it as it is, without its logs and locks. What it then says of damage is true only where there are none. */
export function openAlone(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  return connect(url, { readOnly: true });
}

/**
 * Refuses a file whose last page is not whole, which SQLite would fill up with zeros. With a log beside it, that page may stand there.
 * For an open connection: nobody removes the log then.
 */
export function refuseCutFile(db: DatabaseSync, file: string, path: string): void {
  const place = realpathSync(file);
  // Reads the file, unlike the other: what is no database at all, SQLite says here.
  db.prepare("PRAGMA schema_version").get();
  const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);
  const isCut = (): boolean => sizeOf(place) % pageBytes !== 0;
  // Asked twice: a log that is gone may have been written back just now.
  if (!isCut() || sizeOf(`${place}-wal`) > 0 || !isCut()) return;
  throw new QuorateError(
    "STORE_FAILED",
    `The store "${path}" is damaged, its last page is cut short: restore it from a copy.`,
  );
}

/** 0 for none. On some disks SQLite gives an empty file one byte. */
function sizeOf(file: string): number {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return bytes === 1 ? 0 : bytes;
}
