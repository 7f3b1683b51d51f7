import { createHash } from "node:crypto";
import { QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import {
  checkChange,
  checkKey,
  checkKeyPart,
  checkWatch,
  LIST,
  makeValues,
  ofOne,
  type ValueChange,
  type Written,
} from "../store/check-value.ts";
import { PLAIN } from "../store/seal.ts";
import {
  DEFAULT_VALUES_LIMIT,
  type ChangeOptions,
  type KeyedValue,
  type ListOptions,
  type Make,
  type MakeAll,
  type Values,
} from "../store/values.ts";
import { keyBytes, keyOf, keysEnd } from "../store/key-bytes.ts";
import { wholeNumber } from "../store/whole-number.ts";
import type { Connection, Database, Row } from "./database.ts";
import type { WriteNews } from "./news.ts";
import type { Owner } from "./owner.ts";
import { toText } from "./schema.ts";
import { writeQueue } from "./write-queue.ts";

/** Values in a database. */
export interface PostgresValues extends Values {
  get(key: string): Promise<Json | undefined>;
  change(key: string, make: Make, options?: ChangeOptions): Promise<Json | undefined>;
  changeAll(
    keys: readonly string[],
    make: MakeAll,
    options?: ChangeOptions,
  ): Promise<readonly (Json | undefined)[]>;
  list(prefix: string, options?: ListOptions): Promise<readonly KeyedValue[]>;
}

/** Values, and what the store does with all of them. */
export interface ValuesInDatabase {
  readonly values: PostgresValues;
  /** Removes values that had expired before a time. */
  forgetExpired(beforeMs: number): Promise<void>;
  drained(): Promise<void>;
}

export interface PostgresValuesOptions {
  readonly database: Database;
  readonly schema: string;
  readonly owner: Owner;
  readonly news: WriteNews;
  /** Throws if the store is closed. */
  readonly refuseWhenClosed: () => void;
}

/** The result of a change: a `make` that throws must not fail other changes in the same transaction. */
type ChangeEnd = ReturnType<typeof makeValues> | { readonly thrown: unknown };

/** The server's time, in ms since 1970. */
const NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::float8";
const LIVES = `(expires_ms IS NULL OR expires_ms > ${NOW_MS})`;

// Values per portion: between two portions other work has its turn.
const VALUES_PER_PORTION = 1_000;
// After this many writes with an expiry, as many expired values are removed: the table does not grow without limit.
const WRITES_PER_REMOVAL = 200;

/**
 * Reads and changes values. The changes of one turn of the event loop are one transaction, which locks each key: the value that `make` gets is the
 * one that is replaced, whichever process changes it.
 */
export function postgresValues(options: PostgresValuesOptions): ValuesInDatabase {
  const { database, schema: s, owner, news, refuseWhenClosed } = options;
  const queue = writeQueue<ValueChange, ChangeEnd>(changeTogether);
  let expiring = 0;

  const selectSql = `
    SELECT ${NOW_MS} AS now_ms, asked.key, kept.body, kept.expires_ms
    FROM unnest($1::bytea[]) AS asked (key) LEFT JOIN ${s}.kept_values AS kept USING (key)`;
  const writeSql = `
    WITH removed AS (
      DELETE FROM ${s}.kept_values WHERE key = ANY ($1::bytea[])
    ), written AS (
      INSERT INTO ${s}.kept_values (key, body, expires_ms, run_id)
      SELECT * FROM unnest($2::bytea[], $3::text[], $4::float8[], $5::text[])
      ON CONFLICT (key) DO UPDATE SET body = excluded.body, expires_ms = excluded.expires_ms, run_id = excluded.run_id
    )
    SELECT pg_notify($6::text, $8::text || ' value ' || t.key) FROM unnest($7::text[]) AS t (key)`;
  const listSql = `
    SELECT key, body FROM ${s}.kept_values
    WHERE key >= $1::bytea AND key > $2::bytea AND key < $3::bytea AND ${LIVES} ORDER BY key LIMIT $4`;
  const expiredSql = `
    DELETE FROM ${s}.kept_values WHERE key IN (
      SELECT key FROM ${s}.kept_values WHERE expires_ms <= least($1::float8, ${NOW_MS})
      ORDER BY expires_ms LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1 AS one`;

  async function changeTogether(
    changes: readonly ValueChange[],
  ): Promise<readonly (() => ChangeEnd)[]> {
    const keys = [...new Set(changes.flatMap((change) => change.keys))];
    const locks = keys.map((key) => lockOf(s, key));
    const all = await database.transact(locks, (connection) => changeIn(connection, keys, changes));
    return all.map((one) => () => one);
  }

  async function changeIn(
    connection: Connection,
    keys: readonly string[],
    changes: readonly ValueChange[],
  ): Promise<readonly ChangeEnd[]> {
    const rows = await connection.query(selectSql, [keys.map(keyBytes)]);
    const nowMs = Number(rows[0]?.["now_ms"]);
    const held = new Map<string, Json | undefined>();
    for (const row of rows) {
      const key = keyOf(row["key"]);
      const isThere =
        row["body"] !== null && !(row["expires_ms"] !== null && Number(row["expires_ms"]) <= nowMs);
      held.set(key, isThere ? open(key, row["body"]) : undefined);
    }
    const written = new Map<string, Written & { readonly runId: string | undefined }>();
    const ends = changes.map((change): ChangeEnd => {
      try {
        const end = makeValues(
          change,
          change.keys.map((key) => held.get(key)),
          nowMs,
        );
        for (const one of end.written) {
          // The next change of the same key gets this result, with its expiry.
          held.set(one.key, one.expiresAtMs <= nowMs ? undefined : one.value);
          written.set(one.key, { ...one, runId: change.runId });
        }
        return end;
      } catch (thrown) {
        return { thrown };
      }
    });
    if (written.size > 0) await write(connection, [...written.values()]);
    return ends;
  }

  async function write(
    connection: Connection,
    all: readonly (Written & { readonly runId: string | undefined })[],
  ): Promise<void> {
    const kept = all.filter(({ value }) => value !== undefined);
    const removed = all.filter(({ value }) => value === undefined);
    await connection.query(writeSql, [
      removed.map(({ key }) => keyBytes(key)),
      kept.map(({ key }) => keyBytes(key)),
      kept.map(({ value }) => JSON.stringify(value)),
      kept.map(({ expiresAtMs }) => (expiresAtMs < Infinity ? expiresAtMs : null)),
      kept.map(({ runId }) => (runId === undefined ? null : toText(runId))),
      news.channel,
      all.map(({ key }) => toText(key)),
      String(owner.id),
    ]);
    expiring += kept.filter(({ expiresAtMs }) => expiresAtMs < Infinity).length;
    if (expiring < WRITES_PER_REMOVAL) return;
    expiring = 0;
    // If it fails, the next one makes up for it.
    void database.once(expiredSql, [Infinity, 2 * WRITES_PER_REMOVAL]).catch(() => undefined);
  }

  async function changeAll(
    keys: readonly string[],
    make: MakeAll,
    given?: ChangeOptions,
  ): Promise<readonly (Json | undefined)[]> {
    refuseWhenClosed();
    const change = checkChange(keys, make, given);
    const end = await queue.add(change);
    if ("thrown" in end) throw end.thrown;
    news.wroteValues(end.written);
    return end.made;
  }

  async function ask(text: string, bound: readonly unknown[]): Promise<readonly Row[]> {
    refuseWhenClosed();
    return database.ask(text, bound);
  }

  return {
    drained: queue.drained,
    async forgetExpired(beforeMs) {
      for (;;) {
        const removed = await database.ask(expiredSql, [beforeMs, VALUES_PER_PORTION]);
        if (removed.length < VALUES_PER_PORTION) return;
      }
    },
    values: {
      async now() {
        const [row] = await ask(`SELECT ${NOW_MS} AS now_ms`, []);
        return Number(row?.["now_ms"]);
      },
      async get(key) {
        refuseWhenClosed();
        checkKey(key);
        const sql = `SELECT body FROM ${s}.kept_values WHERE key = $1::bytea AND ${LIVES}`;
        const [row] = await ask(sql, [keyBytes(key)]);
        return row && open(key, row["body"]);
      },
      change: async (key, make, given) => (await changeAll([key], ofOne(make), given))[0],
      changeAll,
      async list(prefix, given = {}) {
        LIST.of(given, "list");
        const { after = "", limit = DEFAULT_VALUES_LIMIT } = given;
        checkKeyPart(prefix, "The prefix");
        checkKeyPart(after, "The after");
        const from = keyBytes(prefix);
        const end = keysEnd(from);
        const most = atMost(wholeNumber(limit));
        const rows = await ask(listSql, [from, keyBytes(after), end, most]);
        return rows.map((row) => {
          const key = keyOf(row["key"]);
          return { key, value: open(key, row["body"]) };
        });
      },
      watch(prefix, told) {
        checkWatch(prefix, told);
        return news.watchValues(prefix, told);
      },
    },
  };
}

/** A limit in a statement; `null` for none. */
export function atMost(limit: number): number | null {
  return limit === Infinity ? null : limit;
}

function open(key: string, body: unknown): Json {
  try {
    const taken = takeJson(JSON.parse(String(body)), Infinity);
    if (taken.fault !== undefined) throw new TypeError(`It ${taken.fault.why}.`);
    // Written by `write`.
    return taken.value as Json;
  } catch (cause) {
    throw cause instanceof QuorateError ? cause : PLAIN.unreadableValue(key, cause);
  }
}

/** The number of the lock for a change of a value. Two keys with the same number only wait for each other. */
function lockOf(schema: string, key: string): bigint {
  return createHash("sha256").update(`${schema}\n`).update(key).digest().readBigInt64BE();
}
