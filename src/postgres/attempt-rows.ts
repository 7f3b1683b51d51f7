import type { AttemptEvent, AttemptRequest } from "../executor/executor.ts";
import { errorRecord, QuorateError, type ErrorRecord } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import type { NumberedEvent } from "../call/received-attempt.ts";
import { living, beatSql } from "./owner.ts";
import { queueParts, type AttemptQueue } from "./attempt-queue.ts";
import type { StoreParts } from "./postgres-store.ts";
import { ENDED } from "./run-rows.ts";
import { toText } from "./schema.ts";

/** An attempt to put into its queue. */
export interface SentAttempt {
  readonly request: AttemptRequest;
  readonly queue: string;
}

/** The state of an attempt that this store waits for. */
export interface SeenAttempt {
  readonly attemptId: string;
  /** `undefined` if there is no such row. */
  readonly state: "queued" | "taken" | "stopped" | undefined;
  readonly cancelled: boolean;
  /** Whether the process that took it is gone. */
  readonly lost: boolean;
  /** For a queued attempt: whether a live process takes attempts from its queue. */
  readonly served: boolean;
  /** The events after the last one that was received, in order. */
  readonly events: readonly NumberedEvent[];
}

/** An attempt that this process has taken. Its fence distinguishes it from a later taking. */
export interface TakenRow {
  readonly row: string;
  readonly fence: number;
  /** Left out if this process has it already. */
  readonly request: AttemptRequest | undefined;
  readonly cancelled: ErrorRecord | undefined;
}

/** Events of an attempt that this process has taken. */
export interface ToldEvents {
  readonly row: string;
  readonly fence: number;
  readonly events: readonly NumberedEvent[];
  readonly stops: boolean;
}

/**
 * The attempts of agents that run elsewhere, as rows:
 *
 *     queued ── a worker takes it ──▶ taken ── its agent stops ──▶ stopped
 *     queued ── cancelled, or no process serves it ──▶ stopped
 *     taken  ── its worker is gone ──▶ stopped
 *
 * A row is taken once, and only while its sender is alive. The process that took it writes its events, under its fence; the last event and the end
 * of the row are one statement.
 */
export interface AttemptRows {
  /** Puts attempts into their queues; those that are there already stay unchanged. */
  send(all: readonly SentAttempt[]): Promise<void>;
  /** From now on this store waits for an attempt. Resolves with whether it exists and is not cancelled. */
  adopt(attemptId: string): Promise<boolean>;
  /** The states of attempts, with the events after the last one that was received of each. */
  look(heard: ReadonlyMap<string, number>): Promise<readonly SeenAttempt[]>;
  cancel(attemptId: string, reason: ErrorRecord): Promise<void>;
  /** Ends attempts that are still queued or whose worker is gone, each with a failure. */
  end(all: readonly { readonly attemptId: string; readonly error: ErrorRecord }[]): Promise<void>;
  /** Removes attempts that are no longer needed. */
  sweep(): Promise<void>;

  /** This store takes attempts from these queues, and from no others. */
  serve(queues: readonly string[]): Promise<void>;
  leave(queues: readonly string[]): Promise<void>;
  /** The attempts that this store has taken from these queues, including those whose answer was lost. */
  mine(queues: readonly string[], known: readonly string[]): Promise<readonly TakenRow[]>;
  take(queues: readonly string[], most: number): Promise<readonly TakenRow[]>;
  /** Keeps events. Resolves to the rows whose events were kept: the other rows belong to another process by now. */
  tell(all: readonly ToldEvents[]): Promise<ReadonlySet<string>>;
  /** The states of the queues that have waiting or running attempts, or are served. */
  queues(): Promise<readonly AttemptQueue[]>;
  /** The channels on which senders of attempts, and workers, are notified. */
  readonly ownChannel: string;
  readonly queueChannel: string;
}

const A_DAY = "interval '1 day'";
const SWEPT_AT_ONCE = 500;

export function attemptRows(parts: StoreParts): AttemptRows {
  const { database, schema: s, owner } = parts;
  // Short: a channel's name has at most 63 bytes.
  const channelOf = (sql: string): string => `'q_${s}_' || ${sql}`;
  const ownChannel = `q_${s}_${owner.id}`;
  const queueChannel = `q_${s}`;
  const beat = [owner.id, owner.label, owner.leaseMs];

  const sendSql = `
    WITH beat AS (${beatSql(s)}), sent AS (
      INSERT INTO ${s}.attempts (attempt_id, run_id, queue, request, state, sender, since, priority)
      SELECT g.attempt_id, g.run_id, g.queue, g.request, 'queued', $1::bigint, clock_timestamp(), coalesce(runs.priority, 0)
      FROM unnest($4::text[], $5::text[], $6::text[], $7::text[]) AS g (attempt_id, run_id, queue, request)
      LEFT JOIN ${s}.runs USING (run_id)
      ON CONFLICT (attempt_id) DO NOTHING
      RETURNING attempt
    )
    SELECT pg_notify('${queueChannel}', '') FROM sent LIMIT 1`;
  const adoptSql = `
    WITH beat AS (${beatSql(s)})
    UPDATE ${s}.attempts SET sender = $1::bigint WHERE attempt_id = $4 AND cancelled IS NULL RETURNING attempt`;
  const lookSql = `
    SELECT g.attempt_id, a.state, a.cancelled IS NOT NULL AS cancelled, e.seq, e.body,
      a.state = 'taken' AND NOT ${living("a.worker", s)} AS lost,
      a.state = 'queued' AND EXISTS (
        SELECT 1 FROM ${s}.serving WHERE serving.queue = a.queue AND ${living("serving.owner", s)}) AS served
    FROM unnest($1::text[], $2::int[]) AS g (attempt_id, heard)
    LEFT JOIN ${s}.attempts AS a USING (attempt_id)
    LEFT JOIN ${s}.attempt_events AS e ON e.attempt = a.attempt AND e.seq > g.heard
    ORDER BY g.attempt_id, e.seq`;
  const cancelSql = `
    WITH told AS (
      UPDATE ${s}.attempts SET cancelled = coalesce(cancelled, $2::text), since = clock_timestamp(),
        state = CASE state WHEN 'queued' THEN 'stopped' ELSE state END,
        request = CASE state WHEN 'queued' THEN NULL ELSE request END,
        last_seq = CASE state WHEN 'queued' THEN 1 ELSE last_seq END
      WHERE attempt_id = $1 AND state <> 'stopped'
      RETURNING attempt, state, worker
    ), unbegun AS (
      INSERT INTO ${s}.attempt_events (attempt, seq, body)
      SELECT attempt, 1, '${bodyOf({ type: "stopped", seq: 1 })}' FROM told WHERE state = 'stopped'
    )
    SELECT pg_notify(${channelOf("worker")}, '') FROM told WHERE state = 'taken'`;
  const endSql = `
    WITH given AS (SELECT * FROM unnest($1::text[], $2::text[]) AS g (attempt_id, body)), ended AS (
      UPDATE ${s}.attempts SET state = 'stopped', request = NULL, last_seq = last_seq + 1, fence = fence + 1, since = clock_timestamp()
      FROM given
      WHERE attempts.attempt_id = given.attempt_id
        AND (attempts.state = 'queued' OR (attempts.state = 'taken' AND NOT ${living("attempts.worker", s)}))
      RETURNING attempt, attempts.last_seq, given.body
    )
    INSERT INTO ${s}.attempt_events (attempt, seq, body)
    SELECT attempt, last_seq, (body::jsonb || jsonb_build_object('seq', last_seq))::text FROM ended`;
  const sweepSql = `
    WITH old AS (
      SELECT attempt FROM ${s}.attempts AS a LEFT JOIN ${s}.runs USING (run_id)
      WHERE (a.state = 'stopped' AND runs.state IN ${ENDED})
        OR (a.since < clock_timestamp() - ${A_DAY} AND a.state <> 'taken' AND NOT ${living("a.sender", s)})
      LIMIT ${SWEPT_AT_ONCE} FOR UPDATE OF a SKIP LOCKED
    ), gone AS (DELETE FROM ${s}.attempts USING old WHERE attempts.attempt = old.attempt)
    DELETE FROM ${s}.attempt_events USING old WHERE attempt_events.attempt = old.attempt`;
  const serveSql = `
    WITH beat AS (${beatSql(s)}), gone AS (
      DELETE FROM ${s}.serving WHERE owner <> $1::bigint AND NOT ${living("serving.owner", s)}
    )
    INSERT INTO ${s}.serving (owner, queue) SELECT $1::bigint, q FROM unnest($4::text[]) AS q ON CONFLICT DO NOTHING`;
  const mineSql = `
    SELECT attempt, fence, cancelled, CASE WHEN attempt = ANY ($2::bigint[]) THEN NULL ELSE request END AS request
    FROM ${s}.attempts WHERE worker = $1 AND state = 'taken' AND queue = ANY ($3::text[])`;
  const takeSql = `
    WITH next AS (
      SELECT attempt FROM ${s}.attempts AS a
      WHERE queue = ANY ($2::text[]) AND state = 'queued' AND ${living("a.sender", s)}
      ORDER BY priority DESC, attempt LIMIT $3 FOR UPDATE OF a SKIP LOCKED
    ), taken AS (
      UPDATE ${s}.attempts SET state = 'taken', worker = $1, fence = fence + 1, last_seq = 1, since = clock_timestamp()
      FROM next WHERE attempts.attempt = next.attempt
      RETURNING attempts.attempt, attempts.fence, attempts.request, attempts.sender, attempts.priority
    ), begun AS (
      INSERT INTO ${s}.attempt_events (attempt, seq, body) SELECT attempt, 1, '${bodyOf({ type: "started", seq: 1 })}' FROM taken
    )
    SELECT attempt, fence, request, NULL AS cancelled, pg_notify(${channelOf("sender")}, '')
    FROM taken ORDER BY priority DESC, attempt`;
  // The update locks the row: a transaction that ends the attempt at the same time waits, or has changed the condition.
  const tellSql = `
    WITH given AS (
      SELECT * FROM unnest($2::bigint[], $3::int[], $4::int[], $5::int[], $6::bool[]) AS g (attempt, fence, first_seq, last_seq, stops)
    ), kept AS (
      UPDATE ${s}.attempts SET last_seq = given.last_seq, since = CASE WHEN given.stops THEN clock_timestamp() ELSE since END,
        state = CASE WHEN given.stops THEN 'stopped' ELSE state END, request = CASE WHEN given.stops THEN NULL ELSE request END
      FROM given
      WHERE attempts.attempt = given.attempt AND attempts.worker = $1 AND attempts.fence = given.fence
        AND attempts.state = 'taken' AND attempts.last_seq = given.first_seq - 1
      RETURNING attempts.attempt, attempts.sender
    ), told AS (
      INSERT INTO ${s}.attempt_events (attempt, seq, body)
      SELECT e.attempt, e.seq, e.body FROM unnest($7::bigint[], $8::int[], $9::text[]) AS e (attempt, seq, body) JOIN kept USING (attempt)
    )
    SELECT attempt, pg_notify(${channelOf("sender")}, '') FROM kept`;
  const keptSql = `
    SELECT attempts.attempt FROM unnest($2::bigint[], $3::int[], $4::int[]) AS g (attempt, fence, last_seq)
    JOIN ${s}.attempts ON attempts.attempt = g.attempt AND attempts.worker = $1 AND attempts.fence = g.fence AND attempts.last_seq = g.last_seq`;

  const queuesSql = `
    SELECT queue, coalesce(queued, 0)::int AS queued, coalesce(at_work, 0)::int AS at_work, coalesce(workers, 0)::int AS workers
    FROM (
      SELECT queue, count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state = 'taken') AS at_work
      FROM ${s}.attempts WHERE state <> 'stopped' GROUP BY queue
    ) AS of_attempts FULL JOIN (
      SELECT queue, count(*) AS workers FROM ${s}.serving WHERE ${living("serving.owner", s)} GROUP BY queue
    ) AS of_workers USING (queue)
    ORDER BY queue LIMIT 1000`;

  return {
    ownChannel,
    queueChannel,
    async send(all) {
      await database.ask(sendSql, [
        ...beat,
        all.map(({ request }) => idOf(request.attemptId)),
        all.map(({ request }) => toText(request.runId)),
        all.map(({ queue }) => queue),
        all.map(({ request }) => JSON.stringify(request)),
      ]);
    },
    async adopt(attemptId) {
      return (await database.ask(adoptSql, [...beat, idOf(attemptId)])).length > 0;
    },
    async look(heard) {
      const ids = new Map([...heard.keys()].map((attemptId) => [idOf(attemptId), attemptId]));
      const rows = await database.ask(lookSql, [[...ids.keys()], [...heard.values()]]);
      const seen = new Map<string, SeenAttempt & { readonly events: NumberedEvent[] }>();
      for (const row of rows) {
        const attemptId = ids.get(String(row["attempt_id"])) ?? "";
        const state = STATES.find((one) => one === row["state"]);
        const one = seen.get(attemptId) ?? {
          attemptId,
          state,
          cancelled: row["cancelled"] === true,
          lost: row["lost"] === true,
          served: row["served"] === true,
          events: [],
        };
        seen.set(attemptId, one);
        if (row["body"] !== null) one.events.push(eventOf(row["body"], Number(row["seq"])));
      }
      return [...seen.values()];
    },
    async cancel(attemptId, reason) {
      await database.ask(cancelSql, [idOf(attemptId), JSON.stringify(reason)]);
    },
    async end(all) {
      await database.ask(endSql, [
        all.map(({ attemptId }) => idOf(attemptId)),
        all.map(({ error }) => bodyOf({ type: "failure", error, stopped: true })),
      ]);
    },
    async sweep() {
      await database.once(sweepSql, []);
    },
    async queues() {
      return (await database.ask(queuesSql, [])).map((row) => ({
        ...queueParts(String(row["queue"])),
        queued: Number(row["queued"]),
        atWork: Number(row["at_work"]),
        workers: Number(row["workers"]),
      }));
    },
    async serve(queues) {
      await database.ask(serveSql, [...beat, queues]);
    },
    async leave(queues) {
      await database.once(
        `DELETE FROM ${s}.serving WHERE owner = $1 AND queue = ANY ($2::text[])`,
        [owner.id, queues],
      );
    },
    async mine(queues, known) {
      return (await database.ask(mineSql, [owner.id, known, queues])).map(takenRow);
    },
    async take(queues, most) {
      // If the answer was lost, the next look finds what was taken.
      return (await database.once(takeSql, [owner.id, queues, most])).map(takenRow);
    },
    tell: (all) =>
      database.patiently(async (again) => {
        const kept = new Set<string>();
        const ask = async (sql: string, values: readonly unknown[]): Promise<void> => {
          for (const { attempt } of await database.once(sql, values)) kept.add(String(attempt));
        };
        if (again) await ask(keptSql, keptValues(all));
        const missing = all.filter(({ row }) => !kept.has(row));
        if (missing.length === 0) return kept;
        await ask(tellSql, toldValues(missing));
        // A write whose answer was lost may have been running until now; this one has waited for it.
        if (again) await ask(keptSql, keptValues(missing));
        return kept;
      }),
  };

  function keptValues(all: readonly ToldEvents[]): readonly unknown[] {
    return [
      owner.id,
      all.map(({ row }) => row),
      all.map(({ fence }) => fence),
      all.map(({ events }) => events.at(-1)?.seq),
    ];
  }

  function toldValues(all: readonly ToldEvents[]): readonly unknown[] {
    const events = all.flatMap(({ row, events: some }) => some.map((event) => ({ row, event })));
    return [
      owner.id,
      all.map(({ row }) => row),
      all.map(({ fence }) => fence),
      all.map(({ events: some }) => some[0]?.seq),
      all.map(({ events: some }) => some.at(-1)?.seq),
      all.map(({ stops }) => stops),
      events.map(({ row }) => row),
      events.map(({ event }) => event.seq),
      events.map(({ event }) => bodyOf(event)),
    ];
  }
}

const STATES = ["queued", "taken", "stopped"] as const;

/** Short, however deep the call is nested; the full id is in the request. */
function idOf(attemptId: string): string {
  return sha256(attemptId);
}

function bodyOf(event: AttemptEvent): string {
  return JSON.stringify(event);
}

function eventOf(body: unknown, seq: number): NumberedEvent {
  try {
    return { ...(JSON.parse(String(body)) as AttemptEvent), seq };
  } catch (cause) {
    const why = "what it reported was changed in the database, and cannot be read";
    const error = errorRecord(new QuorateError("AGENT_FAILED", why, { cause }));
    return { type: "failure", error, stopped: true, seq };
  }
}

function takenRow(row: Readonly<Record<string, unknown>>): TakenRow {
  const { attempt, fence, request, cancelled } = row;
  return {
    row: String(attempt),
    fence: Number(fence),
    request: parsed<AttemptRequest>(request),
    cancelled: parsed<ErrorRecord>(cancelled),
  };
}

function parsed<T>(text: unknown): T | undefined {
  return typeof text === "string" ? (JSON.parse(text) as T) : undefined;
}
