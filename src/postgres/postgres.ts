import { QuorateError } from "../model/errors.ts";
import { POSTGRES, type PostgresOptions } from "./options.ts";
import { lazyPool, nameOf } from "./pool.ts";
import { postgresStore, type PostgresStore } from "./postgres-store.ts";

/** A backend in a PostgreSQL database; `await using` closes it. */
export interface PostgresBackend extends AsyncDisposable {
  readonly store: PostgresStore;
  /** Waits for what is to be kept, and lets go of the connections. */
  close(): Promise<void>;
}

/**
 * Keeps runs and values in a PostgreSQL database, which processes of many machines may use at once. Limits and budgets with a
 * `scope` hold over all of them; all other limits, and the work of agents, are this process's own.
 *
 * The tables are made when it is first used. Throws `BAD_OPTIONS` where neither `url`, `pool` nor `QUORATE_POSTGRES` says which database. What is
 * asked of it rejects with `STORE_FAILED` when the database is out of reach for longer than `patienceMs`, refuses the user, or its schema
 * is another program's or a newer version's, and with `BAD_OPTIONS` where the package `pg` is missing.
 */
export function postgres(options: PostgresOptions = {}): PostgresBackend {
  const { url, pool, connections, ...settings } = POSTGRES.of(options, "postgres");
  const address = url ?? process.env["QUORATE_POSTGRES"];
  if (pool !== undefined && url !== undefined)
    throw new QuorateError("BAD_OPTIONS", "postgres: url and pool are both given; use one of them");
  const store =
    pool === undefined
      ? ofAddress(address)
      : postgresStore({ ...settings, pool, name: "of the pool", closed: async () => {} });

  function ofAddress(given: string | undefined): PostgresStore {
    if (given === undefined || given === "") {
      const why =
        "postgres: no database is given; use { url }, or set QUORATE_POSTGRES to postgres://user@host:5432/name";
      throw new QuorateError("BAD_OPTIONS", why);
    }
    const made = lazyPool(given, connections);
    return postgresStore({ ...settings, pool: made, name: nameOf(given), closed: made.end });
  }

  return {
    store,
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
