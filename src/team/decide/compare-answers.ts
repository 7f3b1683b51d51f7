import { signalOf } from "../../async/abort-controller.ts";
import { either } from "../../async/cancellation.ts";
import type { Claim, Finding } from "../../model/claim.ts";
import type { Said } from "../../conflict/said.ts";
import type { Subject } from "../../conflict/subject.ts";
import { subjects } from "../../conflict/subjects.ts";
import type { Ask } from "../../resolve/link.ts";
import { callNames } from "./call-names.ts";
import type { Deciding } from "./decide.ts";

/** What the members of a team have said, compared. */
export interface Comparison {
  readonly subjects: readonly Subject[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
}

/** Compares what all members said, once and as a whole. Rejects only when the run ends. */
export async function compareAnswers(
  { run, seating: { team } }: Deciding,
  statements: readonly (Said | undefined)[],
  ask: Ask,
): Promise<Comparison> {
  const claims: Claim[] = [];
  const findings: Finding[] = [];
  const answered: string[] = [];
  // In the order of the team, so that nothing depends on who answered first.
  for (const [index, said] of statements.entries()) {
    const agent = team.members[index]?.name;
    if (said === undefined || agent === undefined) continue;
    for (const claim of said.claims) claims.push(claim);
    if (said.findings === undefined) continue;
    answered.push(agent);
    for (const finding of said.findings) findings.push({ ...finding, agent });
  }
  const reviewed = answered.length > 0;
  if (claims.length === 0 && findings.length === 0) return { subjects: [], reviewed };
  using until = either(run.cancellation, run.deadline);
  using asking = signalOf(until.cancellation);
  using stopping = signalOf(run.cancellation);
  const nameOf = callNames(run.redact, []);
  const { compare, similar } = team;
  const compared = await subjects(
    { claims, findings, answered, compare, similar },
    {
      ask: (agent, task, key) => ask(agent, task, nameOf(key, task)),
      signal: asking.signal,
      stopped: stopping.signal,
    },
  );
  return { subjects: compared, reviewed };
}
