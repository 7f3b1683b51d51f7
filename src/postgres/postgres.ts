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
  /** Has agents that a team has `elsewhere` asked by whoever takes their attempts, and all others in this process. */
  readonly executor: ExecutorFactory;
  readonly takeAttempts: TakeAttempts;
  /** How attempts of agents that are elsewhere stand, and how many processes take them. */
  attemptQueues(): Promise<readonly AttemptQueue[]>;
  /** Waits for what is to be kept, and lets go of the connections. */
  close(): Promise<void>;
}

/**
 * Keeps runs and values in a PostgreSQL database, which processes of many machines may use at once. Limits and budgets with a
 * `scope` hold over all of them; all other limits are this process's own, and so is the work of agents that their team has not `elsewhere`.
 *
 * The tables are made when it is first used. Throws `BAD_OPTIONS` where neither `url`, `pool` nor `QUORATE_POSTGRES` says which database. What is
 * asked of it rejects with `STORE_FAILED` when the database is out of reach for longer than `patienceMs`, refuses the user, or its schema
 * is another program's or a newer version's, and with `BAD_OPTIONS` where the package `pg` is missing.
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
