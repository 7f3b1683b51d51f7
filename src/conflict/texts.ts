import type { SparseVector } from "./average-link.ts";
import type { Candidate, Group } from "./compare.ts";
import { inOrderOfStanding } from "./stand-for.ts";
import { vectorsOf, wordingsOf, type Wording } from "./vectors.ts";

/** Above so many distinct texts only those with the same words are grouped. */
export const MAX_SIMILAR_TEXTS = 100_000;

/** Candidates as they are compared: by their words. */
export interface Texts {
  readonly candidates: readonly Candidate[];
  readonly wordings: readonly Wording[];
  /** Candidates that are no text, or have no words. */
  readonly wordless: readonly number[];
  /** Of the wordings, and how many hold each; none where there are too many to compare. */
  readonly vectors: readonly SparseVector[];
  readonly counts: readonly number[];
}

/** Wordings that are one group, by index. */
export interface Cluster {
  readonly members: readonly number[];
  readonly note?: string;
}

export function textsOf(candidates: readonly Candidate[]): Texts {
  const { wordings, wordless } = wordingsOf(candidates);
  const compared = wordings.length > 1 && wordings.length <= MAX_SIMILAR_TEXTS;
  const vectors = compared ? vectorsOf(wordings) : [];
  const counts = wordings.map(({ heldBy }) => heldBy);
  return { candidates, wordings, wordless, vectors, counts };
}

/** Each wording by itself. */
export function apart({ wordings }: Texts): readonly Cluster[] {
  return wordings.map((_, index) => ({ members: [index] }));
}

/** The groups of candidates that those of their wordings come to; what has no words is the same as nothing else. */
export function groupsOf(texts: Texts, clusters: readonly Cluster[]): readonly Group[] {
  const { candidates, wordings, wordless, vectors, counts } = texts;
  const valueOf = (index: number): Group["value"] => candidates[index]?.value ?? null;
  return [
    ...wordless.map((index) => ({ value: valueOf(index), members: [index] })),
    ...clusters.map(({ members, note }): Group => {
      const indices = inOrderOfStanding(members, vectors, counts).flatMap(
        (index) => wordings[index]?.candidates ?? [],
      );
      const value = valueOf(indices[0] ?? 0);
      return { value, members: indices, ...(note !== undefined && { note }) };
    }),
  ];
}
