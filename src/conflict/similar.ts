import { averageLink } from "./average-link.ts";
import type { Candidate, Comparator, CompareContext, Grouping } from "./compare.ts";
import { similarLater } from "./similar-later.ts";
import { checkSimilar, definitionOf, type SimilarOptions } from "./similar-options.ts";
import { apart, groupsOf, textsOf } from "./texts.ts";

/**
 * Texts that say the same in similar words are the same position; the one that says most of what its group says stands
 * for it. Lexical: TF-IDF with identifiers split, compared by cosine and grouped by average link. Only the first 4,000
 * characters of a text count, and fewer where there are more than 2,000 distinct ones (8 million in all). Values that are
 * not texts are compared by equality, and so are texts when there are more than 100,000. A text that has no word in
 * common with others changes nothing about their groups.
 *
 * With `embed`, vectors of a model are compared too; with `judge`, somebody is asked about groups that are neither clearly
 * the same nor clearly not. Both are asked by `settle()` and by supervisors; `findConflicts()` asks nobody and goes by words.
 */
export function similar(options: SimilarOptions = {}): Comparator {
  const settings = checkSimilar(options);
  const { name, threshold, embedding, judging } = settings;
  const asks = [embedding, judging].flatMap((asked) => (asked === undefined ? [] : [asked.agent]));

  function group(candidates: readonly Candidate[]): Grouping {
    const texts = textsOf(candidates);
    if (texts.vectors.length === 0) return { groups: groupsOf(texts, apart(texts)) };
    const { groups } = averageLink(texts.vectors, texts.counts, threshold);
    return {
      groups: groupsOf(
        texts,
        groups.map((members) => ({ members })),
      ),
    };
  }

  async function groupLater(
    candidates: readonly Candidate[],
    context: CompareContext,
  ): Promise<Grouping> {
    const texts = textsOf(candidates);
    if (texts.vectors.length === 0) return group(candidates);
    const { clusters, note } = await similarLater(texts, settings, context);
    return { groups: groupsOf(texts, clusters), ...(note !== undefined && { note }) };
  }

  const definition = definitionOf(settings);
  return Object.freeze(
    asks.length === 0
      ? { name, definition, group }
      : {
          name,
          definition,
          group,
          groupLater,
          asks: Object.freeze(asks),
          // How many texts there are to be turned into vectors, nobody knows beforehand.
          ...(embedding === undefined &&
            judging !== undefined && { callsAtMost: judging.maxPairs }),
        },
  );
}
