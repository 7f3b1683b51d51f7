import type { RunEvent } from "../model/events.ts";
import type { AppendTo } from "../store/check-append.ts";
import { STATES } from "../store/found-by.ts";
import type { GivenUp } from "../store/given-up.ts";
import { ownedRun } from "../store/refuse-take.ts";
import type { RunSummary } from "../store/store.ts";
import { summaryOf, type RunState } from "../store/summary.ts";
import type { Row } from "./database.ts";
import { LIVING_COLUMNS, livingOwner } from "./owner.ts";
import { fromText } from "./schema.ts";

/** The states of an ended run, as an SQL list. */
export const ENDED = "('complete', 'partial', 'failed', 'cancelled')";

/** The columns of `runs` and `owners` that `runFrom` needs. */
export const RUN_COLUMNS: string = `runs.run, runs.run_id, runs.head, runs.started_ms, runs.last_ms, runs.last_seq, runs.state, runs.fence,
  runs.taken_seq, ${LIVING_COLUMNS}`;

/** A run from its row. */
export interface RunInDatabase extends AppendTo {
  readonly run: string;
  readonly runId: string;
  readonly state: RunState;
  /** A description of the process that drives it. The run's last event releases it, unless it was taken after that event. */
  readonly driver: string | undefined;
  readonly summary: RunSummary;
}

/** A run from its row; a run that this store has given up has no owner. */
export function runFrom(row: Row, self: number, givenUp: GivenUp): RunInDatabase {
  const runId = fromText(String(row["run_id"]));
  const [lastSeq, fence] = [Number(row["last_seq"]), Number(row["fence"])];
  const isGivenUp = Number(row["owner"]) === self && givenUp.has(runId, fence);
  const owner = isGivenUp ? undefined : livingOwner(row, self);
  const state = STATES.find((one) => one === row["state"]);
  const isEnded = state !== undefined && state !== "waiting";
  const driver = isEnded && lastSeq > Number(row["taken_seq"]) ? undefined : owner;
  return {
    run: String(row["run"]),
    runId,
    lastSeq,
    fence,
    held: owner !== undefined && Number(row["owner"]) === self,
    state,
    driver,
    get summary() {
      const last = { state, atMs: Number(row["last_ms"]), seq: lastSeq };
      return summaryOf(firstOf(row, runId), { ...last, driven: owner !== undefined });
    },
  };
}

/** Throws `RUN_OWNED` if a process drives the run. */
export function refuseDriven({ runId, driver }: RunInDatabase): void {
  if (driver !== undefined) throw ownedRun(runId, driver);
}

/** JSON of the parts of a run's first event that lists need. */
export function headOf(first: RunEvent): string {
  const { supervisor, tenant, tags, priority } = Object(first) as Partial<
    Extract<RunEvent, { readonly type: "run.started" }>
  >;
  return JSON.stringify({ supervisor, tenant, tags, priority });
}

/** The priority in a run's first event, which another program may have written. */
export function priorityOf(first: RunEvent): number {
  const priority: unknown = first.type === "run.started" ? first.priority : 0;
  const isSound = Number.isInteger(priority) && Math.abs(Number(priority)) <= MOST_PRIORITY;
  return isSound ? Number(priority) : 0;
}

const MOST_PRIORITY = 2 ** 31 - 1;

/** The first event, as far as a list shows it. */
function firstOf(row: Row, runId: string): RunEvent {
  const head: object = JSON.parse(String(row["head"]));
  const atMs = Number(row["started_ms"]);
  return { runId, seq: 1, atMs, type: "run.started", input: null, ...head } as unknown as RunEvent;
}
