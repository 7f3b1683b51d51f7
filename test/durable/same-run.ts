import { scopeOf } from "../../src/model/call-place.ts";
import type { AgentResult, Cost, Outcome, RunEvent } from "../../src/index.ts";

/** What of an outcome a crash must not change: everything but times, and what doubt costs. */
export function lasting({
  status,
  results,
  verdicts,
  verdict,
  passed,
  missing,
  bill,
}: Outcome): unknown {
  const lastingResults = Object.entries(results).map(([name, result]) => [name, ofResult(result)]);
  return { status, results: lastingResults, verdict, passed, verdicts, missing, calls: bill.calls };
}

function ofResult(result: AgentResult): unknown {
  if (result.status === "ok") return [result.attempts, result.output];
  if (result.status !== "failed") return result;
  // Of an error's cause only the text is kept.
  const { code, message, issues } = result.error;
  return [result.attempts, code, message, issues];
}

/** What a run cost in all, under `""`, and each of its root's agents. */
export function costsOf({ results, bill }: Outcome): Readonly<Record<string, Cost>> {
  const costs: [string, Cost][] = [["", bill.spent]];
  for (const [name, result] of Object.entries(results)) {
    if (result.status === "ok" || result.status === "failed") costs.push([name, result.cost]);
  }
  return Object.fromEntries(costs);
}

const UNKNOWN: Cost = { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" };

/** A cost without what is known of it all the same: of an attempt in doubt that is what the log has, which depends on where it was cut. */
function amountsOf(cost: Cost | undefined): object | undefined {
  if (cost === undefined) return undefined;
  const { usdMicros, inputTokens, outputTokens } = cost;
  return { usdMicros, inputTokens, outputTokens };
}

/**
 * What is wrong with the costs of a run that crashed: they are those of the run that did not, but unknown, and never too
 * low, where an attempt was in doubt, since nobody knows what that took.
 */
export function costFaults(
  whole: Readonly<Record<string, Cost>>,
  crashed: Readonly<Record<string, Cost>>,
  doubtful: Iterable<string>,
): readonly string[] {
  const doubts = [...doubtful].map((attempt) => attempt.replace(/ \d+$/, "").split(/[/~]/)[0]);
  return Object.entries(whole).flatMap(([name, cost]) => {
    const unknown = name === "" ? doubts.length > 0 : doubts.includes(name);
    const wanted = JSON.stringify(unknown ? UNKNOWN : cost);
    const got = JSON.stringify(unknown ? amountsOf(crashed[name]) : crashed[name]);
    return wanted === got ? [] : [`${name || "the run"} cost ${got} instead of ${wanted}`];
  });
}

/** Whether a call, by its id, is that of a nested team. */
export type IsTeam = (callId: string) => boolean;

/** What may happen once in a run, told apart by what it is about; `undefined` for what may happen again. */
function onceInRun(event: RunEvent, isTeam: IsTeam): string | undefined {
  switch (event.type) {
    // A team goes on where it was, an agent that was in doubt is asked again.
    case "call.started":
      return isTeam(event.callId) ? `started ${event.callId} ${event.attempt}` : undefined;
    case "run.planned":
      return `planned ${scopeOf(event)}`;
    case "conflict.found":
      return `conflict ${scopeOf(event)} ${event.conflict.subject}`;
    case "verdict.reached":
      return `verdict ${scopeOf(event)} ${event.verdict.subject}`;
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
  const isTeam = teamsOf(events);
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1) faults.push(`event ${index + 1} has seq ${event.seq}`);
    const what = onceInRun(event, isTeam);
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

/** The attempts of agents, as `CALL ATTEMPT`, that began and of whose end a log says nothing; a team is never in doubt. */
export function inDoubt(events: readonly RunEvent[], isTeam: IsTeam): ReadonlySet<string> {
  const open = new Map<string, string>();
  for (const event of events) {
    switch (event.type) {
      case "call.started":
        if (!isTeam(event.callId)) open.set(event.callId, `${event.callId} ${event.attempt}`);
        break;
      case "call.retried":
      case "call.succeeded":
      case "call.failed":
        open.delete(event.callId);
        break;
      default:
    }
  }
  return new Set(open.values());
}

/** The attempts that began, as `CALL ATTEMPT`. */
export function begunIn(events: readonly RunEvent[]): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) =>
      event.type === "call.started" ? [`${event.callId} ${event.attempt}`] : [],
    ),
  );
}

/** How often agents were asked, in doubt or not. */
export function attemptsIn(events: readonly RunEvent[], isTeam: IsTeam): number {
  return events.filter((event) => event.type === "call.started" && !isTeam(event.callId)).length;
}

/** Tells the calls of nested teams, as far as the log of a finished run has their plans. */
export function teamsOf(events: readonly RunEvent[]): IsTeam {
  const teams = new Set<string>();
  for (const event of events) {
    if (event.type === "call.started" && event.role === "team") teams.add(event.callId);
  }
  return (callId) => teams.has(callId);
}
