import { number } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Json } from "../model/json.ts";
import { QuorateError } from "../model/errors.ts";
import { alone, type Candidate, type Comparator, type Group } from "./compare.ts";

/** How far apart two numbers may be and still be the same position: exactly one of the two. */
export type WithinOptions =
  /** Relative to the larger of the two by absolute value; 0–100. With 5, 100 and 95 are the same, 100 and 94 are not. */
  | { readonly percent: number; readonly absolute?: undefined }
  /** In the numbers' own unit. */
  | { readonly absolute: number; readonly percent?: undefined };

export const WITHIN: Options<{ readonly percent?: number; readonly absolute?: number }> = options(
  {
    percent: number(0, 100),
    absolute: number(0, Number.MAX_VALUE, "use a finite number from 0"),
  },
  { instead: "use { percent: 5 } or { absolute: 10 }" },
);

/**
 * Numbers that are near each other are the same position. All members of a group are within the tolerance of each
 * other (complete link: the nearest two groups are joined first, as long as their extremes allow). The member nearest
 * to the median of what the group's agents claim represents it, the lower of two. Other values are compared with `equal()`.
 */
export function within(given: WithinOptions): Comparator {
  const { percent, absolute } = WITHIN.of(given, "within");
  if ((percent === undefined) === (absolute === undefined)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "within: give either percent or absolute, for instance within({ percent: 5 })",
    );
  }
  // Distances are scaled so that 1 is the tolerance; a few units in the last place are forgiven.
  const near = (low: number, high: number): number | undefined => {
    const scale = Math.max(Math.abs(low), Math.abs(high));
    const distance = percent === undefined ? high - low : scale === 0 ? 0 : (high - low) / scale;
    const limit = percent === undefined ? (absolute ?? 0) : percent / 100;
    const slack = Number.EPSILON * 4 * (percent === undefined ? scale : 1);
    return distance <= limit + slack ? distance : undefined;
  };
  return Object.freeze({
    name: "within",
    definition: { ...given } as unknown as Json,
    group: (candidates) => ({ groups: groupNumbers(candidates, near) }),
  } satisfies Comparator);
}

type Near = (low: number, high: number) => number | undefined;

/** Numbers next to each other that have been joined; a list of them covers all numbers in order. */
interface Stretch {
  readonly low: number;
  high: number;
  /** Indices of candidates, ascending by number. */
  readonly members: number[];
  left: Stretch | undefined;
  right: Stretch | undefined;
  gone: boolean;
}

function groupNumbers(candidates: readonly Candidate[], near: Near): readonly Group[] {
  const numberAt = (index: number): number => Number(candidates[index]?.value);
  const others = candidates.flatMap((candidate, i) =>
    typeof candidate.value === "number" ? [] : [alone(candidate, i)],
  );
  const ascending = [...candidates.keys()]
    .filter((i) => typeof candidates[i]?.value === "number")
    .sort((a, b) => numberAt(a) - numberAt(b));
  const groups = join(ascending, numberAt, near).map((members): Group => {
    const value = numberAt(middle(members, (index) => candidates[index]?.heldBy ?? 0));
    const away = (index: number): number => Math.abs(numberAt(index) - value);
    return { value, members: members.toSorted((a, b) => away(a) - away(b)) };
  });
  return [...groups, ...others];
}

// The nearest two stretches are neighbours, and joining makes no distance smaller, so a chain of nearest neighbours
// (see average-link.ts) finds the merges in linear time. Of two equally near neighbours the left one is taken, which
// orders all pairs strictly: the chain ends.
function join(
  ascending: readonly number[],
  numberAt: (index: number) => number,
  near: Near,
): readonly (readonly number[])[] {
  const stretches = ascending.map((index): Stretch => ({
    low: numberAt(index),
    high: numberAt(index),
    members: [index],
    left: undefined,
    right: undefined,
    gone: false,
  }));
  stretches.forEach((stretch, i) => {
    stretch.left = stretches[i - 1];
    stretch.right = stretches[i + 1];
  });
  for (const start of stretches) {
    const chain = start.gone ? [] : [start];
    for (let current = chain.pop(); current !== undefined; current = chain.pop()) {
      const next = nearest(current, near);
      if (next === undefined) continue;
      if (next === chain.at(-1)) {
        chain.pop();
        const merged = next === current.left ? merge(next, current) : merge(current, next);
        if (chain.length === 0) chain.push(merged);
      } else {
        chain.push(current, next);
      }
    }
  }
  return stretches.filter(({ gone }) => !gone).map(({ members }) => members);
}

function nearest({ low, high, left, right }: Stretch, near: Near): Stretch | undefined {
  const toLeft = left === undefined ? undefined : near(left.low, high);
  const toRight = right === undefined ? undefined : near(low, right.high);
  if (toLeft === undefined) return toRight === undefined ? undefined : right;
  return toRight === undefined || toLeft <= toRight ? left : right;
}

function merge(left: Stretch, right: Stretch): Stretch {
  left.high = right.high;
  for (const member of right.members) left.members.push(member);
  left.right = right.right;
  if (right.right !== undefined) right.right.left = left;
  right.gone = true;
  return left;
}

/**
 * The member nearest to the median of what the holders claim, counting each holder once. If their number is even, the median
 * lies halfway between two members, and the lower of those is taken.
 */
function middle(ascending: readonly number[], heldBy: (index: number) => number): number {
  const total = ascending.reduce((sum, index) => sum + heldBy(index), 0);
  let passed = 0;
  return ascending.find((index) => (passed += heldBy(index)) >= total / 2) ?? 0;
}
