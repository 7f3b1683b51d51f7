import { hear } from "../../async/hear.ts";
import { atOnce } from "../../policy/at-once.ts";
import { exactText, foldedKey } from "../../conflict/canonical.ts";
import type { Claim } from "../../conflict/claim.ts";
import { equal } from "../../conflict/compare.ts";
import { claimSubjects } from "../../conflict/detect.ts";
import type { Json } from "../../json.ts";
import type { Certainty, Link, Question } from "../../resolve/link.ts";
import type { Team } from "../team/team.ts";

/**
 * Whether it could ever be known of a verdict about these subjects that no further answer changes it: every link can say, and
 * further positions would leave those that there are as they are.
 */
export function canBeCertain({ resolve, compare }: Team, subjects: readonly string[]): boolean {
  return (
    resolve.every(({ certain }) => certain !== undefined) &&
    subjects.every((subject) => (compare.get(subject) ?? equal()).steady === true)
  );
}

/**
 * Whether status and winner of the verdict about a subject stay as they are, whatever `toCome` still say. `claims` are all about
 * it so far. Where all agree that is never so: somebody could contradict them.
 */
export function isCertain(
  { resolve, compare }: Team,
  claims: readonly Claim[],
  toCome: readonly string[],
): boolean {
  const [found] = claims.length < 2 ? [] : claimSubjects(claims, compare);
  if (found === undefined || found.positions.length < 2 || found.refused !== undefined)
    return false;
  const { subject, kind, positions } = found;
  const question: Question = Object.freeze({ subject, kind, positions, missing: [] });
  for (const link of resolve) {
    const certainty = certaintyOf(link, question, toCome);
    if (certainty === "passes") continue;
    if (certainty === "unknown") return false;
    const comparator = compare.get(subject) ?? equal();
    return comparator !== equal() || isSpelledSo(claims, certainty.winner, toCome.length);
  }
  // Of a subject that nothing decides the status would have to be known too.
  return false;
}

function certaintyOf(link: Link, question: Question, toCome: readonly string[]): Certainty {
  try {
    return atOnce(() => link.certain?.(question, toCome), "it") ?? "unknown";
  } catch (thrown) {
    hear(thrown);
    return "unknown";
  }
}

/** Whether the usual spelling of a position, which stands for it, stays the usual one whatever so many more say. */
function isSpelledSo(claims: readonly Claim[], winner: Json, more: number): boolean {
  if (typeof winner !== "string" && typeof winner !== "object") return true;
  const key = foldedKey(winner);
  const last = new Map(claims.map((claim) => [claim.agent, claim.position]));
  const often = new Map<string, number>();
  for (const position of last.values()) {
    if (foldedKey(position) !== key) continue;
    const text = exactText(position);
    often.set(text, (often.get(text) ?? 0) + 1);
  }
  const [most = 0, second = 0] = [...often.values()].toSorted((a, b) => b - a);
  return most > second + more;
}
