import { averageLink } from "./average-link.ts";
import type { Candidate, Comparator, Group } from "./compare.ts";
import { inOrderOfStanding } from "./stand-for.ts";
import { checkSimilar, type SimilarOptions } from "./similar-options.ts";
import { vectorsOf, wordingsOf, type Wording } from "./vectors.ts";

/** Above so many distinct texts only those with the same words are grouped. */
export const MAX_SIMILAR_TEXTS = 100_000;

/**
 * Texts that say the same in similar words are the same position; the one that says most of what its group says stands
 * for it. Lexical: TF-IDF with identifiers split, compared by cosine and grouped by average link. No model is asked.
 * Only the first 4,000 characters of a text count, and fewer where there are more than 2,000 distinct ones (8 million in
 * all). Values that are not texts are compared by equality, and so are texts when there are more than 100,000.
 *
 * A text that has no word in common with others changes nothing about their groups.
 */
export function similar(options: SimilarOptions = {}): Comparator {
  const { threshold } = checkSimilar(options);
  return Object.freeze({
    name: "similar",
    definition: { threshold },
    group: (candidates: readonly Candidate[]) => ({ groups: groupTexts(candidates, threshold) }),
  });
}

function groupTexts(candidates: readonly Candidate[], threshold: number): readonly Group[] {
  const { wordings, wordless } = wordingsOf(candidates);
  return [
    ...wordless.map((index) => ({ value: candidates[index]?.value ?? null, members: [index] })),
    ...cluster(wordings, threshold).map((members): Group => {
      const indices = members.flatMap((wording) => wording.candidates);
      return { value: candidates[indices[0] ?? 0]?.value ?? null, members: indices };
    }),
  ];
}

/** The groups, each with the wording first that stands for it. */
function cluster(wordings: readonly Wording[], threshold: number): readonly (readonly Wording[])[] {
  if (wordings.length === 1 || wordings.length > MAX_SIMILAR_TEXTS)
    return wordings.map((wording) => [wording]);
  const vectors = vectorsOf(wordings);
  const counts = wordings.map(({ heldBy }) => heldBy);
  return averageLink(vectors, counts, threshold).groups.map((members) =>
    inOrderOfStanding(members, vectors, counts).flatMap((index) => wordings[index] ?? []),
  );
}
