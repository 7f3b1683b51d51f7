import type { RunEvent } from "../model/events.ts";
import { EVENTS_PER_RUN, toEvent } from "../store/event-row.ts";
import type { GivenUp } from "../store/given-up.ts";
import { noSuchRun } from "../store/refuse-take.ts";
import { isAskedFor, noRunToGoOnFrom, type CheckedQuery } from "../store/run-query.ts";
import { changedOutside, PLAIN } from "../store/seal.ts";
import type { ReadyQuery, RunSummary } from "../store/store.ts";
import type { Database, Row } from "./database.ts";
import { labelsFor, STATES } from "../store/found-by.ts";
import { beatSql, LIVING, type Owner } from "./owner.ts";
import { atMost } from "./postgres-values.ts";
import { refuseDriven, RUN_COLUMNS, runFrom, type RunInDatabase } from "./run-rows.ts";
import { toText } from "./schema.ts";

/** Finds and reads runs, and manages who owns them. */
export interface Runs {
  /** The existing runs among these, by their ids. */
  find(runIds: readonly string[]): Promise<ReadonlyMap<string, RunInDatabase>>;
  read(runId: string, afterSeq: number, limit: number): Promise<readonly RunEvent[]>;
  list(query: CheckedQuery): Promise<readonly RunSummary[]>;
  ready(query: ReadyQuery): Promise<readonly RunSummary[]>;
  take(runId: string): Promise<number>;
  release(runId: string, fence: number): Promise<void>;
}

export interface RunsOptions {
  readonly database: Database;
  readonly schema: string;
  readonly owner: Owner;
  readonly givenUp: GivenUp;
}

export function runsIn({ database, schema: s, owner, givenUp }: RunsOptions): Runs {
  const from = `FROM ${s}.runs LEFT JOIN ${s}.owners USING (owner)`;
  const findSql = `SELECT ${RUN_COLUMNS} ${from} WHERE run_id = ANY ($1::text[])`;
  // One statement sees one state of the database.
  const readSql = `
    SELECT e.seq, e.at_ms, e.body, p.member, b.body AS large FROM (
      SELECT events.* FROM ${s}.events JOIN ${s}.runs USING (run)
      WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
    ) AS e LEFT JOIN ${s}.parts AS p USING (run, seq) LEFT JOIN ${s}.blobs AS b USING (hash)
    ORDER BY e.seq`;

  // Includes its own runs, since it may have given them up.
  const readySql = `
    SELECT ${RUN_COLUMNS} ${from}
    WHERE team = $1 AND state IS NULL AND (owner = $2 OR NOT ${LIVING}) AND run_id <> ALL ($3::text[])
      AND NOT EXISTS (SELECT 1 FROM unnest($4::text[]) AS l (label) WHERE NOT EXISTS (
        SELECT 1 FROM ${s}.labels WHERE labels.label = l.label AND labels.run_id = runs.run_id))
    ORDER BY priority DESC, run LIMIT $5`;

  async function find(runIds: readonly string[]): Promise<ReadonlyMap<string, RunInDatabase>> {
    // Invalid Unicode would be replaced, and find another run.
    const sound = runIds.filter((runId) => runId.isWellFormed());
    const rows = sound.length === 0 ? [] : await database.ask(findSql, [sound.map(toText)]);
    return new Map(
      rows.map((row) => runFrom(row, owner.id, givenUp)).map((run) => [run.runId, run]),
    );
  }

  return {
    find,
    async read(runId, afterSeq, limit) {
      if (!runId.isWellFormed()) return [];
      const after = Math.min(afterSeq, EVENTS_PER_RUN);
      const rows = await database.ask(readSql, [toText(runId), after, atMost(limit)]);
      return eventsFrom(runId, after, rows);
    },
    async list(query) {
      const { after, limit } = query;
      const first = after === undefined ? undefined : (await find([after])).get(after);
      if (after !== undefined && first === undefined) throw noRunToGoOnFrom(after);
      const found: RunSummary[] = [];
      // A row may match although its run does not: a run's status also depends on whether a process drives it.
      for (let before = first?.run; found.length < limit;) {
        const { where, values } = conditions(query, before, s);
        const portion = Math.min(Math.max(limit - found.length, LEAST_PORTION), MOST_PORTION);
        const sql = `SELECT ${RUN_COLUMNS} ${from} ${where} ORDER BY run DESC LIMIT ${portion}`;
        const rows = (await database.ask(sql, values)).map((row) =>
          runFrom(row, owner.id, givenUp),
        );
        found.push(...rows.map(({ summary }) => summary).filter((run) => isAskedFor(run, query)));
        if (rows.length < portion) break;
        before = rows.at(-1)?.run;
      }
      return found.slice(0, limit);
    },
    async ready({ team, tenant, limit, without }) {
      const labels = labelsFor({ tenant, tags: [] }).map(toText);
      const rows = await database.ask(readySql, [
        toText(team),
        owner.id,
        without.map(toText),
        labels,
        limit,
      ]);
      return rows
        .map((row) => runFrom(row, owner.id, givenUp).summary)
        .filter(({ status }) => status === "interrupted");
    },
    take(runId) {
      if (!runId.isWellFormed()) throw noSuchRun(runId);
      return database.transact([], async (connection) => {
        const asked = [toText(runId)];
        // Locked first, then checked, so that a process that took it in the meantime is seen.
        await connection.query(
          `SELECT 1 AS one FROM ${s}.runs WHERE run_id = $1 FOR UPDATE`,
          asked,
        );
        const sql = `SELECT ${RUN_COLUMNS} ${from} WHERE run_id = $1`;
        const [row] = await connection.query(sql, asked);
        if (row === undefined) throw noSuchRun(runId);
        const run = runFrom(row, owner.id, givenUp);
        refuseDriven(run);
        await connection.query(beatSql(s), [owner.id, owner.label, owner.leaseMs]);
        await connection.query(
          `UPDATE ${s}.runs SET owner = $2, fence = fence + 1, taken_seq = last_seq WHERE run = $1`,
          [run.run, owner.id],
        );
        return run.fence + 1;
      });
    },
    async release(runId, fence) {
      if (!runId.isWellFormed() || !Number.isInteger(fence)) return;
      await database.ask(
        `UPDATE ${s}.runs SET owner = NULL WHERE run_id = $1 AND owner = $2 AND fence = $3::float8`,
        [toText(runId), owner.id, fence],
      );
    },
  };
}

const LEAST_PORTION = 20;
const MOST_PORTION = 1_000;

function eventsFrom(runId: string, afterSeq: number, rows: readonly Row[]): readonly RunEvent[] {
  const events: RunEvent[] = [];
  let seq = afterSeq;
  for (let at = 0; at < rows.length;) {
    const row = rows[at] ?? {};
    seq += 1;
    if (row["seq"] !== seq) throw changedOutside(runId, `event ${seq} is missing`);
    const large: [string, string][] = [];
    for (; rows[at]?.["seq"] === seq; at += 1) {
      const { member, large: body } = rows[at] ?? {};
      if (member === null) continue;
      if (typeof body !== "string")
        throw changedOutside(runId, `the ${String(member)} of event ${seq} is missing`);
      large.push([String(member), body]);
    }
    const event = { seq, atMs: Number(row["at_ms"]), body: String(row["body"]) };
    events.push(toEvent(runId, event, large, PLAIN));
  }
  return events;
}

/** The conditions that can be checked on a row alone. */
function conditions(
  query: CheckedQuery,
  beforeRun: string | undefined,
  s: string,
): { readonly where: string; readonly values: readonly unknown[] } {
  const { team, statuses, prefix, sinceMs } = query;
  const all: string[] = [];
  const values: unknown[] = [];
  const add = (condition: (bound: string) => string, bound: unknown): void => {
    values.push(bound);
    all.push(condition(`$${values.length}`));
  };
  if (beforeRun !== undefined) add((run) => `run < ${run}::bigint`, beforeRun);
  if (team !== undefined) add((name) => `team = ${name}::text`, toText(team));
  if (statuses !== undefined) {
    const states = STATES.filter((state) => statuses.has(state));
    const isOpenAsked = statuses.has("running") || statuses.has("interrupted");
    add(
      (known) => `(state = ANY (${known}::text[])${isOpenAsked ? " OR state IS NULL" : ""})`,
      states,
    );
  }
  for (const label of labelsFor(query))
    add(
      (one) => `run_id IN (SELECT run_id FROM ${s}.labels WHERE label = ${one}::text)`,
      toText(label),
    );
  if (prefix !== undefined && prefix !== "" && prefix.isWellFormed())
    add((text) => `starts_with(run_id, ${text}::text)`, toText(prefix));
  if (sinceMs !== undefined) add((since) => `started_ms >= ${since}::float8`, sinceMs);
  return { where: all.length === 0 ? "" : `WHERE ${all.join(" AND ")}`, values };
}
