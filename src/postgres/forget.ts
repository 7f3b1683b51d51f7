import { isErased, type CheckedErasure } from "../store/run-query.ts";
import type { GivenUp } from "../store/given-up.ts";
import type { Connection, Database } from "./database.ts";
import { labelsFor } from "../store/found-by.ts";
import { LIVING, type Owner } from "./owner.ts";
import { ENDED, refuseDriven, RUN_COLUMNS, runFrom } from "./run-rows.ts";
import { fromText, toText } from "./schema.ts";

/** Removes ended runs, and erases runs in any state. */
export interface Forgetting {
  /** Removes runs that ended before a time and have not been taken since. Resolves to their number. */
  prune(beforeMs: number): Promise<number>;
  /** Erases runs and all that is kept of them; resolves to their ids and number. Throws `RUN_OWNED` like `erase` of a store. */
  erase(
    what: CheckedErasure,
  ): Promise<{ readonly runIds: readonly string[]; readonly count: number }>;
}

export interface ForgettingOptions {
  readonly database: Database;
  readonly schema: string;
  readonly owner: Owner;
  readonly givenUp: GivenUp;
  /** The channel on which waiting readers are notified. */
  readonly channel: string;
}

/** The result of one portion of old runs. */
interface Pruned {
  readonly seen: number;
  readonly count: number;
  readonly lastRun: string;
}

// Runs per portion, so that no transaction takes long.
const RUNS_PER_PORTION = 100;

export function forgetting({
  database,
  schema: s,
  owner,
  givenUp,
  channel,
}: ForgettingOptions): Forgetting {
  const from = `FROM ${s}.runs LEFT JOIN ${s}.owners USING (owner)`;

  /** Removes runs, whose rows are locked, with the large values that only they had. */
  async function remove(connection: Connection, runs: readonly string[]): Promise<void> {
    const given = [runs];
    const parts = await connection.query(
      `DELETE FROM ${s}.parts WHERE run = ANY ($1::bigint[]) RETURNING hash`,
      given,
    );
    await connection.query(`DELETE FROM ${s}.events WHERE run = ANY ($1::bigint[])`, given);
    await connection.query(
      `WITH gone AS (
         DELETE FROM ${s}.attempts USING ${s}.runs
         WHERE runs.run = ANY ($1::bigint[]) AND attempts.run_id = runs.run_id RETURNING attempt
       ) DELETE FROM ${s}.attempt_events USING gone WHERE attempt_events.attempt = gone.attempt`,
      given,
    );
    await connection.query(`DELETE FROM ${s}.runs WHERE run = ANY ($1::bigint[])`, given);
    const hashes = [...new Set(parts.map(({ hash }) => String(hash)))].toSorted();
    if (hashes.length === 0) return;
    await connection.query(
      `DELETE FROM ${s}.blobs WHERE hash = ANY ($1::text[])
       AND NOT EXISTS (SELECT 1 FROM ${s}.parts WHERE parts.hash = blobs.hash)`,
      [hashes],
    );
  }

  /** Removes a portion of the old runs; resolves to how many were looked at, and where the next portion begins. */
  async function pruneSome(beforeMs: number, afterRun: string): Promise<Pruned> {
    return database.transact([], async (connection) => {
      const old = `state IN ${ENDED} AND last_ms < $1 AND (taken_seq < last_seq OR NOT (${LIVING} OR coalesce(owner = $2, false)))`;
      const seen = await connection.query(
        `SELECT run ${from} WHERE ${old} AND run > $3::bigint ORDER BY run LIMIT ${RUNS_PER_PORTION}`,
        [beforeMs, owner.id, afterRun],
      );
      const runs = seen.map(({ run }) => String(run));
      const locked = await connection.query(
        `SELECT run FROM ${s}.runs WHERE run = ANY ($1::bigint[]) ORDER BY run FOR UPDATE SKIP LOCKED`,
        [runs],
      );
      // Checked again: another process may have taken or resumed one in the meantime.
      const still = await connection.query(
        `SELECT run ${from} WHERE ${old} AND run = ANY ($3::bigint[])`,
        [beforeMs, owner.id, locked.map(({ run }) => String(run))],
      );
      if (still.length > 0) {
        const forgotten = still.map(({ run }) => String(run));
        await remove(connection, forgotten);
      }
      return { seen: runs.length, count: still.length, lastRun: runs.at(-1) ?? afterRun };
    });
  }

  /** Removes the labels of removed runs of which no value is kept any more. */
  async function forgetLabels(): Promise<void> {
    await database.ask(
      `DELETE FROM ${s}.labels
       WHERE NOT EXISTS (SELECT 1 FROM ${s}.runs WHERE runs.run_id = labels.run_id)
       AND NOT EXISTS (SELECT 1 FROM ${s}.kept_values WHERE kept_values.run_id = labels.run_id)`,
      [],
    );
  }

  async function labelled(what: CheckedErasure): Promise<readonly string[]> {
    const labels = labelsFor(what).map(toText);
    const rows = await database.ask(
      `SELECT run_id FROM ${s}.labels WHERE label = ANY ($1::text[]) GROUP BY run_id HAVING count(*) = $2`,
      [labels, new Set(labels).size],
    );
    return rows.map((row) => fromText(String(row["run_id"])));
  }

  /** Erases the matching runs; throws `RUN_OWNED` if one of them is being driven, without having erased any. */
  async function eraseSome(
    runIds: readonly string[],
    what: CheckedErasure,
    looksOnly: boolean,
  ): Promise<number> {
    return database.transact([], async (connection) => {
      const asked = [runIds.map(toText)];
      // Locked first, then checked, so that a process that takes one in the meantime is seen.
      await connection.query(
        `SELECT 1 AS one FROM ${s}.runs WHERE run_id = ANY ($1::text[]) ORDER BY run FOR UPDATE`,
        asked,
      );
      const rows = await connection.query(
        `SELECT ${RUN_COLUMNS} ${from} WHERE run_id = ANY ($1::text[])`,
        asked,
      );
      const runs = rows.map((row) => runFrom(row, owner.id, givenUp));
      // A new run with that id may have begun.
      const others = new Set(
        runs.filter(({ summary }) => !isErased(summary, what)).map(({ runId }) => runId),
      );
      const meant = runs.filter(({ runId }) => !others.has(runId));
      for (const run of meant) refuseDriven(run);
      if (looksOnly) return meant.length;
      await remove(
        connection,
        meant.map(({ run }) => run),
      );
      const erased = [runIds.filter((runId) => !others.has(runId)).map(toText)];
      await connection.query(
        `DELETE FROM ${s}.kept_values WHERE run_id = ANY ($1::text[])`,
        erased,
      );
      await connection.query(`DELETE FROM ${s}.labels WHERE run_id = ANY ($1::text[])`, erased);
      await connection.query("SELECT pg_notify($1, $2)", [channel, `${owner.id} much`]);
      return meant.length;
    });
  }

  return {
    async prune(beforeMs) {
      let count = 0;
      for (let afterRun = "0"; !Number.isNaN(beforeMs);) {
        const portion = await pruneSome(beforeMs, afterRun);
        count += portion.count;
        afterRun = portion.lastRun;
        if (portion.seen < RUNS_PER_PORTION) break;
      }
      await forgetLabels();
      return count;
    },
    async erase(what) {
      const { runId, tenant, tags } = what;
      const isOnlyId = tenant === undefined && tags.length === 0;
      if (runId !== undefined && !runId.isWellFormed()) return { runIds: [], count: 0 };
      const found = isOnlyId ? [runId ?? ""] : await labelled(what);
      const runIds = found.filter((id) => runId === undefined || id === runId);
      const portions = Array.from(
        { length: Math.ceil(runIds.length / RUNS_PER_PORTION) },
        (_, at) => runIds.slice(at * RUNS_PER_PORTION, (at + 1) * RUNS_PER_PORTION),
      );
      // All are checked before the first is erased.
      if (portions.length > 1) for (const portion of portions) await eraseSome(portion, what, true);
      let count = 0;
      for (const portion of portions) count += await eraseSome(portion, what, false);
      return { runIds, count };
    },
  };
}
