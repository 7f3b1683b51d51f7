import { cut } from "../model/text.ts";
import type { Agent } from "../describe/agent.ts";
import { MAX_SUBJECT_CHARS } from "../conflict/check-claim.ts";
import type { Position } from "../model/conflict.ts";
import type { CallSpec } from "./call-spec.ts";
import type { Run } from "./run.ts";

const CHOICES: readonly Position[] = Object.freeze([
  { value: "retry", heldBy: [] },
  { value: "fail", heldBy: [] },
]);

/** Why a call in doubt waits. */
export const WAITS_IN_DOUBT: string =
  "it had been asked when the process ended, and a person has to say whether to ask it again";

/**
 * What happens to a call that had begun when the process died: its agent's policy, or, for `ask`, what a person has decided.
 * If nobody has decided, the question is added to the run's list.
 */
export function policyInDoubt(
  { history, redact, waits }: Run,
  agent: Agent,
  { place, canWait = false }: CallSpec,
): "retry" | "fail" | "wait" {
  if (agent.inDoubt !== "ask") return agent.inDoubt;
  if (!canWait) return "fail";
  const subject = cut(`May ${place.callId} be asked again?`, MAX_SUBJECT_CHARS);
  const latest = history?.decisions("", redact?.text(subject) ?? subject).at(-1);
  // The options are always these, even if they look different in the log.
  const decided =
    latest?.event.index === undefined ? latest?.event.winner : CHOICES[latest.event.index]?.value;
  if (decided === "retry" || decided === "fail") return decided;
  waits.push({
    verdict: {
      subject,
      kind: "claim",
      status: "waiting",
      winner: null,
      confidence: 0,
      confidenceFrom: "none",
      calibrated: false,
      reasoning: `${agent.name}: ${WAITS_IN_DOUBT}.`,
      by: null,
      positions: CHOICES,
      dissent: [],
      missing: [],
    },
  });
  return "wait";
}
