import { fitting, flag, hasMethods, integer, number, text, thing } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";

/** A pool of `pg`, or what is like one. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  /** Where it is one that `postgres()` was given, it is never ended. */
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
   * Where the database is, `postgres://user@host:5432/name`; a password is better left to `PGPASSWORD` or a pass file. Default: the
   * environment variable `QUORATE_POSTGRES`.
   */
  readonly url?: string;
  /** A pool of your own, in place of `url`. It stays open when the backend is closed. */
  readonly pool?: PostgresPool;
  /** The schema that the tables stand in, made when there is none: 1 to 40 of `a-z`, `0-9` and `_`. Default `"quorate"`. */
  readonly schema?: string;
  /** How many connections there are at most, beside the one that listens. Default 4. */
  readonly connections?: number;
  /**
   * Whether what other processes write is heard of by `LISTEN`, on a connection of its own. `false` behind a pooler that gives a connection
   * for one transaction only: then it is looked for every 500 ms, as long as somebody waits for it. Default `true`.
   */
  readonly listen?: boolean;
  /**
   * How long the database may be out of reach, or a lock be taken, before what is asked of it fails, in ms, at most a day: until then it is
   * asked again. Default 15,000.
   */
  readonly patienceMs?: number;
  /**
   * How long this store may be silent before others take its runs for gone, in ms, from 300 to a day. It shows itself three times as often
   * while it drives runs. Default 15,000.
   */
  readonly leaseMs?: number;
  /**
   * How long runs are kept after their end, in ms. Older ones are forgotten when the store is opened, and at most once an hour while it is
   * written. Default `Infinity`: all are kept.
   */
  readonly retainMs?: number;
  /**
   * How long an attempt of an agent that is elsewhere waits while no process takes any of that agent, in ms, at most a day: then it fails.
   * Default 300,000.
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
      "pool",
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
    leaseMs: integer(LEAST_LEASE_MS, DAY_MS).or(15_000),
    retainMs: number(0, Infinity, "use milliseconds from 0 on").or(Infinity),
    unservedMs: integer(0, DAY_MS).or(300_000),
  },
  { instead: "use { url }, or set QUORATE_POSTGRES" },
);
