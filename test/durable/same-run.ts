import type { AgentResult, Outcome, RunEvent } from "../../src/index.ts";

/** What of an outcome a crash must not change: everything but times and what was reused. */
export function lasting(outcome: Outcome): unknown {
  const { status, results, verdicts, conflicts, missing, bill } = outcome;
  const lastingResults = Object.entries(results).map(([name, result]) => [name, ofResult(result)]);
  return { status, results: lastingResults, verdicts, conflicts, missing, bill };
}

function ofResult(result: AgentResult): unknown {
  if (result.status === "ok") return { ...result, durationMs: 0 };
  if (result.status !== "failed") return result;
  // Of an error's cause only the text is kept.
  const { code, message, issues } = result.error;
  return { ...result, durationMs: 0, error: { code, message, issues } };
}

/** What may happen once in a run, told apart by what it is about; `undefined` for what may happen again. */
function onceInRun(event: RunEvent): string | undefined {
  switch (event.type) {
    case "run.planned":
      return `planned ${event.callId ?? ""}`;
    case "conflict.found":
      return `conflict ${event.callId ?? ""} ${event.conflict.subject}`;
    case "verdict.reached":
      return `verdict ${event.callId ?? ""} ${event.verdict.subject}`;
    case "call.succeeded":
    case "call.failed":
    case "call.skipped":
    case "call.reused":
      return `end ${event.callId}`;
    case "run.finished":
      return "end";
    default:
      return undefined;
  }
}

/** What is wrong with the log of a finished run, in sentences; none when nothing is. */
export function faultsOf(events: readonly RunEvent[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1) faults.push(`event ${index + 1} has seq ${event.seq}`);
    const what = onceInRun(event);
    if (what === undefined) continue;
    if (seen.has(what)) faults.push(`twice: ${what}`);
    seen.add(what);
  }
  if (events[0]?.type !== "run.started") faults.push("does not begin with run.started");
  if (events.at(-1)?.type !== "run.finished") faults.push("does not end with run.finished");
  return faults;
}

/** The calls whose end stands in a log. */
export function endedCalls(events: readonly RunEvent[]): ReadonlySet<string> {
  const ended = new Set<string>();
  for (const event of events) {
    if (event.type === "call.succeeded" || event.type === "call.failed") ended.add(event.callId);
  }
  return ended;
}

/** The attempts, as `CALL ATTEMPT`, that began and of whose end a log says nothing. */
export function inDoubt(events: readonly RunEvent[]): ReadonlySet<string> {
  const open = new Map<string, string>();
  for (const event of events) {
    if (event.type === "call.started") open.set(event.callId, `${event.callId} ${event.attempt}`);
    else if (event.type === "call.retried") open.delete(event.callId);
    else if (event.type === "call.succeeded" || event.type === "call.failed") open.delete(event.callId);
  }
  return new Set(open.values());
}
