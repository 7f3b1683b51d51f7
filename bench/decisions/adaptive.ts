import { foldedKey } from "../../src/conflict/canonical.ts";
import { unanimous, vote, type Link, type Reliability } from "../../src/index.ts";
import { learn, reliability } from "../../src/learning/index.ts";
import { scaleOf } from "../../src/learning/statistics/apply.ts";
import { madeOf, type Outlook } from "../../src/panel/certain.ts";
import type { PanelUntil } from "../../src/model/planned-panel.ts";
import { inOrder, type PanelOrder } from "../../src/panel/order.ts";
import { isClosed, nextRound, type PanelRule } from "../../src/panel/until.ts";
import type { SaidSoFar } from "../../src/resolve/foresight.ts";
import { byBeta, byWindow, type Stop } from "./adaptive-peers.ts";
import type { DataSet, Item, Vote } from "./data.ts";
import { draw, seeded } from "./random.ts";
import { qualityOf, type Scored } from "./score.ts";
import type { Figures, Section, SetResult } from "./section.ts";

const SIZES = [5, 9] as const;
const TRUTHS = [0, 20, 50, 200] as const;
/** No item with a truth in any method is scored in one. */
const MOST_TRUTHS = 200;
const DRAWS = { full: 40, quick: 4 } as const;
const SEED = 1;
const EXPLORED = 0.05;

const RULES: Readonly<Record<string, PanelUntil>> = {
  certain: "certain",
  lead: "lead",
  "to .6": { confidence: 0.6 },
};
const ORDERS: readonly PanelOrder[] = ["best", "thrifty"];
const PEERS: Readonly<Record<string, Stop>> = {
  "Adaptive-Consistency": byBeta(0.95),
  "window of 2": byWindow(2),
};

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
      "explore: everybody is asked of one item in twenty, to learn from.",
      "random: asked in random order, by majority, as published; ours: best first.",
    ],
    sets,
    decimals: { calls: 2, rounds: 2 },
  };
};

/** What was asked about one item, and what came of it. */
interface Asked {
  /** Whoever was asked, by their places in the order. */
  readonly calls: number;
  readonly rounds: number;
  /** The winning label; `null` for nobody. */
  readonly winner: string | null;
  readonly confidence: number;
  /** The labels that most hold, where nobody wins. */
  readonly most: readonly string[];
}

/** The labels of an item in the order in which agents are asked; `null` for one that gave none. */
type Answers = readonly (string | null)[];

interface Measured {
  readonly accuracy: number;
  readonly brier: number;
  readonly ece: number;
  readonly calls: number;
  readonly rounds: number;
  readonly cost: number;
  readonly less: number;
  readonly same: number;
}

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
          outcomes: known
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

interface Draw {
  readonly agents: readonly string[];
  readonly scored: readonly Item[];
  readonly byItem: ReadonlyMap<string, readonly Vote[]>;
  readonly costs: ReadonlyMap<string, number>;
  readonly from: Reliability;
  readonly random: () => number;
}

function oneDraw(given: Draw): readonly (readonly [string, Measured])[] {
  const { agents, scored, byItem, costs, from, random } = given;
  const scale = scaleOf(from);
  const members = agents.map((name) => ({
    name,
    ...scale.worth(name, undefined),
    usdMicros: costs.get(name) ?? 0,
  }));
  const chain: readonly Link[] = [reliability({ from }), unanimous(), vote()];
  const outlook: Outlook = chain.map((link) => {
    const foresight = link.foresee?.("", undefined);
    return typeof foresight === "object" ? foresight : undefined;
  });
  const labelsOf = new Map(
    scored.map(({ item }) => [
      item,
      new Map((byItem.get(item) ?? []).map(({ agent, label }) => [agent, label])),
    ]),
  );
  const answersIn = (order: readonly string[], item: string): Answers =>
    order.map((agent) => labelsOf.get(item)?.get(agent) ?? null);
  const spent = (order: readonly string[], item: string, calls: number): number => {
    const asked = new Set(order.slice(0, calls));
    return (byItem.get(item) ?? []).reduce(
      (sum, { agent, cost = 0 }) => sum + (asked.has(agent) ? cost : 0),
      0,
    );
  };
  const whole = scored.reduce((sum, { item }) => sum + spent(agents, item, agents.length), 0);
  const reference = new Map<string, string | null>();

  const measure = (
    orderOf: (item: string) => readonly string[],
    ask: (answers: Answers, order: readonly string[]) => Asked,
  ): Measured => {
    let calls = 0;
    let rounds = 0;
    let micros = 0;
    let same = 0;
    const results = scored.map(({ item, truth }): Scored => {
      const order = orderOf(item);
      const asked = ask(answersIn(order, item), order);
      calls += asked.calls;
      rounds += asked.rounds;
      micros += spent(order, item, asked.calls);
      if (!reference.has(item)) reference.set(item, asked.winner);
      if (reference.get(item) === asked.winner) same++;
      return scoreOf(asked, truth);
    });
    const { accuracy, ece, brier } = qualityOf(results);
    const count = scored.length;
    const cost = whole === 0 ? 0 : micros / whole;
    const less = 0;
    return {
      accuracy,
      brier,
      ece,
      calls: calls / count,
      rounds: rounds / count,
      cost,
      less,
      same: same / count,
    };
  };

  const results: (readonly [string, Measured])[] = [];
  const note = (method: string, found: Measured): void => {
    const full = results[0]?.[1].accuracy ?? found.accuracy;
    results.push([method, { ...found, less: found.accuracy - full }]);
  };
  const best = inOrder(members, "best");
  note(
    "all asked",
    measure(() => best, remembered(everybody(outlook))),
  );
  note(
    "best agent then",
    measure(() => best, remembered(alone(outlook))),
  );
  for (const order of ORDERS) {
    const names = inOrder(members, order);
    for (const [name, until] of Object.entries(RULES)) {
      const rule: PanelRule = { until, outlook, truths: from.outcomes, isKin: () => false };
      const method = order === "best" ? name : `${name}, ${order}`;
      note(
        method,
        measure(() => names, remembered(inRounds(rule))),
      );
    }
  }
  const explored = new Set(scored.filter(() => random() < EXPLORED).map(({ item }) => item));
  const lead = remembered(
    inRounds({ until: "lead", outlook, truths: from.outcomes, isKin: () => false }),
  );
  const full = remembered(everybody(outlook));
  let next = 0;
  note(
    "lead, explore .05",
    measure(
      () => best,
      (answers, order) => (explored.has(scored[next++]?.item ?? "") ? full : lead)(answers, order),
    ),
  );
  const shuffled = new Map(scored.map(({ item }) => [item, draw(agents, agents.length, random)]));
  for (const [name, stop] of Object.entries(PEERS)) {
    const ask = (answers: Answers): Asked => byMajority(answers, stop);
    note(
      `${name}, random`,
      measure((item) => shuffled.get(item) ?? agents, ask),
    );
    note(
      `${name}, ours`,
      measure(() => best, ask),
    );
  }
  return results;
}

/** What comes of the same answers is the same, whatever they are called: labels mean something else in each item. */
function remembered(
  ask: (answers: Answers, order: readonly string[]) => Asked,
): (answers: Answers, order: readonly string[]) => Asked {
  const known = new Map<string, Asked>();
  return (answers, order) => {
    const labels = [...new Set(answers.filter((label) => label !== null))];
    const places = answers.map((label) => (label === null ? null : `${labels.indexOf(label)}`));
    const name = places.join(" ");
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = ask(places, order)));
    const labelOf = (place: string): string => labels[Number(place)] ?? "";
    return {
      ...found,
      winner: found.winner === null ? null : labelOf(found.winner),
      most: found.most.map(labelOf),
    };
  };
}

function saidIn(answers: Answers, order: readonly string[], calls: number): SaidSoFar {
  const byKey = new Map<string, string[]>();
  for (const [i, label] of answers.slice(0, calls).entries()) {
    if (label === null) continue;
    const key = foldedKey(label);
    byKey.set(key, [...(byKey.get(key) ?? []), order[i] ?? ""]);
  }
  const held = [...byKey].map(([key, by]) => ({ key, by }));
  // As the library has them: most held first.
  return { held: held.sort((a, b) => b.by.length - a.by.length), asked: calls };
}

function inRounds(rule: PanelRule): (answers: Answers, order: readonly string[]) => Asked {
  return (answers, order) => {
    let calls = 0;
    let rounds = 0;
    while (!isClosed(rule, saidIn(answers, order, calls), order.slice(calls))) {
      calls += nextRound(rule, saidIn(answers, order, calls), order.slice(calls)).length;
      rounds++;
    }
    return { calls, rounds, ...cameOf(rule.outlook, answers, order, calls) };
  };
}

function everybody(outlook: Outlook): (answers: Answers, order: readonly string[]) => Asked {
  return (answers, order) => ({
    calls: order.length,
    rounds: 1,
    ...cameOf(outlook, answers, order, order.length),
  });
}

function alone(outlook: Outlook): (answers: Answers, order: readonly string[]) => Asked {
  return (answers, order) => ({ calls: 1, rounds: 1, ...cameOf(outlook, answers, order, 1) });
}

function cameOf(
  outlook: Outlook,
  answers: Answers,
  order: readonly string[],
  calls: number,
): Pick<Asked, "winner" | "confidence" | "most"> {
  const said = saidIn(answers, order, calls);
  const made = madeOf(outlook, said);
  const labelOf = (place: number): string => said.held[place]?.key.slice(1) ?? "";
  const place = made?.place ?? null;
  const most = said.held.filter(({ by }) => by.length === said.held[0]?.by.length);
  return {
    winner: place === null ? null : labelOf(place),
    confidence: made?.confidence ?? 0,
    most: most.map(({ key }) => key.slice(1)),
  };
}

function byMajority(answers: Answers, stop: Stop): Asked {
  let calls = 0;
  let rounds = 0;
  while (calls < answers.length && !stop.isClosed(answers.slice(0, calls))) {
    calls = Math.min(answers.length, calls + stop.atOnce);
    rounds++;
  }
  const counts = new Map<string, number>();
  for (const label of answers.slice(0, calls))
    if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  const highest = Math.max(0, ...counts.values());
  const most = [...counts].filter(([, count]) => count === highest).map(([label]) => label);
  const [winner = null] = most;
  const spoken = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    calls,
    rounds,
    winner: most.length === 1 ? winner : null,
    confidence: spoken === 0 ? 0 : highest / spoken,
    most,
  };
}

/** As of verdicts: an even draw of what most hold where nobody wins. */
function scoreOf({ winner, confidence, most }: Asked, truth: string): Scored {
  if (winner !== null) return { right: winner === truth ? 1 : 0, confidence, decided: true };
  if (most.length === 0) return { right: 0, confidence: 0, decided: false };
  const share = 1 / most.length;
  return { right: most.includes(truth) ? share : 0, confidence: share, decided: false };
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
