import type { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { checkAppend, type AppendTo } from "../store/check-append.ts";
import type { EventRow } from "../store/event-row.ts";
import { stateAfter } from "../store/summary.ts";
import type { Database } from "./database.ts";
import { labelsOf, teamOf } from "../store/found-by.ts";
import { BEATS_PER_LEASE, type Owner } from "./owner.ts";
import { headOf, priorityOf } from "./run-rows.ts";
import { toText } from "./schema.ts";

/** The serialised events of one `append`. */
export interface Appending {
  readonly events: readonly RunEvent[];
  readonly rows: readonly EventRow[];
  readonly fence: number;
}

/** The results of several appends: `undefined` if it was kept, else the error that refuses it. */
export type Appended = readonly (QuorateError | undefined)[];

export interface AppendOptions {
  readonly database: Database;
  readonly schema: string;
  readonly owner: Owner;
  /** The channel that followers of runs listen on. */
  readonly channel: string;
  /** The states of runs, by their ids. */
  readonly find: (runIds: readonly string[]) => Promise<ReadonlyMap<string, AppendTo>>;
}

const MAX_FENCE = 2 ** 31 - 1;

// More than this is split into several statements, to limit the size of a message.
const MAX_CHARS = 16 * 1024 * 1024;

/** Keeps appends in order, in as few statements as possible: one for all runs of a group. */
export function appending(
  options: AppendOptions,
): (all: readonly Appending[]) => Promise<Appended> {
  const { database, find } = options;
  const sql = statement(options);

  /** Keeps each chain wholly, at most one per run, and resolves to the ids of the runs whose chain was kept. */
  async function write(chains: readonly Chain[]): Promise<ReadonlySet<string>> {
    return database.patiently(async (again) => {
      const kept = new Set<string>();
      // If the connection was lost, the chain may have been kept nonetheless: then the run has its events.
      const missing = again ? await withoutKept(chains, kept) : chains;
      if (missing.length > 0) {
        const values = valuesOf(missing, options.owner);
        const more = [options.channel, missing.map(({ first }) => priorityOf(first))];
        for (const row of await database.once(sql, [...values, ...more]))
          kept.add(String(row["run_id"]));
        // A write whose answer was lost may have been running until now; this one has waited for it.
        if (again) await withoutKept(missing, kept);
      }
      return kept;
    });
  }

  async function withoutKept(
    chains: readonly Chain[],
    kept: Set<string>,
  ): Promise<readonly Chain[]> {
    const found = await find(chains.map(({ runId }) => runId));
    return chains.filter(({ runId, fence, lastSeq }) => {
      const run = found.get(runId);
      const isKept = run?.held === true && run.fence === fence && run.lastSeq === lastSeq;
      if (isKept) kept.add(toText(runId));
      return !isKept;
    });
  }

  /** Why an append was refused; `undefined` if it would be accepted by now. */
  async function refusal({ events, fence }: Appending): Promise<QuorateError | undefined> {
    const runId = events[0]?.runId ?? "";
    const found = await find([runId]);
    return refusedBy(events, found.get(runId), fence);
  }

  /** Keeps one append by itself, or finds out why it is refused. */
  async function keepAlone(one: Appending): Promise<QuorateError | undefined> {
    for (;;) {
      const isSent = mayBeKept(one);
      if (isSent && (await write([chainOf(one)])).size > 0) return undefined;
      const refused = await refusal(one);
      // Its run has only now come to the required state.
      if (refused !== undefined) return refused;
    }
  }

  return async (all) => {
    const ends: (QuorateError | undefined)[] = [];
    for (const group of grouped(all)) {
      const [first] = group;
      if (first === undefined) continue;
      const chains = chainsOf(group);
      const kept = mayBeKept(first) ? await write(chains) : new Set<string>();
      for (const one of group) {
        const isKept = kept.has(toText(one.events[0]?.runId ?? ""));
        ends.push(isKept ? undefined : await keepAlone(one));
      }
    }
    return ends;
  };
}

/** Consecutive appends to one run. */
interface Chain {
  readonly runId: string;
  readonly fence: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly first: RunEvent;
  readonly last: RunEvent;
  readonly rows: readonly EventRow[];
}

function chainOf(one: Appending): Chain {
  const [first, last] = [one.events[0], one.events.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("an append has an event");
  const { runId, seq } = first;
  return { runId, fence: one.fence, firstSeq: seq, lastSeq: last.seq, first, last, rows: one.rows };
}

function chainsOf(group: readonly Appending[]): readonly Chain[] {
  const chains = new Map<string, Chain>();
  for (const one of group) {
    const chain = chainOf(one);
    const before = chains.get(chain.runId);
    chains.set(
      chain.runId,
      before === undefined
        ? chain
        : {
            ...before,
            lastSeq: chain.lastSeq,
            last: chain.last,
            rows: [...before.rows, ...chain.rows],
          },
    );
  }
  return [...chains.values()];
}

/** Splits a list so that each statement's result is clear for every append in it: appends that can be kept together are one group. */
function grouped(all: readonly Appending[]): readonly (readonly Appending[])[] {
  const groups: Appending[][] = [];
  let ends = new Map<string, { readonly fence: number; readonly seq: number }>();
  let chars = 0;
  for (const one of all) {
    const [runId, seq] = [one.events[0]?.runId ?? "", one.events[0]?.seq ?? 0];
    const before = ends.get(runId);
    const follows = before === undefined || (before.fence === one.fence && before.seq + 1 === seq);
    const more = one.rows.reduce((sum, { body, large }) => sum + body.length + sizeOf(large), 0);
    const group = groups.at(-1);
    const fits = group !== undefined && follows && chars + more <= MAX_CHARS;
    const isOdd = !mayBeKept(one) || (group?.[0] !== undefined && !mayBeKept(group[0]));
    if (fits && !isOdd) {
      group.push(one);
      chars += more;
    } else {
      groups.push([one]);
      ends = new Map();
      chars = more;
    }
    ends.set(runId, { fence: one.fence, seq: one.events.at(-1)?.seq ?? 0 });
  }
  return groups;
}

function sizeOf(large: EventRow["large"]): number {
  return large.reduce((sum, { body }) => sum + body.length, 0);
}

/** Whether it can fit the state of any run. */
function mayBeKept({ events, fence }: Appending): boolean {
  const first = events[0];
  if (first === undefined || !(Number.isInteger(fence) && fence >= 0 && fence <= MAX_FENCE))
    return false;
  const to = first.seq === 1 ? undefined : { lastSeq: first.seq - 1, fence, held: true };
  return Number.isInteger(first.seq) && first.seq > 0 && refusedBy(events, to, fence) === undefined;
}

function refusedBy(
  events: readonly RunEvent[],
  to: AppendTo | undefined,
  fence: number,
): QuorateError | undefined {
  try {
    checkAppend(events, to, fence);
    return undefined;
  } catch (error) {
    return error as QuorateError;
  }
}

function valuesOf(chains: readonly Chain[], owner: Owner): readonly unknown[] {
  const rows = chains.flatMap(({ runId, rows: some }) =>
    some.map((row) => ({ runId: toText(runId), ...row })),
  );
  const parts = rows.flatMap(({ runId, seq, large }) =>
    large.map((part) => ({ runId, seq, ...part })),
  );
  const blobs = [...new Map(parts.map((part) => [part.hash, part.body]))];
  const labels = chains.flatMap(({ runId, firstSeq, first }) =>
    firstSeq === 1 ? labelsOf(first).map((label) => [toText(label), toText(runId)] as const) : [],
  );
  return [
    chains.map(({ runId }) => toText(runId)),
    chains.map(({ fence }) => fence),
    chains.map(({ firstSeq }) => firstSeq),
    chains.map(({ lastSeq }) => lastSeq),
    chains.map(({ last }) => stateAfter(last) ?? null),
    chains.map(({ last }) => last.atMs),
    chains.map(({ first, firstSeq }) => (firstSeq === 1 ? headOf(first) : "")),
    chains.map(({ first, firstSeq }) => (firstSeq === 1 ? toText(teamOf(first)) : "")),
    chains.map(({ first }) => first.atMs),
    rows.map(({ runId }) => runId),
    rows.map(({ seq }) => seq),
    rows.map(({ atMs }) => atMs),
    rows.map(({ body }) => body),
    parts.map(({ runId }) => runId),
    parts.map(({ seq }) => seq),
    parts.map(({ member }) => member),
    parts.map(({ hash }) => hash),
    blobs.map(([hash]) => hash),
    blobs.map(([, body]) => body),
    labels.map(([label]) => label),
    labels.map(([, runId]) => runId),
    owner.id,
    owner.label,
    owner.leaseMs,
  ];
}

/**
 * Keeps appends to different runs, each wholly or not at all, and returns the runs whose append was kept: new runs, and runs that are at the
 * append's position and belong to this store with its fence. An existing large value is written again, so that a transaction that removes it must
 * wait.
 */
function statement({ schema: s }: AppendOptions): string {
  return `
    WITH given AS (
      SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::text[], $6::float8[], $7::text[], $8::text[], $9::float8[], $26::int[])
        AS g (run_id, fence, first_seq, last_seq, state, last_ms, head, team, started_ms, priority)
    ), begun AS (
      INSERT INTO ${s}.runs (run_id, team, head, started_ms, last_ms, last_seq, state, owner, priority)
      SELECT run_id, team, head, started_ms, last_ms, last_seq, state, $22::bigint, priority FROM given WHERE first_seq = 1
      ON CONFLICT (run_id) DO NOTHING
      RETURNING run, run_id
    ), gone_on AS (
      UPDATE ${s}.runs SET last_seq = given.last_seq, last_ms = given.last_ms, state = given.state
      FROM given
      WHERE runs.run_id = given.run_id AND given.first_seq > 1 AND runs.last_seq = given.first_seq - 1
        AND runs.fence = given.fence AND runs.owner = $22::bigint
      RETURNING runs.run, runs.run_id
    ), kept AS (
      SELECT run, run_id FROM begun UNION ALL SELECT run, run_id FROM gone_on
    ), with_events AS (
      INSERT INTO ${s}.events (run, seq, at_ms, body)
      SELECT kept.run, e.seq, e.at_ms, e.body
      FROM unnest($10::text[], $11::int[], $12::float8[], $13::text[]) AS e (run_id, seq, at_ms, body) JOIN kept USING (run_id)
    ), with_parts AS (
      INSERT INTO ${s}.parts (run, seq, member, hash)
      SELECT kept.run, p.seq, p.member, p.hash
      FROM unnest($14::text[], $15::int[], $16::text[], $17::text[]) AS p (run_id, seq, member, hash) JOIN kept USING (run_id)
    ), with_blobs AS (
      INSERT INTO ${s}.blobs (hash, body)
      SELECT b.hash, b.body FROM unnest($18::text[], $19::text[]) AS b (hash, body) ORDER BY b.hash
      ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash
    ), with_labels AS (
      INSERT INTO ${s}.labels (label, run_id)
      SELECT l.label, l.run_id FROM unnest($20::text[], $21::text[]) AS l (label, run_id) JOIN begun USING (run_id)
      ON CONFLICT DO NOTHING
    ), living AS (
      INSERT INTO ${s}.owners (owner, name, lease_ms, seen) SELECT $22::bigint, $23::text, $24::float8, clock_timestamp() WHERE EXISTS (SELECT 1 FROM begun)
      ON CONFLICT (owner) DO UPDATE SET seen = excluded.seen
      WHERE owners.seen < excluded.seen - owners.lease_ms / ${2 * BEATS_PER_LEASE} * interval '1 ms'
    )
    SELECT run_id, pg_notify($25::text, $22::text || ' run ' || run_id) FROM kept`;
}
