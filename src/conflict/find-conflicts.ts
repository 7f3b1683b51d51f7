import { hearIfRefused } from "../model/hear.ts";
import { record } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Claim } from "../model/claim.ts";
import { candidatesOf, claimedIn, positionsOf } from "./claims.ts";
import { comparators, equal, type Compare } from "./compare.ts";
import type { Conflict } from "../model/conflict.ts";
import { groupAtOnce } from "./group.ts";

/** How {@link findConflicts} compares. */
export interface FindOptions {
  /** How positions are compared, by subject. Default: `equal()` for every subject. */
  readonly compare?: Compare;
}

export const FIND: Options<FindOptions> = options({
  compare: record("use { subject: within({ percent: 5 }) }"),
});

/**
 * The subjects on which the claims differ, in code-unit order. One pass over any number of claims by any number
 * of agents; nothing is compared pairwise unless a comparator needs it. Asks no agent.
 *
 * An agent has one position per subject: if it claims twice, its last claim counts. Otherwise the order of claims does not
 * matter. Throws `CLAIMS_INVALID` for a claim without agent or subject and for a position that is not JSON;
 * `BAD_OPTIONS` for an invalid comparator.
 */
export function findConflicts(
  claims: Iterable<Claim>,
  given: FindOptions = {},
): readonly Conflict[] {
  return hearIfRefused([claims, given], () => conflictsIn(claims, given));
}

function conflictsIn(claims: Iterable<Claim>, given: FindOptions): readonly Conflict[] {
  const compare = comparators(FIND.of(given, "findConflicts").compare);
  const conflicts: Conflict[] = [];
  for (const { subject, byKey } of claimedIn(claims)) {
    // Most subjects are not contested. Nothing is built for those; no comparator splits one value into two.
    if (byKey.size < 2) continue;
    const comparator = compare.get(subject) ?? equal();
    const { positions } = positionsOf(groupAtOnce(comparator, candidatesOf(byKey)), comparator);
    if (positions.length > 1) conflicts.push({ subject, kind: "claim", positions });
  }
  return conflicts;
}
