import type { Claim, Finding } from "../../conflict/claim.ts";
import type { Said } from "../../conflict/said.ts";
import type { Subject } from "../../conflict/subject.ts";
import type { CompareContext } from "../../conflict/compare.ts";
import { comparedLater } from "../../conflict/later.ts";
import { subjects, type Material } from "../../conflict/subjects.ts";
import type { Team } from "../team/team.ts";

/** What the members of a team have said, compared. */
export interface Heard {
  readonly subjects: readonly Subject[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
}

/** Compares what all members said, once and as a whole. Asks nobody. */
export function heardFrom(team: Team, statements: readonly (Said | undefined)[]): Heard {
  const { material, reviewed } = materialOf(team, statements);
  return { subjects: subjects(material), reviewed };
}

/** As {@link heardFrom}, with comparators that ask. Rejects only when the run ends. */
export async function heardLater(
  team: Team,
  statements: readonly (Said | undefined)[],
  context: Pick<CompareContext, "ask" | "signal">,
): Promise<Heard> {
  const { material, reviewed } = materialOf(team, statements);
  const comparing = await comparedLater(material, context);
  return { subjects: subjects({ ...material, ...comparing }), reviewed };
}

function materialOf(
  { members, compare, similar }: Team,
  statements: readonly (Said | undefined)[],
): { readonly material: Material; readonly reviewed: boolean } {
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
