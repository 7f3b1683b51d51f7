import type { OtherSide } from "../model/call.ts";
import { exactText } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { shownEvidence, shownPosition } from "../prompt/fence.ts";
import type { Question } from "./resolver.ts";

// What one agent is shown: for each subject the most held of the other positions, and for each of these some reasons.
const MAX_SUBJECTS = 20;
const MAX_SIDES = 8;
const EVIDENCE = { maxEvidence: 5, maxEvidenceChars: 1_000 };

/**
 * For every agent that holds a position on these questions: what the others hold. Without names; evidence is in code-unit order,
 * so it does not reveal who gave it. At most 8 positions on each of 20 subjects, 5 pieces of evidence of 1,000 characters.
 */
export function otherSides(
  questions: readonly Question[],
): ReadonlyMap<string, readonly OtherSide[]> {
  const byAgent = new Map<string, OtherSide[]>();
  const subjectsOf = new Map<string, number>();
  for (const { subject, positions } of questions) {
    const sides = positions
      .slice(0, MAX_SIDES + 1)
      .map((position) => ({ position, side: sideOf(subject, position) }));
    for (const own of positions) {
      const others = sides.filter(({ position }) => position !== own).slice(0, MAX_SIDES);
      for (const { agent } of own.heldBy) {
        const shown = subjectsOf.get(agent) ?? 0;
        if (shown === MAX_SUBJECTS) continue;
        subjectsOf.set(agent, shown + 1);
        const known = byAgent.get(agent) ?? [];
        byAgent.set(agent, known);
        for (const { side } of others) known.push(side);
      }
    }
  }
  return byAgent;
}

function sideOf(subject: string, { value, heldBy }: Position): OtherSide {
  const evidence = shownEvidence(
    heldBy.map((held) => held.evidence),
    EVIDENCE,
  );
  const position = shownPosition(value, exactText(value));
  return Object.freeze({ subject, position, evidence: Object.freeze(evidence) });
}
