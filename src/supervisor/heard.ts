import type { Claim, Finding } from "../conflict/claim.ts";
import type { Said } from "../conflict/said.ts";
import type { Subject } from "../conflict/subject.ts";
import { subjects } from "../conflict/subjects.ts";
import type { Team } from "./team.ts";

/** What the members of a team have said, compared. */
export interface Heard {
  readonly subjects: readonly Subject[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
}

/** Compares what all members said, once and as a whole. */
export function heardFrom(team: Team, statements: readonly (Said | undefined)[]): Heard {
  const claims: Claim[] = [];
  const findings: Finding[] = [];
  const reviewers: string[] = [];
  // In the order of the team, so that nothing depends on who answered first.
  for (const [index, said] of statements.entries()) {
    const agent = team.members[index]?.name;
    if (said === undefined || agent === undefined) continue;
    for (const claim of said.claims) claims.push(claim);
    if (said.findings === undefined) continue;
    reviewers.push(agent);
    for (const text of said.findings) findings.push({ agent, text });
  }
  const reviewed = reviewers.length > 0;
  if (claims.length === 0 && findings.length === 0) return { subjects: [], reviewed };
  const all = subjects({
    claims,
    findings,
    answered: reviewers,
    compare: team.compare,
    ...(team.similar !== undefined && { similar: team.similar }),
  });
  return { subjects: all, reviewed };
}
