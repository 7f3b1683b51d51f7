import { sha256 } from "../../model/hash.ts";
import { inTurns } from "../../async/in-turns.ts";
import { averageLinkSteps, type SparseVector } from "./average-link.ts";
import type { CompareContext } from "../compare.ts";
import { embedded } from "./embedding.ts";
import type { Apart } from "../keep-apart.ts";
import { joinGroups, type AnsweredPair } from "../join-groups.ts";
import { nearPairs, sumOf, type NearPair } from "./near-pairs.ts";
import { placeText } from "../place.ts";
import { oneLineOfWords } from "../plain.ts";
import { answerOf, sameIssueQuestion } from "../same-issue.ts";
import type { SimilarSettings } from "./similar-options.ts";
import { inOrderOfStanding } from "./stand-for.ts";
import type { Cluster, Texts } from "./texts.ts";
import { mixed } from "./vectors.ts";

/** The result of comparing texts by words and by asking agents. */
export interface Compared {
  readonly clusters: readonly Cluster[];
  /** What could not be asked, in a sentence or two. */
  readonly note?: string;
}

type Judging = NonNullable<SimilarSettings["judging"]>;

const MAX_WHY_CHARS = 300;

/** Groups texts by words, by vectors if there is an embedding, and by a judge's answers if there is one. */
export async function similarLater(
  texts: Texts,
  settings: SimilarSettings,
  context: CompareContext,
): Promise<Compared> {
  const { vectors, note } = await vectorsFor(texts, settings, context);
  const { threshold, judging } = settings;
  const told = note === undefined ? {} : { note };
  if (judging === undefined)
    return { clusters: await byLikeness(texts, vectors, threshold, context), ...told };
  const judged = await byJudge(texts, vectors, { judging, threshold, context });
  const notes = [note, judged.note].filter((each) => each !== undefined).join(" ");
  return { clusters: judged.clusters, ...(notes !== "" && { note: notes }) };
}

async function byLikeness(
  { counts, contradictions }: Texts,
  vectors: readonly SparseVector[],
  threshold: number,
  { signal }: CompareContext,
): Promise<readonly Cluster[]> {
  const { groups } = await inTurns(
    averageLinkSteps(vectors, counts, threshold, contradictions),
    signal,
  );
  return groups.map((members) => ({ members }));
}

async function vectorsFor(
  { wordings, vectors }: Texts,
  { embedding }: SimilarSettings,
  context: CompareContext,
): Promise<{ readonly vectors: readonly SparseVector[]; readonly note?: string }> {
  if (embedding === undefined) return { vectors };
  const { agent, weight } = embedding;
  const found = await embedded(
    agent,
    wordings.map(({ text }) => text),
    context,
  );
  if (typeof found === "string") {
    const why = oneLineOfWords(found, MAX_WHY_CHARS);
    return {
      vectors,
      note: `Compared by words alone, since ${agent.name} gave no vectors: ${why}.`,
    };
  }
  const dense = wordings.map(({ text }) => found.get(text) ?? []);
  return { vectors: mixed(vectors, dense, weight) };
}

interface SimilarMeans {
  readonly judging: Judging;
  readonly threshold: number;
  readonly context: CompareContext;
}

async function byJudge(
  texts: Texts,
  vectors: readonly SparseVector[],
  means: SimilarMeans,
): Promise<Compared> {
  const { judging, threshold, context } = means;
  const { agent, band, maxPairs } = judging;
  const { counts, contradictions, elsewhere } = texts;
  const { signal } = context;
  const linked = await inTurns(averageLinkSteps(vectors, counts, band[1], contradictions), signal);
  const sure = linked.groups;
  const sums = sure.map((members) => sumOf(members, vectors, counts));
  const anyOf =
    (apart: Apart["apart"]) =>
    (first: number, second: number): boolean =>
      (sure[first] ?? []).some((one) => (sure[second] ?? []).some((other) => apart(one, other)));
  const contradict = anyOf(contradictions.apart);
  const pairs = await inTurns(nearPairs(sums, band[0], anyOf(elsewhere)), signal);
  const asked = mostDoubtful(pairs, threshold, contradict).slice(0, maxPairs);
  const answers = await answersAbout(asked, sure, texts, means);

  const unanswered = asked.filter((pair) => answers.get(pair) === undefined).length;
  const note =
    unanswered === 0
      ? {}
      : {
          note: `${agent.name} did not answer for ${unanswered} of ${asked.length} pairs of groups, so words decided whether those are the same.`,
        };
  if (unanswered === asked.length)
    return { clusters: await byLikeness(texts, vectors, threshold, context), ...note };
  const answered = pairs.map((pair): AnsweredPair => ({ ...pair, same: answers.get(pair) }));
  const same = new Set(
    answered.filter((pair) => pair.same === true).flatMap(({ first, second }) => [first, second]),
  );
  const clusters = joinGroups(sums, answered, threshold, contradict).map((groups): Cluster => {
    const members = groups.flatMap((group) => sure[group] ?? []);
    return groups.length > 1 && groups.some((group) => same.has(group))
      ? { members, note: `${agent.name} took different wordings of it for the same.` }
      : { members };
  });
  return { clusters, ...note };
}

/** Asks the judge about all pairs of groups at the same time whether they are the same. */
async function answersAbout(
  pairs: readonly NearPair[],
  groups: readonly (readonly number[])[],
  { vectors, counts, wordings }: Texts,
  { judging: { agent }, context }: SimilarMeans,
): Promise<ReadonlyMap<NearPair, boolean | undefined>> {
  const wordingsOf = (group: number): readonly string[] =>
    inOrderOfStanding(groups[group] ?? [], vectors, counts).map((index) => {
      const { text = "", place } = wordings[index] ?? {};
      return place === undefined ? text : `${placeText(place)}: ${text}`;
    });
  const ask = async ({ first, second }: NearPair): Promise<boolean | undefined> => {
    const question = sameIssueQuestion(wordingsOf(first), wordingsOf(second));
    // The groups' places are part of it: two pairs may look the same once they are shortened.
    const content = [context.subject ?? null, first, second, question.first, question.second];
    const key = `#${sha256(JSON.stringify(content)).slice(0, 16)}`;
    return answerOf(await context.ask(agent, question, key));
  };
  return new Map(await Promise.all(pairs.map(async (pair) => [pair, await ask(pair)] as const)));
}

/**
 * First those that only a contradiction keeps apart, the most alike first; then those nearest to the threshold. In a fixed
 * order.
 */
function mostDoubtful(
  pairs: readonly NearPair[],
  threshold: number,
  contradict: (first: number, second: number) => boolean,
): readonly NearPair[] {
  const doubt = ({ first, second, likeness }: NearPair): number =>
    likeness >= threshold && contradict(first, second) ? -likeness : Math.abs(likeness - threshold);
  const doubts = new Map(pairs.map((pair) => [pair, doubt(pair)]));
  const doubtOf = (pair: NearPair): number => doubts.get(pair) ?? 0;
  return pairs.toSorted(
    (a, b) => doubtOf(a) - doubtOf(b) || a.first - b.first || a.second - b.second,
  );
}
