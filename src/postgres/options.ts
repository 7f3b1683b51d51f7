import { fitting, flag, hasMethods, integer, number, text, thing } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";

/** A pool of `pg`, or a compatible one. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  /** Never called for a pool that `postgres()` was given. */
  end?(): Promise<void>;
}

/** A connection of a pool. */
export interface PostgresClient {
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
  release(destroy?: boolean): void;
  on(event: string, told: (message: never) => void): unknown;
  ref?(): void;
  unref?(): void;
}

export interface PostgresOptions {
  /**
   * The database's URL, `postgres://user@host:5432/name`; keep a password in `PGPASSWORD` or a pass file instead. Default: the environment variable
   * `QUORATE_POSTGRES`.
   */
  readonly url?: string;
  /** Your own pool, instead of `url`. It stays open when the backend is closed. */
  readonly pool?: PostgresPool;
  /** The schema of the tables, created if it does not exist: 1 to 40 of `a-z`, `0-9` and `_`. Default `"quorate"`. */
  readonly schema?: string;
  /** The most connections, in addition to the one that listens. Default 4. */
  readonly connections?: number;
  /**
   * Whether to learn of other processes' writes by `LISTEN`, on a separate connection. Use `false` behind a pooler that assigns a connection for one
   * transaction only: then writes are polled every 500 ms while a reader waits. Default `true`.
   */
  readonly listen?: boolean;
  /**
   * How long the database may be unreachable, or a lock be held, before a call fails, in ms, at most a day; the call is retried until then. Default
   * 15,000.
   */
  readonly patienceMs?: number;
  /**
   * How long this store may be silent before other processes may take its runs, in ms, from 300 to a day. While it drives runs, it shows that it is
   * alive three times within this time. Default 10,000.
   */
  readonly leaseMs?: number;
  /**
   * How long runs are kept after their end, in ms. Older ones are removed when the store is opened, and at most once an hour while it is written.
   * Default `Infinity`: all are kept.
   */
  readonly retainMs?: number;
  /**
   * How long an attempt of an agent that is elsewhere waits while no process serves that agent, in ms, at most a day; then it fails. Default 300,000.
   */
  readonly unservedMs?: number;
}

const DAY_MS = 86_400_000;
const LEAST_LEASE_MS = 300;
const MOST_CONNECTIONS = 100;

export const POSTGRES: Options<
  PostgresOptions,
  "schema" | "connections" | "listen" | "patienceMs" | "leaseMs" | "retainMs" | "unservedMs"
> = options(
  {
    url: text('give the address of a database, "postgres://user@host:5432/name"'),
    pool: thing<PostgresPool>(
      "a pool",
      (given) => hasMethods(given, "connect"),
      "give a Pool of the package pg",
    ),
    schema: fitting<string>(
      (given) => typeof given === "string" && /^[a-z_][a-z0-9_]{0,39}$/.test(given),
      "use 1 to 40 of a-z, 0-9 and _, no digit first",
    ).or("quorate"),
    connections: integer(1, MOST_CONNECTIONS).or(4),
    listen: flag().or(true),
    patienceMs: integer(0, DAY_MS).or(15_000),
    leaseMs: integer(LEAST_LEASE_MS, DAY_MS).or(10_000),
    retainMs: number(0, Infinity, "use milliseconds from 0 on").or(Infinity),
    unservedMs: integer(0, DAY_MS).or(300_000),
  },
  { instead: "use { url }, or set QUORATE_POSTGRES" },
);
