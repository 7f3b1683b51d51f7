import type { Store } from "../store/store.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { DEFAULT_DATABASE, openDatabase } from "./database.ts";

/** Where a run is kept, and the file of it where that is known. Whoever chose it closes the store. */
export interface RunLog {
  readonly store: Store;
  readonly file?: string;
}

/**
 * The database that was asked for; else the store that the team brings; else, since what is kept in memory
 * would be gone with the process, the default database.
 */
export async function chooseLog(team: Supervisor, wanted: string | undefined): Promise<RunLog> {
  if (wanted === undefined && !isInMemory(team.store)) {
    const { path } = team.store as { readonly path?: unknown };
    return { store: team.store, ...(typeof path === "string" && { file: path }) };
  }
  const file = wanted ?? DEFAULT_DATABASE;
  return { store: await openDatabase(file), file };
}

// A store that reaches outside has something to wait for when it is closed; the one in memory is only disposed of.
function isInMemory(store: Store): boolean {
  return Symbol.dispose in store && !(Symbol.asyncDispose in store);
}
