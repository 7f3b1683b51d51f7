import type { SqliteOptions } from "./options.ts";
import { sqliteStore, type SqliteStore } from "./sqlite-store.ts";

/** A backend in a SQLite file; `await using` closes it. */
export interface SqliteBackend extends AsyncDisposable {
  readonly store: SqliteStore;
  /** Waits for what is to be kept, and lets go of the file. */
  close(): Promise<void>;
}

/**
 * Keeps runs and values in a SQLite file, which several processes may use at once. Limits and budgets with a `scope` hold over all of them; all
 * other limits, and the work of agents, are this process's own.
 *
 * Throws `BAD_OPTIONS`, and `STORE_FAILED` when the file cannot be used: it is not ours, newer than this package, out of reach, damaged, no
 * file at all, or was made with another codec.
 */
export function sqlite(options: SqliteOptions): SqliteBackend {
  const store = sqliteStore(options);
  return {
    store,
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
