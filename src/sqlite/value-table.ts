import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../async/clock.ts";
import { takeJson, type Json } from "../model/json.ts";
import type { Written } from "../store/check-value.ts";
import { keyBytes, keyOf, keysEnd } from "../store/key-bytes.ts";
import type { KeyedValue } from "../store/values.ts";
import type { Seal } from "../store/seal.ts";

// For each write with an expiry, this many expired values are removed: the file does not grow without limit, and no write has much extra work.
const REMOVED_PER_WRITE = 2;

/** Values as rows. All methods need an open transaction. */
export interface ValueTable {
  nowMs(): number;
  /** `undefined` if there is none. Throws `STORE_FAILED` for a value that was changed by another program. */
  read(key: string, nowMs: number): Json | undefined;
  /** Throws `STORE_FAILED` if one of them cannot be encoded, without having written anything. */
  write(values: readonly Written[], nowMs: number, runId?: string): void;
  list(prefix: string, after: string, limit: number): readonly KeyedValue[];
  /** Whether there are values that had expired before a time. */
  hasExpired(beforeMs: number): boolean;
  /** Removes up to `limit` of these. */
  removeExpired(beforeMs: number, limit: number): void;
}

export function valueTable(db: DatabaseSync, clock: Pick<Clock, "now">, seal: Seal): ValueTable {
  const lives = "(expires_ms IS NULL OR expires_ms > ?)";
  const select = db.prepare(`SELECT body FROM kept_values WHERE key = ? AND ${lives}`);
  const upsert = db.prepare(`
    INSERT INTO kept_values (key, body, expires_ms, run_id) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE
    SET body = excluded.body, expires_ms = excluded.expires_ms, run_id = excluded.run_id`);
  const remove = db.prepare("DELETE FROM kept_values WHERE key = ?");
  const selectSome = db.prepare(`
    SELECT key, body FROM kept_values WHERE key >= ? AND key > ? AND key < ? AND ${lives}
    ORDER BY key LIMIT ?`);
  const selectExpired = db.prepare("SELECT 1 FROM kept_values WHERE expires_ms <= ? LIMIT 1");
  const deleteExpired = db.prepare(`
    DELETE FROM kept_values WHERE value IN (
      SELECT value FROM kept_values WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?)`);

  function open(key: string, body: unknown): Json {
    try {
      const taken = takeJson(seal.open(String(body)), Infinity);
      if (taken.fault !== undefined) throw new TypeError(`It ${taken.fault.why}.`);
      // Written by `write`.
      return taken.value as Json;
    } catch (cause) {
      throw seal.unreadableValue(key, cause);
    }
  }

  function expiredBy(beforeMs: number): number {
    return Math.min(beforeMs, clock.now());
  }

  return {
    nowMs: () => clock.now(),
    read(key, nowMs) {
      const row = select.get(keyBytes(key), nowMs);
      return row && open(key, row["body"]);
    },
    write(values, nowMs, runId) {
      const bodies = values.map(({ value }) =>
        value === undefined ? undefined : seal.seal(JSON.stringify(value)),
      );
      for (const [index, { key, expiresAtMs }] of values.entries()) {
        const body = bodies[index];
        if (body === undefined) {
          remove.run(keyBytes(key));
          continue;
        }
        const expires = expiresAtMs < Infinity;
        if (expires) deleteExpired.run(nowMs, REMOVED_PER_WRITE);
        upsert.run(keyBytes(key), body, expires ? expiresAtMs : null, runId ?? null);
      }
    },
    list(prefix, after, limit) {
      const from = keyBytes(prefix);
      return selectSome.all(from, keyBytes(after), keysEnd(from), clock.now(), limit).map((row) => {
        const key = keyOf(row["key"]);
        return { key, value: open(key, row["body"]) };
      });
    },
    hasExpired: (beforeMs) => selectExpired.get(expiredBy(beforeMs)) !== undefined,
    removeExpired(beforeMs, limit) {
      deleteExpired.run(expiredBy(beforeMs), limit);
    },
  };
}
