import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { RunSummary } from "./store.ts";

/** How many runs `runs()` lists when it is not told. */
export const DEFAULT_RUNS_LIMIT = 100;

/** The events that end a run. */
export type EndEvent = Extract<RunEvent, { type: "run.finished" | "run.cancelled" }>;

/** Whether a run that has this event as its last one has ended. */
export function isEnd(event: RunEvent): event is EndEvent {
  return isEndType(event.type);
}

/** Whether events of this type end a run. */
export function isEndType(type: unknown): type is EndEvent["type"] {
  return type === "run.finished" || type === "run.cancelled";
}

/**
 * A run as a list shows it, from its first and its last event and whether somebody drives it, which matters only while
 * it has not ended. Throws `STORE_FAILED` when the first event is not `run.started`: no store accepts one, so the log
 * was changed by something else.
 */
export function summary(first: RunEvent, last: RunEvent, driven: boolean): RunSummary {
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
    status: statusAfter(last, driven),
    events: last.seq,
  };
}

function statusAfter(last: RunEvent, driven: boolean): RunSummary["status"] {
  if (last.type === "run.waiting" || last.type === "person.decided") return "waiting";
  if (!isEnd(last)) return driven ? "running" : "gone";
  return last.type === "run.finished" ? last.status : "cancelled";
}
