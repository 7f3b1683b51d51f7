import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import type { RunStatus, RunSummary } from "./store.ts";

/** The events that end a run. */
export type EndEvent = Extract<RunEvent, { type: "run.finished" | "run.cancelled" }>;

/** Whether a run whose last event is this one has ended. */
export function isEnd(event: RunEvent): event is EndEvent {
  return isEndType(event.type);
}

/**
 * The event that a run has ended with, if it has ended. Earlier versions could keep after it what an agent that was given up had done by then; only
 * `run.resumed` goes on with a run.
 */
export function endOf(events: readonly RunEvent[]): EndEvent | undefined {
  const last = events.findLast(({ type }) => type.startsWith("run."));
  return last !== undefined && isEnd(last) ? last : undefined;
}

/** Whether events of this type end a run. */
export function isEndType(type: unknown): type is EndEvent["type"] {
  return type === "run.finished" || type === "run.cancelled";
}

/** The status of a run from its log alone; `undefined` while it runs, or should. */
export type RunState = Exclude<RunStatus, "running" | "interrupted"> | undefined;

/** The status of a run after an event. */
export function stateAfter(event: RunEvent): RunState {
  if (event.type === "run.waiting" || event.type === "person.decided") return "waiting";
  if (!isEnd(event)) return undefined;
  return event.type === "run.finished" ? event.status : "cancelled";
}

/** What a list shows of the last event of a run. */
export interface Last {
  readonly state: RunState;
  readonly atMs: number;
  readonly seq: number;
  /** Whether a process drives the run, which matters only while it has not ended. */
  readonly driven: boolean;
}

/** A run for a list, from its first and last event and whether it is driven. Throws as `summaryOf` does. */
export function summary(first: RunEvent, last: RunEvent, driven: boolean): RunSummary {
  const { atMs, seq } = last;
  return summaryOf(first, { state: stateAfter(last), atMs, seq, driven });
}

/**
 * A run for a list, from its first event and facts about its last. Throws `STORE_FAILED` if the first event is not
 * `run.started`: no store accepts one, so something else changed the log.
 */
export function summaryOf(first: RunEvent, { state, atMs, seq, driven }: Last): RunSummary {
  if (first.type !== "run.started") {
    throw new QuorateError(
      "STORE_FAILED",
      `The log of run ${JSON.stringify(first.runId)} begins with ${first.type} instead of run.started.`,
    );
  }
  const { runId, supervisor, tenant, tags, priority } = first;
  return {
    runId,
    supervisor,
    ...(tenant !== undefined && { tenant }),
    ...(tags !== undefined && { tags }),
    ...(priority !== undefined && { priority }),
    startedAtMs: first.atMs,
    endedAtMs: state === undefined || state === "waiting" ? null : atMs,
    status: state ?? (driven ? "running" : "interrupted"),
    events: seq,
  };
}
