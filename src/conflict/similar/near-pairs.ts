import { turnTaker, type Steps } from "../../async/in-turns.ts";
import type { SparseVector } from "./average-link.ts";
import { postingsOf } from "./postings.ts";

/** Two groups, and the average cosine between their members. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  readonly likeness: number;
}

/** How many occurrences are visited for one group; those of its rarest words come first. */
const MAX_VISITS = 20_000;
const MAX_PAIRS = 20_000;

/** A group as the sum of its vectors. */
export interface GroupSum {
  readonly sum: ReadonlyMap<number, number>;
  readonly size: number;
}

/** The sum of some vectors, each as often as it counts. */
export function sumOf(
  members: readonly number[],
  vectors: readonly SparseVector[],
  counts: readonly number[],
): GroupSum {
  const sum = new Map<number, number>();
  let size = 0;
  for (const index of members) {
    const count = counts[index] ?? 1;
    const vector = vectors[index];
    size += count;
    vector?.terms.forEach((term, i) =>
      sum.set(term, (sum.get(term) ?? 0) + (vector.weights[i] ?? 0) * count),
    );
  }
  return { sum, size };
}

/** The average cosine between the members of two groups. */
export function likeness(a: GroupSum, b: GroupSum): number {
  const [few, many] = a.sum.size <= b.sum.size ? [a, b] : [b, a];
  let product = 0;
  for (const [term, weight] of few.sum) product += weight * (many.sum.get(term) ?? 0);
  return product / (a.size * b.size);
}

/**
 * Pairs of groups that are at least this alike and not to be `skipped`, in the order of their indices. With very many groups some pairs
 * are missed.
 */
export function* nearPairs(
  groups: readonly GroupSum[],
  least: number,
  skipped: (first: number, second: number) => boolean = () => false,
): Steps<readonly NearPair[]> {
  const isTurn = turnTaker();
  const postings = postingsOf(groups.map(({ sum }) => sum));
  const pairs: NearPair[] = [];
  for (const [first, group] of groups.entries()) {
    const { found, products } = postings.search(first, group.sum, MAX_VISITS);
    for (const second of [...found].sort((a, b) => a - b)) {
      products[second] = 0;
      const other = groups[second];
      if (second <= first || other === undefined || pairs.length >= MAX_PAIRS) continue;
      const alike = likeness(group, other);
      if (alike >= least && !skipped(first, second)) pairs.push({ first, second, likeness: alike });
    }
    if (isTurn(group.sum.size * found.length)) yield;
  }
  return pairs;
}
