import { unanimous, vote, type Resolver } from "../../src/index.ts";
import { reliability } from "../../src/learning/index.ts";
import type { DataSet } from "./data.ts";
import { draw, seeded } from "./random.ts";
import { figuresOf, meanQuality, type Quality } from "./score.ts";
import type { Section, SetResult } from "./section.ts";
import { bestAlone, majority, qualityOn, settleVotes } from "./settled.ts";

const DRAWS = { full: 20, quick: 3 } as const;
const TRUTHS = [50, 300] as const;
const MOST_TRUTHS = 300;
const SEED = 1;

/** Tools that find much in some categories and nothing in others. */
export const tools: Section = async (folders, { quick }) => {
  const sets: Record<string, SetResult> = {};
  const draws = DRAWS[quick ? "quick" : "full"];
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind === "tools") sets[name] = await scoreSet(folder.read(name), draws);
    }
  }
  if (Object.keys(sets).length === 0) return undefined;
  return {
    title: "tools, by category",
    notes: [
      `Means of ${draws} seeded draws; ${MOST_TRUTHS} items with truths are drawn and never scored.`,
    ],
    sets,
  };
};

async function scoreSet({ items, votes }: DataSet, draws: number): Promise<SetResult> {
  const random = seeded(SEED);
  const groupOf = new Map(items.map(({ item, group }) => [item, group]));
  const topicOf = (subject: string): string | undefined => groupOf.get(subject);
  const qualities = new Map<string, Quality[]>();
  const best: number[] = [];
  for (let i = 0; i < draws; i++) {
    const known = draw(items, MOST_TRUTHS, random);
    const heldBack = new Set(known.map(({ item }) => item));
    const scored = items.filter(({ item }) => !heldBack.has(item));
    best.push(bestAlone(scored, votes));
    const rest = [unanimous(), vote()];
    const methods: [string, readonly Resolver[] | undefined][] = [
      ["default chain", undefined],
      ["majority", [majority]],
      ["no truths", [reliability({ labels: "fixed" }), ...rest]],
      ...TRUTHS.flatMap((count): [string, readonly Resolver[]][] => {
        const truths = known
          .slice(0, count)
          .map(({ item, truth }) => ({ subject: item, position: truth }));
        const resolver = { labels: "fixed", truths } as const;
        return [
          [`${count} truths`, [reliability(resolver), ...rest]],
          [`${count} truths, by category`, [reliability({ ...resolver, topicOf }), ...rest]],
        ];
      }),
    ];
    for (const [method, chain] of methods) {
      const quality = qualityOn(scored, await settleVotes(votes, chain));
      qualities.set(method, [...(qualities.get(method) ?? []), quality]);
    }
  }
  const oracle = best.reduce((sum, each) => sum + each, 0) / best.length;
  const rows = [...qualities].map(
    ([method, all]) => [method, figuresOf(meanQuality(all))] as const,
  );
  return { "best tool, by hindsight": { accuracy: oracle }, ...Object.fromEntries(rows) };
}
