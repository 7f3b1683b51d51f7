import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { RunSummary } from "./store.ts";

/** How many runs `runs()` lists when it is not told. */
export const DEFAULT_RUNS_LIMIT = 100;

/** The events that end a run. */
export type EndEvent = Extract<RunEvent, { type: "run.finished" | "run.cancelled" }>;

/** Whether a run that has this event as its last one has ended. */
export function isEnd(event: RunEvent): event is EndEvent {
  return event.type === "run.finished" || event.type === "run.cancelled";
}

/**
 * A run as a list shows it, from its first and its last event. Rejects a first event that is not `run.started`
 * with `STORE_FAILED`: no store accepts one, so the log was changed by something else.
 */
export function summary(first: RunEvent, last: RunEvent): RunSummary {
  if (first.type !== "run.started") {
    throw new QuorateError(
      "STORE_FAILED",
      `The log of run ${JSON.stringify(first.runId)} begins with ${first.type} instead of run.started.`,
    );
  }
  return {
    runId: first.runId,
    supervisor: first.supervisor,
    startedAtMs: first.atMs,
    endedAtMs: isEnd(last) ? last.atMs : null,
    status: statusAfter(last),
    events: last.seq,
  };
}

function statusAfter(last: RunEvent): RunSummary["status"] {
  if (!isEnd(last)) return "running";
  return last.type === "run.finished" ? last.status : "cancelled";
}
