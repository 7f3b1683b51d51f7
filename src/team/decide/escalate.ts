import { hear } from "../../model/hear.ts";
import type { Position } from "../../model/conflict.ts";
import type { Subject } from "../../conflict/subject.ts";
import { requireSync } from "../../check/require-sync.ts";
import type { Question } from "../../resolve/resolver.ts";
import { voicesOf } from "../../resolve/voices.ts";
import type { OnceMore, Panel } from "./panel.ts";
import type { Team } from "../team.ts";

/** A lead of less than this share of all weight is narrow. */
const LOW_MARGIN = 0.2;

/**
 * The members that are asked once more, at their next tiers, because they hold a position on a contested claim, or because the
 * first position leads the second by less than a fifth of the weight. In the order of the team.
 */
export function doubtful(
  { members, indexOf, resolve }: Team,
  panel: Panel,
  subjects: readonly Subject[],
): readonly OnceMore[] {
  const contested = new Set<number>();
  const narrow = new Set<number>();
  const weigh = resolve.find(({ lead }) => lead !== undefined)?.lead ?? plainLead;
  for (const { subject, kind, positions } of subjects) {
    if (kind === "finding" || positions.length < 2) continue;
    const low =
      leadOf(weigh, {
        subject,
        kind,
        positions,
        missing: [],
        asked: voicesOf(positions),
      }) < LOW_MARGIN;
    for (const { heldBy } of positions) {
      for (const { agent } of heldBy) {
        const index = indexOf.get(agent);
        if (index === undefined) continue;
        contested.add(index);
        if (low) narrow.add(index);
      }
    }
  }
  if (contested.size === 0) return [];
  return [...members.keys()].flatMap((index): readonly OnceMore[] => {
    const configured = panel.memberAt(index);
    const next = contested.has(index) ? configured?.next() : undefined;
    if (configured === undefined || next === undefined) return [];
    if (configured.escalateIf.includes("conflict"))
      return [{ index, configured: next, why: "conflict" }];
    return narrow.has(index) && configured.escalateIf.includes("low-margin")
      ? [{ index, configured: next, why: "low-margin" }]
      : [];
  });
}

function leadOf(weigh: (question: Question) => number | undefined, question: Question): number {
  try {
    const lead: unknown = requireSync(() => weigh(question), "it");
    hear(lead);
    return typeof lead === "number" ? lead : plainLead(question);
  } catch (thrown) {
    // A foreign resolver may throw.
    hear(thrown);
    return plainLead(question);
  }
}

/** Each agent with the same weight. */
function plainLead({ positions }: Question): number {
  const counts = positions.map(({ heldBy }: Position) => heldBy.length).toSorted((a, b) => b - a);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const [first = 0, second = 0] = counts;
  return all === 0 ? 0 : (first - second) / all;
}
