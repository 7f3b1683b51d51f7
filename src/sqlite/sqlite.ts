import type { SqliteOptions } from "./options.ts";
import { sqliteStore, type SqliteStore } from "./sqlite-store.ts";

/** A backend in a SQLite file; `await using` closes it. */
export interface SqliteBackend extends AsyncDisposable {
  readonly store: SqliteStore;
  /** Waits for pending writes, and closes the file. */
  close(): Promise<void>;
}

/**
 * Keeps runs and values in a SQLite file, which several processes may use at once. Limits and budgets with a `scope` hold across all of them; all
 * other limits, and the work of agents, belong to this process.
 *
 * Throws `BAD_OPTIONS`, and `STORE_FAILED` if the file cannot be used: it is another program's, newer than this package, unreachable, damaged, not
 * a file, or was created with another codec.
 */
export function sqlite(options: SqliteOptions): SqliteBackend {
  const store = sqliteStore(options);
  return {
    store,
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
