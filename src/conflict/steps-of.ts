import type { Steps } from "../async/in-turns.ts";
import type { Candidate, Comparator, Grouping } from "./compare.ts";

/** What a comparator's `group` does, in steps: so that grouping very many does not keep everything else from running. */
export type GroupSteps = (candidates: readonly Candidate[]) => Steps<Grouping>;

const known = new WeakMap<Comparator, GroupSteps>();

/** Notes that a comparator can group in steps. Not a property of it: whoever spreads it and groups otherwise has no steps. */
export function withSteps(comparator: Comparator, steps: GroupSteps): Comparator {
  known.set(comparator, steps);
  return comparator;
}

/** A comparator's `group` in steps, where it has any. */
export function stepsOf(comparator: Comparator): GroupSteps | undefined {
  return known.get(comparator);
}
