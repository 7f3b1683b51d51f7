import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";

const MAX_RUN_ID_CHARS = 500;

/**
 * The rule of `append`, the same for every store: throws unless `events` can follow `lastSeq` (0 for a new run).
 *
 * `SEQ_TAKEN` when a `seq` is not the next one; `BAD_OPTIONS` when the events are of several runs, when a run does
 * not begin with `run.started`, or when a new run's id is empty, longer than 500 characters or not valid Unicode.
 */
export function checkAppend(events: readonly RunEvent[], lastSeq: number): void {
  const first = events[0];
  if (first === undefined) return;
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
      `The run id ${quote(runId)} cannot be stored: give 1 to ${MAX_RUN_ID_CHARS} characters of valid Unicode.`,
    );
  }
  if (type !== "run.started") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `Run ${quote(runId)} begins with ${type}: append its run.started first.`,
    );
  }
}

function severalRuns(runId: string, other: string): QuorateError {
  return new QuorateError(
    "BAD_OPTIONS",
    `One append holds events of the runs ${quote(runId)} and ${quote(other)}: append each run's events on their own.`,
  );
}

function seqTaken({ runId, seq }: RunEvent, next: number): QuorateError {
  return new QuorateError(
    "SEQ_TAKEN",
    `Event ${seq} of run ${quote(runId)} was refused: the next one is ${next}. Somebody else may be writing this run.`,
  );
}

function quote(runId: string): string {
  return JSON.stringify(runId.length > 100 ? `${runId.slice(0, 100)}…` : runId);
}
