import { TIME_MS } from "../check/arguments.ts";
import { anything, text } from "../check/kinds.ts";
import { option, options, refused, type Options } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { shown } from "../check/shown.ts";
import { didYouMean } from "../check/did-you-mean.ts";
import { quoteRun } from "./quote-run.ts";
import type { Erasure, RunQuery, RunStatus, RunSummary } from "./store.ts";
import { wholeNumber } from "./whole-number.ts";

/** How many runs `runs()` lists by default. */
const DEFAULT_LIMIT = 100;

const STATUSES: Readonly<Record<RunStatus, true>> = {
  running: true,
  interrupted: true,
  waiting: true,
  complete: true,
  partial: true,
  failed: true,
  cancelled: true,
};
export const STATUS_NAMES: ReadonlySet<string> = new Set(Object.keys(STATUSES));

/** The events that a run has when it is enqueued: its start and its plan. */
export const EVENTS_WHEN_ENQUEUED = 2;

/** Whether a run was enqueued, and no process has begun to drive it. */
export function isEnqueued({ status, events }: Pick<RunSummary, "status" | "events">): boolean {
  return status === "interrupted" && events <= EVENTS_WHEN_ENQUEUED;
}

const WORDS = text("give a text");

export const QUERY: Options<
  RunQuery,
  never,
  { readonly status: ReadonlySet<RunStatus> | undefined; readonly tag: CheckedQuery["tags"] }
> = options({
  team: WORDS,
  status: option(statusesIn, ""),
  tenant: WORDS,
  tag: option(tagsIn, "").or([]),
  prefix: WORDS,
  since: TIME_MS.or(undefined),
  after: WORDS,
  limit: anything(),
});

/** A checked query. */
export interface CheckedQuery {
  readonly team: string | undefined;
  /** `undefined` for every status. */
  readonly statuses: ReadonlySet<RunStatus> | undefined;
  readonly tenant: string | undefined;
  readonly tags: readonly (readonly [name: string, value: string])[];
  readonly prefix: string | undefined;
  readonly sinceMs: number | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/**
 * A query with its defaults, for `runs` of a store. Throws `BAD_OPTIONS` for an unknown option or status, or a value of another type.
 * `RUN_NOT_FOUND` for an unknown `after` is the store's to throw.
 */
export function checkQuery(given: RunQuery = {}): CheckedQuery {
  const taken = QUERY.of(given, "runs");
  const { team, status, tenant, tag, prefix, since, after, limit = DEFAULT_LIMIT } = taken;
  return {
    team,
    statuses: status,
    tenant,
    tags: tag,
    prefix,
    sinceMs: since,
    after,
    limit: wholeNumber(limit),
  };
}

function statusesIn(given: unknown, what: string): ReadonlySet<RunStatus> {
  const statuses: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const one of statuses) {
    if (typeof one === "string" && STATUS_NAMES.has(one)) continue;
    const near = typeof one === "string" ? didYouMean(one, STATUS_NAMES) : undefined;
    const instead =
      near === undefined ? `use ${[...STATUS_NAMES].join(", ")}` : `did you mean "${near}"?`;
    throw refused(what, one, instead);
  }
  return new Set(statuses as readonly RunStatus[]);
}

function tagsIn(given: unknown, what: string): CheckedQuery["tags"] {
  const isRecord = typeof given === "object" && given !== null && !Array.isArray(given);
  const odd = isRecord
    ? Object.values(given).filter((value) => typeof value !== "string")
    : [given];
  if (odd.length === 0) return Object.entries(given as object);
  const why = `${isRecord ? "has the value" : "is"} ${shown(odd[0])}`;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} ${why}; give texts by their names, for instance { branch: "main" }`,
  );
}

export const ERASURE: Options<Erasure, never, { readonly tag: CheckedQuery["tags"] }> = options({
  run: WORDS,
  tenant: WORDS,
  tag: option(tagsIn, "").or([]),
});

/** A checked erasure. */
export interface CheckedErasure extends Pick<CheckedQuery, "tenant" | "tags"> {
  readonly runId: string | undefined;
}

/** What `erase` of a store is asked for. Throws `BAD_OPTIONS` if it does not say which runs. */
export function checkErasure(what: Erasure): CheckedErasure {
  const { run, tenant, tag: tags } = ERASURE.of(what, "erase");
  if (run !== undefined || tenant !== undefined || tags.length > 0) {
    return { runId: run, tenant, tags };
  }
  const why =
    "erase is not told which runs: give run, tenant or tag; to forget old ones, use prune";
  throw new QuorateError("BAD_OPTIONS", why);
}

/** Whether an erasure selects a run. */
export function isErased(
  run: Pick<RunSummary, "runId" | "tenant" | "tags">,
  { runId, ...whose }: CheckedErasure,
): boolean {
  return (runId === undefined || run.runId === runId) && isOf(run, whose);
}

function isOf(
  run: Pick<RunSummary, "tenant" | "tags">,
  { tenant, tags }: Pick<CheckedQuery, "tenant" | "tags">,
): boolean {
  return (
    (tenant === undefined || run.tenant === tenant) &&
    tags.every(([name, value]) => run.tags?.[name] === value)
  );
}

/** Whether a query selects a run. `after` and `limit` are left to the store. */
export function isAskedFor(run: RunSummary, query: CheckedQuery): boolean {
  const { team, statuses, prefix, sinceMs } = query;
  return (
    isOf(run, query) &&
    (team === undefined || run.supervisor.name === team) &&
    (statuses === undefined || statuses.has(run.status)) &&
    (prefix === undefined || run.runId.startsWith(prefix)) &&
    (sinceMs === undefined || run.startedAtMs >= sinceMs)
  );
}

/** The error of a query after an unknown run. */
export function noRunToGoOnFrom(runId: string): QuorateError {
  return new QuorateError(
    "RUN_NOT_FOUND",
    `The store has no run ${quoteRun(runId)} to list on after: begin from the latest again.`,
  );
}
