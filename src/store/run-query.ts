import { hear } from "../async/hear.ts";
import { QuorateError } from "../errors.ts";
import { checkKeys, shown } from "../policy/check-kind.ts";
import { didYouMean } from "../policy/did-you-mean.ts";
import { checkText, checkTime } from "../policy/given.ts";
import { quoteRun } from "./quote-run.ts";
import type { RunQuery, RunStatus, RunSummary } from "./store.ts";
import { wholeNumber } from "./whole-number.ts";

/** How many runs `runs()` lists when it is not told. */
const DEFAULT_LIMIT = 100;

// Written out as records, so that the compiler misses one that is added.
const KEYS: Readonly<Record<keyof RunQuery, true>> = {
  team: true,
  status: true,
  tenant: true,
  tag: true,
  prefix: true,
  since: true,
  after: true,
  limit: true,
};
const QUERY_KEYS: ReadonlySet<string> = new Set(Object.keys(KEYS));

const STATUSES: Readonly<Record<RunStatus, true>> = {
  running: true,
  interrupted: true,
  waiting: true,
  complete: true,
  partial: true,
  failed: true,
  cancelled: true,
};
const STATUS_NAMES: ReadonlySet<string> = new Set(Object.keys(STATUSES));

/** A query that was checked. */
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

/** Refuses with `BAD_OPTIONS` what is no query. */
export function checkQuery(query: RunQuery = {}): CheckedQuery {
  checkKeys(query, QUERY_KEYS, "runs");
  const { team, status, tenant, tag, prefix, since, after, limit = DEFAULT_LIMIT } = query;
  for (const [name, text] of Object.entries({ team, tenant, prefix, after })) {
    if (text !== undefined) checkText(text, `runs: ${name}`);
  }
  if (since !== undefined) checkTime(since, "runs: since");
  return {
    team,
    statuses: status === undefined ? undefined : checkStatuses(status),
    tenant,
    tags: checkTags(tag),
    prefix,
    sinceMs: since,
    after,
    limit: wholeNumber(limit),
  };
}

function checkStatuses(status: RunStatus | readonly RunStatus[]): ReadonlySet<RunStatus> {
  const statuses: readonly unknown[] = Array.isArray(status) ? status : [status];
  for (const one of statuses) {
    if (typeof one === "string" && STATUS_NAMES.has(one)) continue;
    hear(status);
    const near = typeof one === "string" ? didYouMean(one, STATUS_NAMES) : undefined;
    const instead =
      near === undefined ? `use ${[...STATUS_NAMES].join(", ")}` : `did you mean "${near}"?`;
    throw new QuorateError("BAD_OPTIONS", `runs: status is ${shown(one)}; ${instead}`);
  }
  return new Set(statuses as readonly RunStatus[]);
}

function checkTags(tag: RunQuery["tag"]): CheckedQuery["tags"] {
  if (tag === undefined) return [];
  const given: unknown = tag;
  const isRecord = typeof given === "object" && given !== null && !Array.isArray(given);
  const odd = isRecord
    ? Object.values(given).filter((value) => typeof value !== "string")
    : [given];
  if (odd.length === 0) return Object.entries(tag);
  hear(given);
  const what = `${isRecord ? "has the value" : "is"} ${shown(odd[0])}`;
  throw new QuorateError(
    "BAD_OPTIONS",
    `runs: tag ${what}; give texts by their names, for instance { branch: "main" }`,
  );
}

/** Whether a run is what a query asks for, apart from its place in the list. */
export function isAskedFor(run: RunSummary, query: CheckedQuery): boolean {
  const { team, statuses, tenant, tags, prefix, sinceMs } = query;
  return (
    (team === undefined || run.supervisor.name === team) &&
    (statuses === undefined || statuses.has(run.status)) &&
    (tenant === undefined || run.tenant === tenant) &&
    tags.every(([name, value]) => run.tags?.[name] === value) &&
    (prefix === undefined || run.runId.startsWith(prefix)) &&
    (sinceMs === undefined || run.startedAtMs >= sinceMs)
  );
}

/** What a query after a run that is not there is refused with. */
export function noRunToGoOnFrom(runId: string): QuorateError {
  return new QuorateError(
    "RUN_NOT_FOUND",
    `The store has no run ${quoteRun(runId)} to list on after: begin from the latest again.`,
  );
}
