import { addCost, NO_COST, type AgentResult, type Cost } from "../model/call.ts";
import type { CallView, RunView } from "./run-view.ts";

/** How one agent of the team ended. */
export interface ReportAgent {
  readonly agent: string;
  /** `open`: it was asked, and there is no end yet. */
  readonly status: "ok" | "failed" | "skipped" | "waiting" | "open";
  readonly attempts: number;
  readonly durationMs: number;
  readonly cost: Cost | null;
  /** Its error, or why it was not asked: one sentence. */
  readonly detail: string | null;
}

/** An agent of the team, from an outcome. */
export function agentOf(agent: string, result: AgentResult): ReportAgent {
  if (result.status === "skipped" || result.status === "waiting") {
    const { status, detail } = result;
    return { agent, status, attempts: 0, durationMs: 0, cost: null, detail };
  }
  const { status, attempts, durationMs, cost } = result;
  const detail = status === "failed" ? result.error.message : null;
  return { agent, status, attempts, durationMs, cost, detail };
}

/** How each agent of the team itself ended, in the order of the plan: by its own call and the further calls for it. */
export function membersOf(run: RunView): readonly ReportAgent[] {
  const calls = [...run.calls.values()].filter(({ team, role }) => team === "" && role !== "judge");
  const further = Map.groupBy(
    calls.filter(({ via }) => via !== undefined),
    ({ via }) => via?.callId ?? "",
  );
  const after = (call: CallView): readonly CallView[] =>
    (further.get(call.callId) ?? []).flatMap((next) => [next, ...after(next)]);
  return calls
    .filter(({ via }) => via === undefined)
    .map((first) => memberOf(first, [first, ...after(first)]));
}

const STATUSES = {
  waiting: "waiting",
  running: "open",
  retrying: "open",
  ok: "ok",
  failed: "failed",
  skipped: "skipped",
} as const;

/** The last call that answered counts; if none did, the end of the member's own calls. */
function memberOf(first: CallView, calls: readonly CallView[]): ReportAgent {
  const { agent } = first;
  const own = calls.findLast((call) => call.agent === agent) ?? first;
  const { state, error, detail } = calls.findLast((call) => call.state === "ok") ?? own;
  const costs = calls.flatMap(({ cost }) => cost ?? []);
  return {
    agent,
    status: STATUSES[state],
    attempts: calls.reduce((sum, call) => sum + call.attempts.length, 0),
    durationMs: calls.reduce((sum, call) => sum + call.durationMs, 0),
    cost: costs.length === 0 ? null : costs.reduce(addCost, NO_COST),
    detail: state === "failed" ? (error?.message ?? null) : (detail ?? null),
  };
}
