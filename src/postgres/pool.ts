import { QuorateError } from "../model/errors.ts";
import type { PostgresPool } from "./options.ts";

/** A pool that is created at the first connection. */
export interface LazyPool extends PostgresPool {
  end(): Promise<void>;
}

// A server that does not answer within this time is unreachable.
const CONNECT_MS = 5_000;
const ANSWER_MS = 60_000;

/** Loads `pg` when it is first needed. Connecting rejects with `BAD_OPTIONS` if it is missing, with a one-sentence message. */
export function lazyPool(url: string, connections: number): LazyPool {
  let made: Promise<LazyPool> | undefined;
  let ended = false;

  async function make(): Promise<LazyPool> {
    const { default: pg } = await import("pg").catch((cause: unknown) => {
      const why =
        'quorate/postgres needs the package "pg", which cannot be loaded; install it: npm install pg';
      throw new QuorateError("BAD_OPTIONS", why, { cause });
    });
    const pool = new pg.Pool({
      connectionString: url,
      // One more, which listens.
      max: connections + 1,
      allowExitOnIdle: true,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      application_name: "quorate",
    });
    // An idle connection that is lost is replaced when one is needed.
    pool.on("error", () => {});
    return pool;
  }

  return {
    async connect() {
      made ??= make();
      return (await made).connect();
    },
    async end() {
      if (ended) return;
      ended = true;
      await (await made?.catch(() => undefined))?.end();
    },
  };
}

/** The database's name in messages: its address without user and password. Throws `BAD_OPTIONS` for an invalid URL. */
export function nameOf(url: string): string {
  try {
    const { protocol, hostname, port, pathname, searchParams } = new URL(url);
    if (protocol !== "postgres:" && protocol !== "postgresql:") throw new TypeError(protocol);
    const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
    // With a slash too many, user and password are in the path.
    const name = decodeURIComponent(pathname.slice(1)).replace(/^.*@/s, "…@");
    return `${name || "of this user"} at ${host}:${port || "5432"}`;
  } catch {
    // Not quoted: it may contain a password.
    throw new QuorateError(
      "BAD_OPTIONS",
      "postgres: url is not an address of a database; use postgres://user@host:5432/name",
    );
  }
}
