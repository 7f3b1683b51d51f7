import { looksForFindings } from "../../conflict/read-claims.ts";
import { TASK_SUBJECT } from "../../model/claim.ts";
import type { Outcome } from "../../model/outcome.ts";
import { gatedBy, type Gate, type Gated } from "../../resolve/gate.ts";
import { isTeam } from "../configure-team.ts";
import type { Team } from "../team.ts";

type GatedEnd = Pick<Outcome, "status" | "results" | "verdicts" | "missing">;

/** The gate's result for a team; `undefined` if there is no gate. */
export function gatedTeam(
  { members }: Pick<Team, "members">,
  gate: Gate | undefined,
  { status, results, verdicts, missing }: GatedEnd,
): Gated | undefined {
  if (gate === undefined) return undefined;
  const looked = members.filter(({ name, worker }) => {
    const result = results[name];
    if (result?.status !== "ok") return false;
    const { output } = result;
    return isTeam(worker) && worker.answer === undefined
      ? (output as { readonly reviewed?: boolean }).reviewed === true
      : looksForFindings(output);
  }).length;
  return gatedBy(gate, { status, verdicts, looked, missing: missing.length });
}

/** What was decided about the task, and whether that passes. */
export function answerIn(
  verdicts: Outcome["verdicts"],
  gated: Gated | undefined,
): Pick<Outcome, "verdict" | "passed"> {
  const verdict = verdicts.find(
    ({ kind, subject }) => kind === "claim" && subject === TASK_SUBJECT,
  );
  return { verdict: verdict ?? null, passed: gated?.passed ?? null };
}
