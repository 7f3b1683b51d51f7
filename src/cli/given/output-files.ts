import { realpathSync, statSync, type BigIntStats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { QuorateError } from "../../model/errors.ts";
import { isAddress, isFolder } from "./database.ts";
import { givenPath } from "./given-path.ts";

/** A file that a command uses, and what it is to the command: "the database". */
export interface UsedFile {
  readonly file: string;
  readonly what: string;
}

/**
 * Refuses with `BAD_OPTIONS`, before anything is spent, a file that cannot be written (there is no folder for it, or it is no file), that two of `outputs`
 * would share, or that is one of `used`.
 */
export function checkOutputFiles(outputs: readonly UsedFile[], used: readonly UsedFile[]): void {
  for (const { file, what } of outputs) {
    if (isFolder(file)) throw refusal(`${file} is a folder; name a file for ${what}.`);
    if (!isFolder(dirname(file))) {
      throw refusal(`There is no folder ${dirname(file)} for ${what} ${file}; make it first.`);
    }
    const kind = endlessKind(file);
    if (kind !== undefined) throw refusal(`${file} is ${kind}; name a file for ${what}.`);
  }
  checkApart(outputs, used);
}

/** Refuses an output that two of `outputs` would share, or that is one of `used`, whose content would be lost: by whatever path or link. */
export function checkApart(outputs: readonly UsedFile[], used: readonly UsedFile[]): void {
  const taken = new Map<string, string>();
  for (const { file, what } of used)
    for (const path of filesOf(file, what)) taken.set(identityOf(path), what);
  for (const { file, what } of outputs) {
    const identity = identityOf(givenPath(file));
    const other = taken.get(identity);
    if (other === what) {
      throw refusal(`${file} is named for two reports; give each a file of its own.`);
    }
    if (other !== undefined) {
      throw refusal(`${file} is ${other} of this command; name another file for ${what}.`);
    }
    taken.set(identity, what);
  }
}

/** What a run is made of, besides its task and its database. */
export function teamFiles(
  team: string | undefined,
  prices: string | undefined,
): readonly UsedFile[] {
  return [
    ...(team === undefined ? [] : [{ file: team, what: "the team" }]),
    ...(prices === undefined ? [] : [{ file: prices, what: "the prices" }]),
  ];
}

/** The database, by its file. Nothing for one that has none here. */
export function databaseFile(file: string | undefined): readonly UsedFile[] {
  const isFile = file !== undefined && file !== ":memory:" && !isAddress(file);
  return isFile ? [{ file, what: DATABASE }] : [];
}

const DATABASE = "the database";

/** SQLite has more files beside the one that a link leads to. */
function filesOf(file: string, what: string): readonly string[] {
  const path = givenPath(file);
  if (what !== DATABASE) return [path];
  const place = realPath(path);
  return [path, ...["-wal", "-shm", "-journal"].map((end) => place + end)];
}

/** The same for all paths and links that lead to a file. */
function identityOf(path: string): string {
  const stats = statsOf(path);
  return stats === undefined ? realPath(path) : `${stats.dev}:${stats.ino}`;
}

/** Also of a file that is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

/** What would wait until somebody reads it. A shell and the system have a reader for what stands under /dev. */
function endlessKind(file: string): string | undefined {
  const path = givenPath(file);
  if (path.startsWith("/dev/")) return undefined;
  const stats = statsOf(path);
  if (stats?.isFIFO() === true) return "a named pipe";
  return stats?.isSocket() === true ? "a socket" : undefined;
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function refusal(message: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", message);
}
