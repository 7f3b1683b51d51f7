import type { AgentResult } from "../../model/call.ts";
import type { ErrorCode } from "../../model/errors.ts";
import type { Missing, OutcomeStatus } from "../../model/outcome.ts";
import type { Plan } from "../plan.ts";
import type { Team } from "../team.ts";

/** Whether an agent was not asked because the answers were enough. */
export function isLeftOut(result: AgentResult | undefined): boolean {
  return result?.status === "skipped" && result.reason === "panel";
}

/** The agents that should have answered and did not, in the order of the team. */
export function missingOf(
  { members }: Team,
  { planned }: Plan,
  results: readonly (AgentResult | undefined)[],
): readonly Missing[] {
  const missing: Missing[] = [];
  for (const index of planned) {
    const result = results[index];
    const agent = members[index]?.name ?? "";
    if (result?.status === "failed") {
      const why = whyOf(result.error.code);
      missing.push({ agent, why, detail: result.error.message });
    } else if (result?.status === "skipped" && !isLeftOut(result)) {
      missing.push({ agent, why: "skipped", detail: result.detail });
    }
  }
  return missing;
}

function whyOf(code: ErrorCode): Missing["why"] {
  if (code === "TIMEOUT") return "timeout";
  return code === "BUDGET_EXCEEDED" || code === "NO_BOUND" ? "budget" : "failed";
}

/** The status of a run. A required agent that the route left out was not asked, so it cannot fail the run. */
export function statusOf(
  { members, indexOf, minAnswers }: Team,
  { planned }: Plan,
  missing: readonly Missing[],
): OutcomeStatus {
  // If a route has fewer agents than minAnswers, all of them must answer.
  if (planned.length - missing.length < Math.min(minAnswers, planned.length)) return "failed";
  if (missing.length === 0) return "complete";
  const fatal = missing.some(({ agent }) => members[indexOf.get(agent) ?? -1]?.required === true);
  return fatal ? "failed" : "partial";
}
