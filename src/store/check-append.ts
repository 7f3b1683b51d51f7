import { TEXT } from "../check/arguments.ts";
import { objectsIn } from "../check/given.ts";
import { isThenable } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { quoteRun } from "./quote-run.ts";

const MAX_RUN_ID_CHARS = 500;

/** The state of an existing run, against which an append is checked. */
export interface AppendTo {
  readonly lastSeq: number;
  readonly fence: number;
  /** Whether this store owns the run. */
  readonly held: boolean;
}

/**
 * The rule of `append`, the same for every store: throws unless `events` can be added to `run` (none for a new one).
 *
 * `LEASE_LOST` if the store does not own the run, or `fence` is not the run's; `SEQ_TAKEN` if a `seq` is not the next
 * one, also if an existing run is begun again, whoever owns it; `BAD_OPTIONS` if the events are of several runs,
 * if a run does not begin with `run.started`, or if a new run's id is empty, longer than 500 characters or not valid
 * Unicode.
 */
export function checkAppend(
  events: readonly RunEvent[],
  run: AppendTo | undefined,
  fence = 1,
): void {
  const [first] = events;
  if (first === undefined) return;
  if (run === undefined ? fence !== 1 : !run.held || fence !== run.fence) {
    // A caller that begins a run does not expect to own one: it is told that the id is taken.
    if (run === undefined || first.seq !== 1) throw leaseLost(first.runId, run, fence);
  }
  const lastSeq = run?.lastSeq ?? 0;
  let seq = lastSeq;
  for (const event of events) {
    if (event.runId !== first.runId) throw severalRuns(first.runId, event.runId);
    seq += 1;
    if (event.seq !== seq) throw seqTaken(event, seq);
  }
  if (lastSeq === 0) checkStart(first);
}

function checkStart({ runId, type }: RunEvent): void {
  if (runId === "" || runId.length > MAX_RUN_ID_CHARS || !runId.isWellFormed()) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `The run id ${quoteRun(runId)} cannot be stored: give 1 to ${MAX_RUN_ID_CHARS} characters of valid Unicode.`,
    );
  }
  if (type !== "run.started") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `Run ${quoteRun(runId)} begins with ${type}: append its run.started first.`,
    );
  }
}

function leaseLost(runId: string, run: AppendTo | undefined, fence: number): QuorateError {
  const why =
    run === undefined
      ? "it is not in the store any more"
      : run.fence === fence
        ? "it was released, or begun by another store: take it first"
        : `its fence is ${run.fence}, so another store has taken it over`;
  return new QuorateError(
    "LEASE_LOST",
    `An append with fence ${fence} to run ${quoteRun(runId)} was refused: ${why}.`,
  );
}

function severalRuns(runId: string, other: string): QuorateError {
  return new QuorateError(
    "BAD_OPTIONS",
    `One append holds events of the runs ${quoteRun(runId)} and ${quoteRun(other)}: append each run's events on their own.`,
  );
}

function seqTaken({ runId, seq }: RunEvent, next: number): QuorateError {
  return new QuorateError(
    "SEQ_TAKEN",
    `Event ${seq} of run ${quoteRun(runId)} was refused: the next one is ${next}. Another process may be writing this run.`,
  );
}

/** Refuses with `BAD_OPTIONS` a value that is not a list of events. */
export function checkEvents(events: readonly RunEvent[]): void {
  if (isListOfEvents(events)) return;
  for (const { runId, type } of objectsIn(events, "append")) {
    TEXT.take(runId, "append: the runId of an event");
    TEXT.take(type, "append: the type of an event");
  }
}

/** Nearly always it is one, and then the sentence about what would be wrong is not made. */
function isListOfEvents(events: unknown): boolean {
  try {
    return Array.isArray(events) && events.every(isEvent);
  } catch {
    return false;
  }
}

function isEvent(given: unknown): boolean {
  if (typeof given !== "object" || given === null || isThenable(given)) return false;
  const { runId, type } = given as Readonly<Record<string, unknown>>;
  return typeof runId === "string" && typeof type === "string";
}
