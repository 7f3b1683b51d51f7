import type { Claim, Finding } from "../../conflict/claim.ts";
import type { Said } from "../../conflict/said.ts";
import type { Subject } from "../../conflict/subject.ts";
import { subjectsLater, type LaterContext } from "../../conflict/later.ts";
import { subjects, type Material } from "../../conflict/subjects.ts";
import type { Team } from "../team/team.ts";

/** What the members of a team have said, compared. */
export interface Heard {
  readonly subjects: readonly Subject[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
}

/** Compares what all members said, once and as a whole. Asks nobody. */
export function heardFrom({ material, reviewed }: Statements): Heard {
  return { subjects: subjects(material), reviewed };
}

/** As {@link heardFrom}, with comparators that ask or of very much. Rejects only when the run ends. */
export async function heardLater(
  { material, reviewed }: Statements,
  context: LaterContext,
): Promise<Heard> {
  return { subjects: await subjectsLater(material, context), reviewed };
}

/** What the members of a team have said, to be compared. */
export interface Statements {
  readonly material: Material;
  /** As of {@link Heard}. */
  readonly reviewed: boolean;
}

/** The statements of a team's members as one. */
export function materialOf(
  { members, compare, similar }: Team,
  statements: readonly (Said | undefined)[],
): Statements {
  const claims: Claim[] = [];
  const findings: Finding[] = [];
  const reviewers: string[] = [];
  // In the order of the team, so that nothing depends on who answered first.
  for (const [index, said] of statements.entries()) {
    const agent = members[index]?.name;
    if (said === undefined || agent === undefined) continue;
    for (const claim of said.claims) claims.push(claim);
    if (said.findings === undefined) continue;
    reviewers.push(agent);
    for (const text of said.findings) findings.push({ agent, text });
  }
  const compared = { compare, ...(similar !== undefined && { similar }) };
  return {
    material: { claims, findings, answered: reviewers, ...compared },
    reviewed: reviewers.length > 0,
  };
}
