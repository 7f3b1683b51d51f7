import type { SparseVector } from "./average-link.ts";

/** A text that is longer than this many times its group's median does not gain from its further length. */
const MAX_LENGTH = 2;

/**
 * The members of a group, first the one that contains most of what the group says: its average similarity to all members
 * times the square root of the number of its words. The most typical text is often the tersest one; of two equally
 * typical texts, the one that says more is the better report.
 */
export function inOrderOfStanding(
  members: readonly number[],
  vectors: readonly SparseVector[],
  counts: readonly number[],
): readonly number[] {
  if (members.length === 1) return members;
  const sum = new Map<number, number>();
  for (const index of members) {
    eachTerm(vectors[index], (term, weight) =>
      sum.set(term, (sum.get(term) ?? 0) + weight * (counts[index] ?? 1)),
    );
  }
  const wordsOf = (index: number): number => vectors[index]?.terms.length ?? 0;
  const lengths = members.map(wordsOf).sort((a, b) => a - b);
  const longest = MAX_LENGTH * (lengths[Math.floor((lengths.length - 1) / 2)] ?? 0);
  const standing = new Map<number, number>();
  for (const index of members) {
    let product = 0;
    eachTerm(vectors[index], (term, weight) => (product += weight * (sum.get(term) ?? 0)));
    standing.set(index, product * Math.sqrt(Math.min(wordsOf(index), longest)));
  }
  return members.toSorted((a, b) => (standing.get(b) ?? 0) - (standing.get(a) ?? 0) || a - b);
}

function eachTerm(
  vector: SparseVector | undefined,
  use: (term: number, weight: number) => void,
): void {
  vector?.terms.forEach((term, i) => use(term, vector.weights[i] ?? 0));
}
