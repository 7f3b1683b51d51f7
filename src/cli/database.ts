import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { givenPath } from "./given-path.ts";
import type { Backend } from "../index.ts";
import type { Store } from "../store/store.ts";

/** Where the commands look when they are not told. */
export const DEFAULT_DATABASE = "quorate.db";

/** A backend that was opened, and is to be closed. */
interface OpenBackend extends Backend {
  close(): Promise<void>;
}

/**
 * Opens a database of runs, made when it is not there. Rejects with `BAD_OPTIONS` when `file` is none and cannot
 * become one.
 */
export async function openDatabase(file: string): Promise<OpenBackend> {
  checkPlace(file);
  // Loaded by the commands that need it.
  const { sqlite } = await import("../sqlite/index.ts");
  try {
    return sqlite({ path: givenPath(file) });
  } catch (error) {
    // Nothing has been asked of a store yet: the file was named wrongly.
    throw new QuorateError("BAD_OPTIONS", describeThrown(error), { cause: error });
  }
}

function checkPlace(file: string): void {
  const folder = dirname(file);
  if (isFolder(file)) {
    throw new QuorateError("BAD_OPTIONS", `${file} is a folder; name a file with --db FILE.`);
  }
  if (!isFolder(folder)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `There is no folder ${folder} for the database ${file}; make it, or choose another path.`,
    );
  }
}

/** Whether there is a folder at a path that the caller gave. */
export function isFolder(path: string): boolean {
  try {
    return statSync(givenPath(path)).isDirectory();
  } catch {
    return false;
  }
}

/** `openDatabase` for a file that has to be there: looking for a run must not leave an empty one behind. */
export async function openExisting(file: string): Promise<OpenBackend> {
  if (existsSync(givenPath(file))) return openDatabase(file);
  throw new QuorateError(
    "BAD_OPTIONS",
    `There is no database ${file}; say where the runs are with --db FILE.`,
  );
}

/**
 * Does something with the runs of an existing database and closes it. Rejects with `BAD_OPTIONS` when there is
 * no such file.
 */
export async function withDatabase<T>(
  file: string,
  use: (store: Store, backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await openExisting(file);
  try {
    return await use(backend.store, backend);
  } finally {
    await backend.close();
  }
}
