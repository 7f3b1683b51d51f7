import { unanimous, vote, type Link } from "../../src/index.ts";
import { reliability } from "../../src/learning/index.ts";
import { figuresOf, meanQuality, type Quality } from "./score.ts";
import type { Figures, Section, SetResult } from "./section.ts";
import { majority, qualityOn, settleVotes } from "./settled.ts";

/** How votes are settled: the library's default chain where it is `undefined`. */
const METHODS: Readonly<Record<string, readonly Link[] | undefined>> = {
  "default chain": undefined,
  majority: [majority],
  "reliability, declared open": [reliability({ labels: "open" }), unanimous(), vote()],
  "reliability, declared fixed": [reliability({ labels: "fixed" }), unanimous(), vote()],
};

/** Many agents, many items, no outcomes: each method settles a set's votes as a whole. */
export const crowd: Section = async (folders) => {
  const sets: Record<string, SetResult> = {};
  const means = new Map<string, Quality[]>();
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind !== "crowd") continue;
      const { items, votes } = folder.read(name);
      const result: Record<string, Figures> = {};
      for (const [method, chain] of Object.entries(METHODS)) {
        const quality = qualityOn(items, await settleVotes(votes, chain));
        result[method] = figuresOf(quality);
        means.set(method, [...(means.get(method) ?? []), quality]);
      }
      sets[name] = result;
    }
  }
  if (means.size === 0) return undefined;
  const entries = [...means].map(([method, all]) => [method, figuresOf(meanQuality(all))] as const);
  return {
    title: "votes with fixed meanings, no outcomes",
    notes: ["Ties are shared evenly. ECE: ten equal bins of the winner's confidence."],
    sets: { mean: Object.fromEntries(entries), ...sets },
  };
};
