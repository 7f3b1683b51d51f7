import { QuorateError } from "../../model/errors.ts";
import type { Backend } from "../../index.ts";
import type { Store } from "../../store/store.ts";
import type { Supervisor } from "../../supervisor.ts";
import { reached } from "./reached.ts";
import { DEFAULT_DATABASE, openDatabase, openExisting, shownPlace } from "./database.ts";

/** Where a run is kept, and the file of it where that is known. Whoever chose it closes the store. */
export interface RunLog {
  readonly backend: Backend;
  /** That of the backend. */
  readonly store: Store;
  readonly file?: string;
}

/**
 * The database that was asked for; else the store that the team brings; else, since what is kept in memory
 * would be gone with the process, the default database.
 */
export async function chooseLog(team: Supervisor, wanted: string | undefined): Promise<RunLog> {
  return choose(team, wanted, openDatabase);
}

/** `chooseLog`, for runs that are there: rejects with `BAD_OPTIONS` where the database is not. */
export async function existingLog(team: Supervisor, wanted: string | undefined): Promise<RunLog> {
  return choose(team, wanted, openExisting);
}

/** The database that was asked for, else the one store that all teams bring, else the default database. */
export async function sharedLog(
  [first, ...others]: readonly Supervisor[],
  wanted: string | undefined,
): Promise<RunLog> {
  const log = await chooseLog(first as Supervisor, wanted);
  if (wanted !== undefined || log.store !== first?.backend.store) return log;
  if (others.every((team) => team.backend.store === log.store)) return log;
  throw new QuorateError(
    "BAD_OPTIONS",
    "the teams have different stores; say with --db FILE where the runs are to be",
  );
}

async function choose(
  team: Supervisor,
  wanted: string | undefined,
  open: (file: string) => Promise<Backend>,
): Promise<RunLog> {
  const { backend } = team;
  const { store } = backend;
  if (wanted === undefined && !isInMemory(store)) {
    await reached(store, `the database of the team "${team.name}"`);
    const { path } = store as { readonly path?: unknown };
    return { backend, store, ...(typeof path === "string" && { file: path }) };
  }
  const file = wanted ?? DEFAULT_DATABASE;
  const opened = await open(file);
  return { backend: opened, store: opened.store, file: shownPlace(file) };
}

// A store that reaches outside has something to wait for when it is closed; the one in memory is only disposed of.
function isInMemory(store: Store): boolean {
  return Symbol.dispose in store && !(Symbol.asyncDispose in store);
}
