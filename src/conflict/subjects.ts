import { finish, type Steps } from "../async/in-turns.ts";
import type { Claim, Finding } from "./claim.ts";
import type { Comparator } from "./compare.ts";
import type { Conflict } from "./conflict.ts";
import { claimSubjects } from "./detect.ts";
import { findingSubjects } from "./findings.ts";
import { similar as similarTexts } from "./similar.ts";
import type { Subject } from "./subject.ts";

/** What was said in one run, and how it is compared. */
export interface Material {
  readonly claims?: readonly Claim[];
  readonly findings?: readonly Finding[];
  /** The reviewers that answered: those whose silence about a finding means that they do not see it. */
  readonly answered?: readonly string[];
  /** Comparators by subject, from `comparators()`. */
  readonly compare?: ReadonlyMap<string, Comparator>;
  /** Groups findings. Default: `similar()`. */
  readonly similar?: Comparator;
}

const NOTHING: readonly Subject[] = Object.freeze([]);
const NO_COMPARATORS: ReadonlyMap<string, Comparator> = new Map();

/**
 * Everything there is to decide, contested or not: claims in code-unit order of their subjects, then findings, the
 * most reported first. Does not depend on who answered first. Throws `CLAIMS_INVALID` for what `checkClaim` and
 * `checkFinding` refuse.
 */
export function subjects(material: Material): readonly Subject[] {
  return finish(subjectSteps(material));
}

/** As {@link subjects}, in steps: all but what the comparators do. */
export function* subjectSteps(material: Material): Steps<readonly Subject[]> {
  const { claims = [], findings = [] } = material;
  if (claims.length === 0 && findings.length === 0) return NOTHING;
  const claimed =
    claims.length === 0 ? NOTHING : claimSubjects(claims, material.compare ?? NO_COMPARATORS);
  if (findings.length === 0) return claimed;
  const taken = claimed.map(({ subject }) => subject);
  const reported = yield* findingSubjects(
    findings,
    material.answered ?? [],
    material.similar ?? similarTexts(),
    taken,
  );
  return [...claimed, ...reported];
}

/** The contested ones of some subjects, as an outcome shows them. */
export function conflictsAmong(all: readonly Subject[]): readonly Conflict[] {
  return all
    .filter(({ positions }) => positions.length > 1)
    .map(({ subject, kind, positions }) => ({ subject, kind, positions }));
}
