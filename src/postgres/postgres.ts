import { QuorateError } from "../model/errors.ts";
import { POSTGRES, type PostgresOptions } from "./options.ts";
import { lazyPool, nameOf } from "./pool.ts";
import type { AttemptQueue } from "./attempt-queue.ts";
import { attemptRows } from "./attempt-rows.ts";
import { attemptWorker } from "./attempt-worker.ts";
import { elsewhere } from "./elsewhere.ts";
import { postgresStore, type MadeStore, type PostgresStore } from "./postgres-store.ts";
import type { ExecutorFactory } from "../executor/executor.ts";
import type { TakeAttempts } from "../team/backend.ts";

/** A backend in a PostgreSQL database; `await using` closes it. */
export interface PostgresBackend extends AsyncDisposable {
  readonly store: PostgresStore;
  /** Has workers run the agents that a team has `elsewhere`; all others run in this process. */
  readonly executor: ExecutorFactory;
  readonly takeAttempts: TakeAttempts;
  /** The states of the queues of agents that are elsewhere, with the number of their workers. */
  attemptQueues(): Promise<readonly AttemptQueue[]>;
  /** Waits for pending writes, and closes the connections. */
  close(): Promise<void>;
}

/**
 * Keeps runs and values in a PostgreSQL database, which processes on many machines may use at once. Limits and budgets with a `scope` hold across
 * all of them; all other limits belong to this process, and so does the work of agents that their team does not have `elsewhere`.
 *
 * The tables are created at first use. Throws `BAD_OPTIONS` if none of `url`, `pool` and `QUORATE_POSTGRES` names the database. Calls reject with
 * `STORE_FAILED` if the database is unreachable for longer than `patienceMs` or refuses the user, or if the schema is another program's or a newer
 * version's; and with `BAD_OPTIONS` if the package `pg` is missing.
 */
export function postgres(options: PostgresOptions = {}): PostgresBackend {
  const { url, pool, connections, unservedMs, ...settings } = POSTGRES.of(options, "postgres");
  const address = url ?? process.env["QUORATE_POSTGRES"];
  if (pool !== undefined && url !== undefined)
    throw new QuorateError("BAD_OPTIONS", "postgres: url and pool are both given; use one of them");
  const { store, parts } =
    pool === undefined
      ? ofAddress(address)
      : postgresStore({ ...settings, pool, name: "of the pool", closed: async () => {} });

  const rows = attemptRows(parts);

  function ofAddress(given: string | undefined): MadeStore {
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
    executor: (agents, team) => elsewhere({ parts, rows, unservedMs }, agents, team),
    takeAttempts: (agents, team, { atOnce, onTaken }) =>
      attemptWorker({ parts, rows, atOnce, onTaken }, agents, team),
    async attemptQueues() {
      parts.refuseWhenClosed();
      return rows.queues();
    },
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
