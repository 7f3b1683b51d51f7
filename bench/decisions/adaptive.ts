import { learn } from "../../src/learning/index.ts";
import { oneDraw, type Measured } from "./adaptive-draw.ts";
import type { DataSet, Vote } from "./data.ts";
import { draw, seeded } from "./random.ts";
import type { Figures, Section, SetResult } from "./section.ts";

const SIZES = [5, 9] as const;
const TRUTHS = [0, 20, 50, 200] as const;
/** An item whose truth any method learns from is scored for none. */
const MOST_TRUTHS = 200;
const DRAWS = { full: 40, quick: 4 } as const;
const SEED = 1;

/** A few agents that are asked one after another, the fewest whose answers could close the verdict at once. */
export const adaptive: Section = async (folders, { quick }) => {
  const sets: Record<string, SetResult> = {};
  const draws = DRAWS[quick ? "quick" : "full"];
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind !== "llm-agent") continue;
      const set = folder.read(name);
      for (const size of SIZES) {
        const byTruths = scoreSet(set, size, draws);
        for (const [truths, result] of byTruths)
          sets[`${name}, ${size} agents, ${truths}`] = result;
      }
    }
  }
  if (Object.keys(sets).length === 0) return undefined;
  return {
    title: "asking fewer of a panel, and what that costs in accuracy",
    notes: [
      `SET, AGENTS, TRUTHS: means of ${draws} seeded draws; ${MOST_TRUTHS} items with truths are drawn and never scored.`,
      "less: accuracy less that of all asked; same: the share of items with the same winner.",
      "calls, rounds: of an item. cost: as a share of what all cost.",
      "oracle: by hindsight, the fewest, best first, from whom on the winner stays that of all; nobody can know that beforehand.",
      "explore: everybody is asked of one item in twenty, to learn from.",
      "random: asked in random order, by majority, as published; ours: best first.",
    ],
    sets,
    decimals: { calls: 2, rounds: 2 },
  };
};

function scoreSet(
  { items, votes, meta }: DataSet,
  size: number,
  draws: number,
): ReadonlyMap<number, SetResult> {
  const random = seeded(SEED);
  const all = [...new Set(votes.map(({ agent }) => agent))].sort();
  const measured = new Map<number, Map<string, Measured[]>>(
    TRUTHS.map((truths) => [truths, new Map()]),
  );
  for (let i = 0; i < draws; i++) {
    const agents = [...draw(all, size, random)].sort();
    const known = draw(items, MOST_TRUTHS, random);
    const heldBack = new Set(known.map(({ item }) => item));
    const scored = items.filter(({ item }) => !heldBack.has(item));
    const theirs = votes.filter(({ agent }) => agents.includes(agent));
    const byItem = Map.groupBy(theirs, ({ item }) => item);
    const costs = costsOf(theirs);
    for (const truths of TRUTHS) {
      const from = learn(
        theirs.flatMap(({ item, agent, label }) =>
          label === null ? [] : [{ subject: item, agent, position: label }],
        ),
        {
          labels: meta.labels === "fixed" ? "fixed" : "open",
          truths: known
            .slice(0, truths)
            .map(({ item, truth }) => ({ subject: item, position: truth })),
        },
      );
      const results = oneDraw({ agents, scored, byItem, costs, from, random: seeded(SEED + i) });
      for (const [method, figures] of results) {
        const kept = measured.get(truths);
        kept?.set(method, [...(kept.get(method) ?? []), figures]);
      }
    }
  }
  return new Map(
    [...measured].map(([truths, methods]) => [
      truths,
      Object.fromEntries([...methods].map(([method, done]) => [method, meanOf(done)])),
    ]),
  );
}

function costsOf(votes: readonly Vote[]): ReadonlyMap<string, number> {
  const byAgent = Map.groupBy(votes, ({ agent }) => agent);
  return new Map(
    [...byAgent].map(([agent, all]) => [
      agent,
      all.reduce((sum, { cost = 0 }) => sum + cost, 0) / all.length,
    ]),
  );
}

/** Means, and for `less` its standard error and its worst. */
function meanOf(done: readonly Measured[]): Figures {
  const mean = (of: (one: Measured) => number): number =>
    done.reduce((sum, one) => sum + of(one), 0) / done.length;
  const less = mean((one) => one.less);
  const variance = mean((one) => (one.less - less) ** 2);
  return {
    accuracy: mean((one) => one.accuracy),
    ece: mean((one) => one.ece),
    brier: mean((one) => one.brier),
    calls: mean((one) => one.calls),
    rounds: mean((one) => one.rounds),
    cost: mean((one) => one.cost),
    less,
    error: Math.sqrt(variance / Math.max(1, done.length - 1)),
    same: mean((one) => one.same),
  };
}
