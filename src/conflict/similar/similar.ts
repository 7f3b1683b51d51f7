import { finish, inTurns, type Steps } from "../../async/in-turns.ts";
import { averageLinkSteps } from "./average-link.ts";
import type { Candidate, Comparator, CompareContext, Grouping } from "../compare.ts";
import { similarLater } from "./similar-later.ts";
import { checkSimilar, definitionOf, type SimilarOptions } from "./similar-options.ts";
import { withSteps } from "../steps-of.ts";
import { alone, groupSteps, textSteps } from "./texts.ts";

/**
 * Texts that say the same in similar words are the same position; the one that contains most of what its group says represents
 * it. Lexical: TF-IDF with identifiers split, compared by cosine and grouped by average link. Only the first 4,000
 * characters of a text count, and fewer if there are more than 2,000 distinct ones (8 million in all). Values that are
 * not texts are compared by equality, and so are texts if there are more than 100,000. A text that has no word in
 * common with others does not change their groups.
 *
 * Texts that contradict each other are never the same, however alike their words are, not even through a third one: if one denies
 * what the other says, or says its opposite, or if two numbers, versions, paths, names or codes stand in the same place.
 *
 * With `embed`, vectors of a model are compared, too. With `judge`, an agent is asked about groups that are neither clearly
 * the same nor clearly different, and first about those that only a contradiction keeps apart: they are the same if it says so. `settle()` and supervisors ask both; `findConflicts()` asks neither and uses words.
 */
export function similar(options: SimilarOptions = {}): Comparator {
  const settings = checkSimilar(options);
  const { name, threshold, embedding, judging } = settings;
  const asks = [embedding, judging].flatMap((asked) => (asked === undefined ? [] : [asked.agent]));

  function* steps(candidates: readonly Candidate[]): Steps<Grouping> {
    const texts = yield* textSteps(candidates);
    if (texts.vectors.length === 0) return { groups: yield* groupSteps(texts, alone(texts)) };
    const { vectors, counts, contradictions } = texts;
    const { groups } = yield* averageLinkSteps(vectors, counts, threshold, contradictions);
    const clusters = groups.map((members) => ({ members }));
    return { groups: yield* groupSteps(texts, clusters) };
  }

  const group = (candidates: readonly Candidate[]): Grouping => finish(steps(candidates));

  async function groupLater(
    candidates: readonly Candidate[],
    context: CompareContext,
  ): Promise<Grouping> {
    const { signal } = context;
    const texts = await inTurns(textSteps(candidates), signal);
    if (texts.vectors.length === 0) return inTurns(steps(candidates), signal);
    const { clusters, note } = await similarLater(texts, settings, context);
    const groups = await inTurns(groupSteps(texts, clusters), signal);
    return { groups, ...(note !== undefined && { note }) };
  }

  const definition = definitionOf(settings);
  if (asks.length === 0) return withSteps(Object.freeze({ name, definition, group }), steps);
  return Object.freeze({
    name,
    definition,
    group,
    groupLater,
    asks: Object.freeze(asks),
    // How many texts will be embedded cannot be known beforehand.
    ...(embedding === undefined && judging !== undefined && { callsAtMost: judging.maxPairs }),
  });
}
