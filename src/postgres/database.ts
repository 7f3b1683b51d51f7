import { setTimeout } from "node:timers/promises";
import { QuorateError } from "../model/errors.ts";
import { databaseFailure, isInTheWay, isLost } from "./failure.ts";
import type { PostgresClient, PostgresPool } from "./options.ts";

/** A row of a result. */
export type Row = Readonly<Record<string, unknown>>;

/** One connection, for as long as it is held. */
export interface Connection {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface DatabaseOptions {
  /** The database's name, for messages. */
  readonly name: string;
  readonly pool: PostgresPool;
  readonly patienceMs: number;
  /** Creates the tables, once; if it rejects, the next query tries again. */
  readonly prepare: (connection: Connection) => Promise<void>;
}

/** A database that may be unreachable for a while. All methods reject with `STORE_FAILED` if it stays so. */
export interface Database {
  readonly name: string;
  /**
   * Runs one idempotent statement, and retries it if the connection was lost or another transaction conflicted. `again` says whether it may have
   * run before.
   */
  ask(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * Runs `work` in a transaction, once it has the `locks`, and resolves with its result after the commit. Calls `work` again if nothing was
   * committed; if `work` throws, rolls back and rejects with its error.
   */
  transact<T>(locks: readonly bigint[], work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Runs `work`, and retries it for up to `patienceMs` if the connection is lost. `again` says whether it is a retry. */
  patiently<T>(work: (again: boolean) => Promise<T>): Promise<T>;
  /** Stops retrying, and resolves when all pending queries have settled. */
  drain(): Promise<void>;
  /** Runs one query on a connection of the pool, without retries. */
  once(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
}

const LONGEST_WAIT_MS = 500;

/** A silent holder of a lock loses it, with its connection: other transactions wait no longer than this. */
const SILENT_MS = 5_000;

export function database({ name, pool, patienceMs, prepare }: DatabaseOptions): Database {
  let preparing: Promise<void> | undefined;
  let isDraining = false;
  const heard = new WeakSet<PostgresClient>();
  const asking = new Set<Promise<unknown>>();

  async function withClient<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    // An idle connection that is lost emits an error, which would end the process.
    if (!heard.has(client)) client.on("error", () => {});
    heard.add(client);
    let isSound = false;
    try {
      const done = await work(connectionOf(client));
      isSound = true;
      return done;
    } catch (error) {
      // A connection with a possibly open transaction is not reused.
      isSound = error instanceof Undone;
      throw error instanceof Undone ? error.thrown : error;
    } finally {
      client.release(!isSound);
    }
  }

  async function prepared(): Promise<void> {
    preparing ??= withClient(prepare);
    try {
      await preparing;
    } catch (error) {
      preparing = undefined;
      throw error;
    }
  }

  function patiently<T>(work: (again: boolean) => Promise<T>): Promise<T> {
    const asked = tryAgain(work);
    asking.add(asked);
    const forget = (): boolean => asking.delete(asked);
    asked.then(forget, forget);
    return asked;
  }

  async function tryAgain<T>(work: (again: boolean) => Promise<T>): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (let waitMs = 5, again = false; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        await prepared();
        return await work(again);
      } catch (error) {
        const isWorthIt = isLost(error) || isInTheWay(error);
        if (!isWorthIt || isDraining || performance.now() >= deadline)
          throw databaseFailure(name, error);
      }
      again = true;
      await setTimeout(waitMs * (0.5 + Math.random()));
    }
  }

  const once: Database["once"] = (text, values) =>
    withClient(({ query }) => query(text, values).catch(asUndone));

  /** Whether a transaction was committed whose result was lost. */
  async function wasKept(xid: string): Promise<boolean> {
    return patiently(async () => {
      const [row] = await once("SELECT pg_xact_status($1::xid8) AS status", [xid]);
      if (row?.["status"] !== "in progress") return row?.["status"] === "committed";
      // Its connection is gone, which the server will notice.
      throw Object.assign(new Error("Its transaction has not ended."), { code: "55P03" });
    });
  }

  function transact<T>(
    locks: readonly bigint[],
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    return patiently(async () => {
      let xid = "";
      let done: { readonly answer: T } | undefined;
      try {
        return await withClient(async (connection) => {
          const begun = await connection.query(beginning(locks));
          xid = String(begun.find((row) => "xid" in row)?.["xid"]);
          let answer: T;
          try {
            answer = await work(connection);
          } catch (error) {
            await connection.query("ROLLBACK");
            throw new Undone(error);
          }
          done = { answer };
          await connection.query("COMMIT");
          return answer;
        });
      } catch (error) {
        if (done === undefined || !isLost(error)) throw error;
        if (await wasKept(xid)) return done.answer;
        throw error;
      }
    });
  }

  return {
    name,
    patiently,
    once,
    async drain() {
      isDraining = true;
      while (asking.size > 0) await Promise.allSettled(asking);
    },
    transact,
    ask: (text, values) => patiently(() => once(text, values)),
  };
}

/** A query was refused, and its connection is as it was before. */
class Undone extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super("Undone");
    this.thrown = thrown;
  }
}

function asUndone(error: unknown): never {
  throw isLost(error) ? error : new Undone(error);
}

function connectionOf(client: PostgresClient): Connection {
  return {
    async query(text, values) {
      const answer: unknown = await client.query(text, values);
      // Several statements have several results.
      const answers: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
      return answers.flatMap((one) => rowsOf(one));
    },
  };
}

function rowsOf(answer: unknown): readonly Row[] {
  const { rows } = Object(answer) as { readonly rows?: unknown };
  if (rows === undefined || rows === null) return [];
  if (Array.isArray(rows)) return rows as readonly Row[];
  throw new QuorateError(
    "STORE_FAILED",
    "The pool answers with no rows; give a Pool of the package pg.",
  );
}

/** Begins a transaction and takes its locks: they are numbers that this package computed, so that one message can contain them. */
function beginning(locks: readonly bigint[]): string {
  const inOrder = [...new Set(locks)].toSorted((a, b) => (a < b ? -1 : 1));
  return [
    "BEGIN ISOLATION LEVEL READ COMMITTED",
    `SET LOCAL idle_in_transaction_session_timeout = ${SILENT_MS}`,
    `SET LOCAL lock_timeout = ${2 * SILENT_MS}`,
    "SELECT pg_current_xact_id()::text AS xid",
    ...inOrder.map((lock) => `SELECT pg_advisory_xact_lock(${lock})`),
  ].join("; ");
}
