import type { Steps } from "../async/in-turns.ts";
import type { Candidate, Comparator, Grouping } from "./compare.ts";

/** A comparator's `group` in steps, so that grouping very many candidates does not block other work. */
export type GroupSteps = (candidates: readonly Candidate[]) => Steps<Grouping>;

const known = new WeakMap<Comparator, GroupSteps>();

/** Notes that a comparator can group in steps. Not a property, so that a comparator that is spread and changed has no steps. */
export function withSteps(comparator: Comparator, steps: GroupSteps): Comparator {
  known.set(comparator, steps);
  return comparator;
}

/** A comparator's `group` in steps, if it has any. */
export function stepsOf(comparator: Comparator): GroupSteps | undefined {
  return known.get(comparator);
}
