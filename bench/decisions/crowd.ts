import { unanimous, vote, type Resolver } from "../../src/index.ts";
import { reliability } from "../../src/learning/index.ts";
import type { DataSet } from "./data.ts";
import { draw, seeded } from "./random.ts";
import { chanceEce, figuresOf, meanQuality, qualityOf, type Quality } from "./score.ts";
import type { Figures, Section, SetResult } from "./section.ts";
import { majority, scoredOn, settleVotes, type Settled } from "./settled.ts";

/** How votes are settled; `undefined` is the library's default chain. */
const METHODS: Readonly<Record<string, readonly Resolver[] | undefined>> = {
  "default chain": undefined,
  majority: [majority],
  "reliability, declared open": [reliability({ labels: "open" }), unanimous(), vote()],
  "reliability, declared fixed": [reliability({ labels: "fixed" }), unanimous(), vote()],
};

const TRUTHS = [20, 50] as const;
const MOST_TRUTHS = 50;
const DRAWS = { full: 10, quick: 1 } as const;
const SEED = 1;

/** Many agents, many items, no truths or a few: each method settles a set's votes as a whole. */
export const crowd: Section = async (folders, { quick }) => {
  const draws = DRAWS[quick ? "quick" : "full"];
  const sets: Record<string, SetResult> = {};
  const means = new Map<string, CrowdQuality[]>();
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind !== "crowd") continue;
      const set = folder.read(name);
      const { items, votes } = set;
      const result: Record<string, Figures> = {};
      for (const [method, chain] of Object.entries(METHODS)) {
        const quality = crowdQuality(items, await settleVotes(votes, chain));
        result[method] = crowdFigures(quality);
        means.set(method, [...(means.get(method) ?? []), quality]);
      }
      for (const [method, quality] of await withTruths(set, draws)) {
        result[method] = crowdFigures(quality);
        means.set(method, [...(means.get(method) ?? []), quality]);
      }
      sets[name] = result;
    }
  }
  if (means.size === 0) return undefined;
  const entries = [...means].map(([method, all]) => [method, crowdFigures(meanOf(all))] as const);
  return {
    title: "votes with fixed meanings, no truths, and a few",
    notes: [
      "Ties are shared evenly. ECE: ten equal bins of the winner's confidence.",
      "by chance: the ECE of confidences that are exactly right, on so many items.",
      `truths: means of ${draws} seeded draws; ${MOST_TRUTHS} items with truths are drawn and never scored.`,
    ],
    sets: { mean: Object.fromEntries(entries), ...sets },
  };
};

/** With the ECE that the same confidences have by chance. */
interface CrowdQuality extends Quality {
  readonly byChance: number;
}

function crowdQuality(items: DataSet["items"], settled: Settled): CrowdQuality {
  const scored = scoredOn(items, settled);
  return { ...qualityOf(scored), byChance: chanceEce(scored, seeded(SEED)) };
}

function meanOf(all: readonly CrowdQuality[]): CrowdQuality {
  const byChance = all.reduce((sum, one) => sum + one.byChance, 0) / all.length;
  return { ...meanQuality(all), byChance };
}

function crowdFigures(quality: CrowdQuality): Figures {
  const { accuracy, ece, ...others } = figuresOf(quality);
  return { accuracy: accuracy ?? null, ece: ece ?? null, "by chance": quality.byChance, ...others };
}

async function withTruths(
  { items, votes }: DataSet,
  draws: number,
): Promise<readonly (readonly [string, CrowdQuality])[]> {
  const random = seeded(SEED);
  const qualities = new Map<number, CrowdQuality[]>();
  for (let i = 0; i < draws; i++) {
    const known = draw(items, MOST_TRUTHS, random);
    const heldBack = new Set(known.map(({ item }) => item));
    const scored = items.filter(({ item }) => !heldBack.has(item));
    for (const count of TRUTHS) {
      const truths = known
        .slice(0, count)
        .map(({ item, truth }) => ({ subject: item, position: truth }));
      const chain = [reliability({ labels: "fixed", truths }), unanimous(), vote()];
      const quality = crowdQuality(scored, await settleVotes(votes, chain));
      qualities.set(count, [...(qualities.get(count) ?? []), quality]);
    }
  }
  return [...qualities].map(([count, all]) => [`declared fixed, ${count} truths`, meanOf(all)]);
}
