import { addBills } from "../../money/add-bills.ts";
import type { EventBody, RunEvent } from "../../model/events.ts";

const STARTED_AT_MS = 1_767_225_600_000;

/** One event of a run, one millisecond after the one before. */
export function runEvent(runId: string, seq: number, body: EventBody): RunEvent {
  return { ...body, runId, seq, atMs: STARTED_AT_MS + seq };
}

/** The first event of a run. */
export function started(runId: string, input: unknown = { diff: "+1" }): RunEvent {
  return runEvent(runId, 1, {
    type: "run.started",
    supervisor: { name: "gate", version: "3" },
    input,
  });
}

/** Some event in the middle of a run. */
export function answered(
  runId: string,
  seq: number,
  output: unknown = { recommendation: "ship" },
): RunEvent {
  return runEvent(runId, seq, {
    type: "call.succeeded",
    callId: "security",
    agent: "security",
    role: "agent",
    attempt: 1,
    durationMs: 12,
    output,
    cost: { usdMicros: 4_200, inputTokens: 900, outputTokens: "unknown" },
  });
}

/** The last event of a run that has an outcome. */
export function finished(
  runId: string,
  seq: number,
  status: "complete" | "partial" | "failed" = "complete",
): RunEvent {
  const spent = { usdMicros: 4_200, inputTokens: 900, outputTokens: "unknown" } as const;
  return runEvent(runId, seq, {
    type: "run.finished",
    status,
    missing: [],
    bill: { ...addBills([]), calls: 1, attempts: 1, spent },
  });
}

/** The last event of a cancelled run. */
export function cancelled(runId: string, seq: number): RunEvent {
  return runEvent(runId, seq, { type: "run.cancelled", reason: "the caller left" });
}

/** A whole run of `length` events, at least 2. */
export function wholeRun(runId: string, length: number): readonly RunEvent[] {
  return [started(runId), ...answers(runId, 2, length - 1), finished(runId, length)];
}

/** Events in the middle of a run, from one `seq` to another, both included. */
export function answers(runId: string, fromSeq: number, toSeq: number): readonly RunEvent[] {
  return Array.from({ length: Math.max(0, toSeq - fromSeq + 1) }, (_, index) =>
    answered(runId, fromSeq + index),
  );
}
