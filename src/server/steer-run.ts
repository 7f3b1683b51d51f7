import { cancel, type CancelAnswer } from "../log/cancel-run.ts";
import type { HumanDecision } from "../log/chosen-position.ts";
import type { RunSummary } from "../store/store.ts";
import { principalOf, teamOfRun, type RunAsker } from "./asked.ts";
import type { Principal } from "./http/tokens.ts";

/** Asks for a run to be cancelled, whichever process drives it. */
export async function cancelOwn(
  { parts }: RunAsker,
  run: RunSummary,
  reason: string | undefined,
): Promise<CancelAnswer> {
  const team = parts.teams.get(run.supervisor.name);
  // A team that is served here can redact secrets in the reason.
  const answer =
    team === undefined || team.backend.store !== parts.backend.store
      ? await cancel(parts.backend, run.runId, reason)
      : await team.cancel(run.runId, reason);
  if (answer === "cancelled") parts.hooks.tell(run.runId);
  return answer;
}

/** Records the caller's decision, and resumes the run. */
export async function decideOwn(
  asked: RunAsker,
  run: RunSummary,
  { by, ...decision }: HumanDecision,
): Promise<"recorded" | "left"> {
  const name = decidedBy(principalOf(asked), by);
  const whole = { ...decision, ...(name !== undefined && { by: name }) };
  return asked.parts.driving.decide(teamOfRun(asked, run), run.runId, whole, run.events);
}

/** The name of the person who decides: as given by the caller, with the token's name if it has one. */
export function decidedBy({ name }: Principal, by: string | undefined): string | undefined {
  if (name === undefined || by === name) return by;
  return by === undefined ? name : `${by} (by ${name})`.slice(0, 200).toWellFormed();
}
