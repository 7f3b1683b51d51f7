import { unanimous, vote, type Resolver, type Reliability } from "../../src/index.ts";
import { reliability } from "../../src/learning/index.ts";
import { scaleOf } from "../../src/learning/statistics/apply.ts";
import type { PanelUntil } from "../../src/model/planned-panel.ts";
import type { Outlook } from "../../src/panel/certain.ts";
import { inOrder, type PanelOrder } from "../../src/panel/order.ts";
import type { PanelRule } from "../../src/panel/until.ts";
import {
  alone,
  byHindsight,
  everybody,
  inRounds,
  remembered,
  type Answers,
  type Ask,
  type Asked,
} from "./adaptive-ask.ts";
import { byBeta, byMajority, byWindow, type Stop } from "./adaptive-peers.ts";
import type { Item, Vote } from "./data.ts";
import { draw } from "./random.ts";
import { qualityOf, type Scored } from "./score.ts";

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

/** What one method was worth in one draw. */
export interface Measured {
  readonly accuracy: number;
  readonly brier: number;
  readonly ece: number;
  readonly calls: number;
  readonly rounds: number;
  readonly cost: number;
  readonly less: number;
  readonly same: number;
}

/** Agents and items that were drawn, and what was learned of the agents. */
export interface Draw {
  readonly agents: readonly string[];
  readonly scored: readonly Item[];
  readonly byItem: ReadonlyMap<string, readonly Vote[]>;
  readonly costs: ReadonlyMap<string, number>;
  readonly from: Reliability;
  readonly random: () => number;
}

/** Each method on one draw; asking all agents is the first. */
export function oneDraw(given: Draw): readonly (readonly [string, Measured])[] {
  const { agents, scored, costs, from, random } = given;
  const scale = scaleOf(from);
  const members = agents.map((name) => ({
    name,
    ...scale.worth(name, undefined),
    usdMicros: costs.get(name) ?? 0,
  }));
  const chain: readonly Resolver[] = [reliability({ from }), unanimous(), vote()];
  const outlook: Outlook = chain.map((resolver) => {
    const foresight = resolver.foresee?.("", undefined);
    return typeof foresight === "object" ? foresight : undefined;
  });
  const measure = measurer(given);
  const results: (readonly [string, Measured])[] = [];
  const note = (method: string, found: Omit<Measured, "less">): void => {
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
  note(
    "oracle",
    measure(() => best, remembered(byHindsight(outlook))),
  );
  for (const order of ORDERS) {
    const names = inOrder(members, order);
    for (const [name, until] of Object.entries(RULES)) {
      const rule: PanelRule = { until, outlook, truths: from.truths, isKin: () => false };
      const method = order === "best" ? name : `${name}, ${order}`;
      note(
        method,
        measure(() => names, remembered(inRounds(rule))),
      );
    }
  }
  const explored = new Set(scored.filter(() => random() < EXPLORED).map(({ item }) => item));
  const lead = remembered(
    inRounds({ until: "lead", outlook, truths: from.truths, isKin: () => false }),
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

/** The figures of one method on a draw, except `less`; `same` is against the method that is measured first. */
function measurer({
  agents,
  scored,
  byItem,
}: Draw): (orderOf: (item: string) => readonly string[], ask: Ask) => Omit<Measured, "less"> {
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

  return (orderOf, ask) => {
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
    return {
      accuracy,
      brier,
      ece,
      calls: calls / count,
      rounds: rounds / count,
      cost,
      same: same / count,
    };
  };
}

/** Like a verdict's score: if none wins, an even draw among the labels that most agents hold. */
function scoreOf({ winner, confidence, most }: Asked, truth: string): Scored {
  if (winner !== null) return { right: winner === truth ? 1 : 0, confidence, decided: true };
  if (most.length === 0) return { right: 0, confidence: 0, decided: false };
  const share = 1 / most.length;
  return { right: most.includes(truth) ? share : 0, confidence: share, decided: false };
}
