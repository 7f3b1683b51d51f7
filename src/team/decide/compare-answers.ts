import { signalOf } from "../../async/abort-controller.ts";
import { either } from "../../async/cancellation.ts";
import type { Claim, Finding } from "../../model/claim.ts";
import type { Assertions } from "../../conflict/read-claims.ts";
import type { Subject } from "../../conflict/subject.ts";
import { subjects } from "../../conflict/subjects.ts";
import type { Ask } from "../../resolve/resolver.ts";
import { callNames } from "./call-names.ts";
import { enoughLooked } from "../../resolve/gate.ts";
import type { Deciding } from "./decide.ts";

/** The result of comparing what the members of a team said. */
export interface Comparison {
  readonly subjects: readonly Subject[];
  /** Whether members looked for open findings, with or without success, and more did than failed. */
  readonly reviewed: boolean;
  /** How many members were asked for a position. */
  readonly asked: number;
}

/** Compares what all members said, once and as a whole. Rejects only if the run ends. */
export async function compareAnswers(
  deciding: Deciding,
  statements: readonly (Assertions | undefined)[],
  ask: Ask,
): Promise<Comparison> {
  const { run, configuredTeam, planned } = deciding;
  const { team } = configuredTeam;
  const feeding = feeders(deciding, statements);
  const asked = planned.length - feeding.size;
  const claims: Claim[] = [];
  const findings: Finding[] = [];
  const answered: string[] = [];
  // In the order of the team, so that nothing depends on who answered first.
  for (let index = 0; index < statements.length; index++) {
    const said = statements[index];
    const agent = team.members[index]?.name;
    if (said === undefined || agent === undefined) continue;
    if (!feeding.has(index)) for (const claim of said.claims) claims.push(claim);
    if (said.findings === undefined) continue;
    answered.push(agent);
    for (const finding of said.findings) findings.push({ ...finding, agent });
  }
  const reviewed = enoughLooked(answered.length, deciding.missing.length);
  if (claims.length === 0 && findings.length === 0) return { subjects: [], reviewed, asked };
  using stopping = signalOf(run.cancellation);
  using until = run.deadline && either(run.cancellation, run.deadline);
  using asking = until && signalOf(until.cancellation);
  const nameOf = callNames(run.redact, []);
  const { compare, similar } = team;
  const compared = await subjects(
    { claims, findings, answered, compare, similar },
    {
      ask: (agent, task, key) => ask(agent, task, nameOf(key, task)),
      asking: asking ?? stopping,
      stopping,
    },
  );
  return { subjects: compared, reviewed, asked };
}

/**
 * Members whose answer others need and that took no position: with no claim, or with a bare text, number or boolean. They were asked
 * only for those others, so their silence does not count.
 */
function feeders(
  { configuredTeam: { team }, planned, missing }: Deciding,
  statements: readonly (Assertions | undefined)[],
): ReadonlySet<number> {
  const needed = new Set<number>();
  for (const index of planned) {
    for (const need of team.members[index]?.needs ?? []) needed.add(need);
  }
  if (needed.size === 0) return needed;
  const silent = new Set(missing.map(({ agent }) => agent));
  return new Set(
    planned.filter((index) => {
      if (!needed.has(index) || silent.has(team.members[index]?.name ?? "")) return false;
      const { claims = [], findings, plain = false } = statements[index] ?? {};
      return findings === undefined && (plain || claims.length === 0);
    }),
  );
}
