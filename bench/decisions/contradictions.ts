import { support, unanimous, type Comparator, type Resolver } from "../../src/index.ts";
import { finish } from "../../src/async/in-turns.ts";
import { averageLink } from "../../src/conflict/similar/average-link.ts";
import { groupSteps, textSteps } from "../../src/conflict/similar/texts.ts";
import {
  f1,
  FOLDER,
  labelFiles,
  pullsOf,
  reviewersOf,
  score,
  settled,
  standing,
  sum,
  type Pull,
  type Score,
} from "./boards.ts";
import { seeded } from "./random.ts";
import type { Figures, Section, SetResult } from "./section.ts";

const THRESHOLD = 0.28;
const SEED = 1;
const RESAMPLES = { full: 10_000, quick: 500 } as const;
/** One-sided. */
const CONFIDENCE = 0.9;

const CHAINS: Readonly<Record<string, readonly Resolver[] | undefined>> = {
  "default chain": undefined,
  "support of 2": [unanimous(), support({ atLeast: 2 })],
  "support of 3": [unanimous(), support({ atLeast: 3 })],
  "support of 4": [unanimous(), support({ atLeast: 4 })],
};

/** `similar()` as it would be if contradicting texts could be in one group, which is not an option. */
const byWordsAlone: Comparator = {
  name: "by-words-alone",
  group(candidates) {
    const texts = finish(textSteps(candidates));
    const { groups } = averageLink(texts.vectors, texts.counts, THRESHOLD);
    const clusters = groups.map((members) => ({ members }));
    return { groups: finish(groupSteps(texts, clusters)) };
  },
};

/** The effect on boards of code reviewers of never grouping contradicting texts. */
export const contradictions: Section = async (folders, { quick }) => {
  const sets: Record<string, SetResult> = {};
  for (const { dir } of folders)
    for (const name of labelFiles(dir))
      sets[`${FOLDER}, labels of ${name}`] = await compared(
        pullsOf(dir, name),
        RESAMPLES[quick ? "quick" : "full"],
      );
  if (Object.keys(sets).length === 0) return undefined;
  return {
    title: "what it costs that texts which contradict each other are never one finding",
    notes: [
      "F1 of what stands, as of the boards, without the rule and with it; change: the difference.",
      `bound: one-sided ${CONFIDENCE * 100} % bound of the change, by a paired bootstrap over the pull`,
      "requests with a fixed seed. groups: findings without the rule; more: with it.",
    ],
    sets,
    decimals: { groups: 0, more: 0 },
  };
};

async function compared(pulls: readonly Pull[], resamples: number): Promise<SetResult> {
  const agents = reviewersOf(pulls);
  const result: Record<string, Figures> = {};
  for (const [method, chain] of Object.entries(CHAINS)) {
    const before = await scoresOf(pulls, agents, chain, byWordsAlone);
    const after = await scoresOf(pulls, agents, chain, undefined);
    const [without, withRule] = [f1(sum(before.scores)), f1(sum(after.scores))];
    result[method] = {
      without,
      with: withRule,
      change: withRule - without,
      bound: lowerBound(before.scores, after.scores, resamples),
      groups: before.groups,
      more: after.groups - before.groups,
    };
  }
  return result;
}

/** The quality of the findings that stand, by pull request. */
async function scoresOf(
  pulls: readonly Pull[],
  agents: readonly string[],
  chain: readonly Resolver[] | undefined,
  similar: Comparator | undefined,
): Promise<{ readonly scores: readonly Score[]; readonly groups: number }> {
  const verdicts = await Promise.all(
    pulls.map(async (pull) => settled(pull, agents, chain, similar)),
  );
  return {
    scores: pulls.map((pull, i) => score(standing(verdicts[i] ?? []), pull)),
    groups: verdicts.reduce((all, { length }) => all + length, 0),
  };
}

/** The change of the F1 that is reached or passed in nine of ten draws of as many pull requests, with repetition. */
function lowerBound(before: readonly Score[], after: readonly Score[], resamples: number): number {
  const random = seeded(SEED);
  const changes = Array.from({ length: resamples }, () => {
    const drawn = before.map(() => Math.floor(random() * before.length));
    const of = (scores: readonly Score[]): number =>
      f1(sum(drawn.flatMap((index) => scores[index] ?? [])));
    return of(after) - of(before);
  }).sort((a, b) => a - b);
  return changes[Math.floor((1 - CONFIDENCE) * resamples)] ?? 0;
}
