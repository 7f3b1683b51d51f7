import { inTurns } from "../async/in-turns.ts";
import type { Claim, Finding } from "../model/claim.ts";
import { candidatesOf, claimedIn, positionsOf } from "./claims.ts";
import { equal, type Comparator } from "./compare.ts";
import type { Conflict } from "../model/conflict.ts";
import { findingSubjects, reportsIn } from "./findings.ts";
import { groupWith, type GroupingContext } from "./group.ts";
import type { Subject } from "./subject.ts";

/** What was said in one run, and how it is compared. */
export interface Material {
  readonly claims?: readonly Claim[];
  readonly findings?: readonly Finding[];
  /** The reviewers that answered, whose silence about a finding means that they do not see it. */
  readonly answered?: readonly string[];
  /** Comparators by subject, from `comparators()`. */
  readonly compare?: ReadonlyMap<string, Comparator> | undefined;
  /** Groups findings. Default: `similar()`. */
  readonly similar?: Comparator | undefined;
}

/**
 * Everything to decide, contested or not: claims in code-unit order of their subjects, then findings, the
 * most reported first. Does not depend on who answered first. Comparators are asked one after another. Rejects with `CLAIMS_INVALID`
 * for what `checkClaim` and `checkFinding` refuse, before any comparator is asked; otherwise only if the run ends.
 */
export async function subjects(
  { claims = [], findings = [], answered = [], compare, similar }: Material,
  asking: GroupingContext,
): Promise<readonly Subject[]> {
  const claimed = claimedIn(claims);
  const reports =
    findings.length === 0
      ? undefined
      : await inTurns(reportsIn(findings, answered), asking.stopping.signal);
  const together = {};
  const all: Subject[] = [];
  for (const { subject, byKey } of claimed) {
    const comparator = compare?.get(subject) ?? equal();
    const grouping = groupWith(comparator, candidatesOf(byKey), asking, { subject, together });
    // If there is nothing to wait for, do not wait.
    const grouped = grouping instanceof Promise ? await grouping : grouping;
    all.push({ subject, kind: "claim", ...positionsOf(grouped, comparator) });
  }
  if (reports === undefined) return all;
  const comparator = similar ?? (await similarTexts());
  const about = { subject: undefined, together };
  const grouping = await groupWith(comparator, reports.candidates, asking, about);
  const taken = all.map(({ subject }) => subject);
  const found = findingSubjects(reports, grouping, taken);
  return [...all, ...(await inTurns(found, asking.stopping.signal))];
}

/** Loaded here: most teams report no findings, and finding contradictions takes a tenth of the library. */
async function similarTexts(): Promise<Comparator> {
  return (await import("./similar/similar.ts")).similar();
}

/** The contested ones of some subjects. */
export function conflictsAmong(
  all: readonly Pick<Subject, "subject" | "kind" | "positions" | "finding">[],
): readonly Conflict[] {
  return all
    .filter(({ positions }) => positions.length > 1)
    .map(({ subject, kind, positions, finding }) => ({
      subject,
      kind,
      positions,
      ...(finding !== undefined && { finding }),
    }));
}
