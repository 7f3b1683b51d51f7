import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import { configFile } from "./find-config.ts";
import { reached } from "./reached.ts";
import { givenPath } from "./given-path.ts";
import type { Backend } from "../../index.ts";
import type { Store } from "../../store/store.ts";

/** Where the commands look when they are not told. */
export const DEFAULT_DATABASE = "quorate.db";

/** Whether a place of runs is the address of a PostgreSQL database, and no file. */
export function isAddress(place: string): boolean {
  return /^\s*postgres(?:ql)?:\/\//i.test(place);
}

/** A place of runs as it may be printed: without a password, also where it is meant to be an address and is written wrongly. */
export function shownPlace(place: string): string {
  if (!isAddress(place)) return withoutPassword(place);
  if (!URL.canParse(place)) return "postgres://…";
  const url = new URL(place);
  url.password = "";
  for (const name of new Set(url.searchParams.keys())) {
    if (/password$/i.test(name)) url.searchParams.delete(name);
  }
  return withoutPassword(url.href);
}

/** Takes out what stands before the last `@`, if there is a colon in it, and what is called a password. */
function withoutPassword(place: string): string {
  const [scheme] = /^\s*(?:[a-z][\w+.-]*:?[\\/]+)?/i.exec(place) ?? [""];
  const rest = place.slice(scheme.length);
  const end = rest.lastIndexOf("@");
  const open = rest.slice(0, Math.max(end, 0)).includes(":")
    ? `${scheme}…${rest.slice(end)}`
    : place;
  return open.replaceAll(/((?:password|pwd)=)[^&\s]*/gi, "$1…");
}

/** Whether there is a password in a place that is neither an address nor there. */
export function isWrongAddress(place: string): boolean {
  return !isAddress(place) && shownPlace(place) !== place && !existsSync(givenPath(place));
}

/** A backend that was opened, and is to be closed. */
interface OpenBackend extends Backend {
  close(): Promise<void>;
}

/**
 * Opens a database of runs, a SQLite file or a PostgreSQL database by its address; made when it is not there. Rejects with `BAD_OPTIONS` when
 * `file` is none and cannot become one.
 */
export async function openDatabase(file: string): Promise<OpenBackend> {
  if (isAddress(file)) return openPostgres(file.trim());
  checkPlace(file);
  // Loaded by the commands that need it.
  const { sqlite } = await import("../../sqlite/index.ts");
  try {
    return sqlite({ path: givenPath(file) });
  } catch (error) {
    // Nothing has been asked of a store yet: the file was named wrongly.
    throw new QuorateError("BAD_OPTIONS", describeThrown(error), { cause: error });
  }
}

async function openPostgres(url: string): Promise<OpenBackend> {
  const hasPassword = shownPlace(url) !== (URL.canParse(url) ? new URL(url).href : url);
  if (hasPassword && process.argv.some((word) => word.includes(url))) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "--db has a password in it, which every user of this machine can read; leave it out and set PGPASSWORD, or set QUORATE_DB to the whole address",
    );
  }
  const { postgres } = await import("../../postgres/index.ts");
  const backend = postgres({ url: URL.canParse(url) ? new URL(url).href : url });
  try {
    // Found out here and not at the first question: a server or an MCP client would hear of it only when somebody asks something.
    await reached(backend.store, `the database ${shownPlace(url)}`);
  } catch (error) {
    await backend.close();
    throw error;
  }
  return backend;
}

function checkPlace(file: string): void {
  const folder = dirname(file);
  if (isWrongAddress(file)) throw new QuorateError("BAD_OPTIONS", noDatabase(file));
  if (file.trim() === "") {
    throw new QuorateError("BAD_OPTIONS", "The database has no name; name a file with --db FILE.");
  }
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
  if (isAddress(file) || existsSync(givenPath(file))) return openDatabase(file);
  const config = configFile();
  const unread =
    config === undefined ? "" : `; ${config} is read by commands that take a team, and by no other`;
  throw new QuorateError(
    "BAD_OPTIONS",
    isWrongAddress(file)
      ? noDatabase(file)
      : `There is no database ${file}; say where the runs are with --db FILE${unread}.`,
  );
}

/** It looks like an address with a password. */
function noDatabase(file: string): string {
  return `There is no database ${shownPlace(file)}; name a file, or a PostgreSQL database as postgres://user@host:5432/name`;
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
