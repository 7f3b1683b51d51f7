import { unanimous, vote, type Resolver } from "../../src/index.ts";
import { learn, reliability } from "../../src/learning/index.ts";
import type { DataSet, Vote } from "./data.ts";
import { draw, seeded } from "./random.ts";
import { figuresOf, meanQuality, type Quality } from "./score.ts";
import type { Figures, Section, SetResult } from "./section.ts";
import { bestAlone, majority, qualityOn, settleVotes } from "./settled.ts";

const PANEL = 5;
const DRAWS = { full: 60, quick: 6 } as const;
const TRUTHS = [0, 20, 50, 200] as const;
/** An item whose truth any method learns from is scored for none. */
const MOST_TRUTHS = 200;
const SEED = 1;

/** How many members of a panel answer, although its record is that of all of them. */
const VOICES = { one: 1, two: 2 } as const;

/** A few agents of many: the quality of their panel without truths, and with some. */
export const panels: Section = async (folders, { quick }) => {
  const sets: Record<string, SetResult> = {};
  const draws = DRAWS[quick ? "quick" : "full"];
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind !== "llm-agent") continue;
      const set = folder.read(name);
      sets[name] = await scoreSet(set, draws);
      for (const [voices, count] of Object.entries(VOICES))
        sets[`${name}, ${voices} of ${PANEL}`] = await scoreVoices(set, draws, count);
    }
  }
  if (Object.keys(sets).length === 0) return undefined;
  return {
    title: `${PANEL} random agents on all items`,
    notes: [
      `Means of ${draws} seeded draws; ${MOST_TRUTHS} items with truths are drawn and never scored.`,
      "vs best: accuracy as a share of that of the panel's best agent, by hindsight.",
      "one of 5, two of 5: learned of all five, and so many drawn for each item speak.",
    ],
    sets,
  };
};

async function scoreSet({ meta, items, votes }: DataSet, draws: number): Promise<SetResult> {
  const random = seeded(SEED);
  const agents = [...new Set(votes.map(({ agent }) => agent))].sort();
  const qualities = new Map<string, Quality[]>();
  const best: number[] = [];
  for (let i = 0; i < draws; i++) {
    const panel = new Set(draw(agents, PANEL, random));
    const known = draw(items, MOST_TRUTHS, random);
    const heldBack = new Set(known.map(({ item }) => item));
    const scored = items.filter(({ item }) => !heldBack.has(item));
    const theirs = votes.filter(({ agent }) => panel.has(agent));
    best.push(bestAlone(scored, theirs));
    const methods: [string, readonly Resolver[] | undefined][] = [
      ["default chain", undefined],
      ["majority", [majority]],
      ...TRUTHS.map((count): [string, readonly Resolver[]] => {
        const truths = known
          .slice(0, count)
          .map(({ item, truth }) => ({ subject: item, position: truth }));
        const labels = meta.labels === "fixed" ? "fixed" : "open";
        return [
          `reliability, ${count} truths`,
          [reliability({ labels, truths }), unanimous(), vote()],
        ];
      }),
    ];
    for (const [method, chain] of methods) {
      const quality = qualityOn(scored, await settleVotes(theirs, chain));
      qualities.set(method, [...(qualities.get(method) ?? []), quality]);
    }
  }
  const oracle = best.reduce((sum, each) => sum + each, 0) / best.length;
  const rows = [...qualities].map(([method, all]): [string, Figures] => {
    const quality = meanQuality(all);
    return [method, { ...figuresOf(quality), "vs best": quality.accuracy / oracle }];
  });
  return { "best agent, by hindsight": { accuracy: oracle }, ...Object.fromEntries(rows) };
}

/** The quality of the confidence if few members of a panel answer. */
async function scoreVoices(
  { meta, items, votes }: DataSet,
  draws: number,
  count: number,
): Promise<SetResult> {
  const random = seeded(SEED);
  const agents = [...new Set(votes.map(({ agent }) => agent))].sort();
  const qualities = new Map<string, Quality[]>();
  for (let i = 0; i < draws; i++) {
    const panel = new Set(draw(agents, PANEL, random));
    const known = draw(items, MOST_TRUTHS, random);
    const heldBack = new Set(known.map(({ item }) => item));
    const theirs = votes.filter(({ agent, label }) => panel.has(agent) && label !== null);
    const byItem = Map.groupBy(theirs, ({ item }) => item);
    const scored = items.filter(({ item }) => !heldBack.has(item) && byItem.has(item));
    const heard = scored.flatMap(({ item }): readonly Vote[] =>
      draw(byItem.get(item) ?? [], count, random),
    );
    for (const truths of TRUTHS) {
      const from = learn(
        theirs.map(({ item, agent, label }) => ({ subject: item, agent, position: label })),
        {
          labels: meta.labels === "fixed" ? "fixed" : "open",
          truths: known
            .slice(0, truths)
            .map(({ item, truth }) => ({ subject: item, position: truth })),
        },
      );
      const settled = await settleVotes(heard, [reliability({ from }), unanimous(), vote()]);
      const method = `reliability, ${truths} truths`;
      qualities.set(method, [...(qualities.get(method) ?? []), qualityOn(scored, settled)]);
    }
  }
  return Object.fromEntries(
    [...qualities].map(([method, all]) => [method, figuresOf(meanQuality(all))]),
  );
}
