import type { Standing } from "./standing.ts";
import { add, at, type VoteTable } from "./vote-table.ts";

/** How often each agent is right, whatever the question. */
export interface OneCoinModel {
  /** All agents together. */
  readonly pool: number;
  /** For each agent. */
  readonly accuracies: Float64Array;
  /** By topic, for the agents that were seen in it. */
  readonly topics: readonly ReadonlyMap<number, number>[];
  /** The chance that two wrong agents say the same. */
  readonly collision: number;
  /** How many positions there can be; if that is more than are held, one that nobody holds may be true. */
  readonly positions: number;
  /** How the weights behind a position add up to its confidence: (Σ weight^exponent)^(1 / exponent). */
  readonly exponent: number;
}

/**
 * Agents share mistakes, so k equal weights count as √k: this decides the winner, and also the confidence if weights
 * come from agreement. Weights from truths are worth more: for the confidence, k of them count as k^⅔.
 */
const WINNING_EXPONENT = 2;
const TRUTH_EXPONENT = 1.5;

/** How weights add up to a confidence, depending on whether they come from truths. */
export function exponentFrom(truths: number): number {
  return truths > 0 ? TRUTH_EXPONENT : WINNING_EXPONENT;
}

/** The collision rate if nothing is known about it. */
export const DEFAULT_COLLISION = 0.35;
/** A learned collision rate is drawn towards the default as if by this many pairs of wrong votes. */
const COLLISION_PAIRS = 200;
/** An accuracy is drawn towards that of all agents as if by this many votes. */
export const ACCURACY_VOTES = 4;
const TOPIC_VOTES = 8;
const MOST_ACCURATE = 0.99;
const LEAST_WEIGHT = 0.1;

/** ln(accuracy / ((1 − accuracy) × collision)): the log-odds of what it says against what others say instead. */
export function weightOf(accuracy: number, collision: number): number {
  const capped = Math.min(accuracy, MOST_ACCURATE);
  return Math.max(LEAST_WEIGHT, Math.log(capped / ((1 - capped) * collision)));
}

/** With two or three positions two wrong agents collide at least as often as by chance, which is more than the default. */
export function startingCollision(positions: number): number {
  return Math.max(DEFAULT_COLLISION, 1 / Math.max(1, positions - 1));
}

/**
 * From the votes alone: an agent's accuracy is the mean share of the votes that agree with it. One pass: if each
 * subject has its own positions, guessing again from the guesses makes camps win.
 */
export function learnOneCoin(table: VoteTable): OneCoinModel {
  const right = new Float64Array(table.agents.length);
  const trials = new Float64Array(table.agents.length);
  const held = new Map<number, number>();
  for (let subject = 0; subject < table.subjects.length; subject++) {
    const from = at(table.starts, subject);
    const to = at(table.starts, subject + 1);
    held.clear();
    for (let i = from; i < to; i++) {
      const key = at(table.keyOf, i);
      held.set(key, (held.get(key) ?? 0) + 1);
    }
    for (let i = from; i < to; i++) {
      const agent = at(table.agentOf, i);
      add(right, agent, (held.get(at(table.keyOf, i)) ?? 0) / (to - from));
      add(trials, agent, 1);
    }
  }
  const positions = table.keys.length;
  return {
    ...drawnTogether(right, trials),
    topics: [],
    collision: startingCollision(positions),
    positions,
    exponent: exponentFrom(0),
  };
}

/** From truths. Agents without any get the accuracy of all. */
export function learnOneCoinFrom(
  table: VoteTable,
  truths: Int32Array,
  topicOf: Int32Array | undefined,
  topics: number,
): OneCoinModel {
  const right = new Float64Array(table.agents.length);
  const trials = new Float64Array(table.agents.length);
  const byTopic = Array.from(
    { length: topics },
    () => new Map<number, [right: number, trials: number]>(),
  );
  const wrong = new Map<number, number>();
  let same = 0;
  let pairs = 0;
  for (let subject = 0; subject < table.subjects.length; subject++) {
    const truth = at(truths, subject);
    if (truth < 0) continue;
    const topic = byTopic[topicOf?.[subject] ?? -1];
    const weight = at(table.weights, subject);
    wrong.clear();
    let wrongs = 0;
    for (let i = at(table.starts, subject); i < at(table.starts, subject + 1); i++) {
      const agent = at(table.agentOf, i);
      const key = at(table.keyOf, i);
      const hit = key === truth ? weight : 0;
      add(right, agent, hit);
      add(trials, agent, weight);
      if (topic !== undefined) {
        const [before, seen] = topic.get(agent) ?? [0, 0];
        topic.set(agent, [before + hit, seen + weight]);
      }
      if (key === truth) continue;
      const alike = wrong.get(key) ?? 0;
      same += alike * weight;
      pairs += wrongs * weight;
      wrong.set(key, alike + 1);
      wrongs++;
    }
  }
  const positions = table.keys.length;
  const start = startingCollision(positions);
  const learned = (same + COLLISION_PAIRS * start) / (pairs + COLLISION_PAIRS);
  const whole = drawnTogether(right, trials);
  return {
    ...whole,
    topics: byTopic.map(
      (agents) =>
        new Map(
          [...agents].map(([agent, [hits, seen]]) => [
            agent,
            (hits + TOPIC_VOTES * at(whole.accuracies, agent)) / (seen + TOPIC_VOTES),
          ]),
        ),
    ),
    collision: start > DEFAULT_COLLISION ? start : learned,
    positions,
    exponent: TRUTH_EXPONENT,
  };
}

function drawnTogether(
  right: Float64Array,
  trials: Float64Array,
): Pick<OneCoinModel, "pool" | "accuracies"> {
  const hits = right.reduce((sum, each) => sum + each, 0);
  const seen = trials.reduce((sum, each) => sum + each, 0);
  const pool = (hits + 1) / (seen + 2);
  return {
    pool,
    accuracies: right.map(
      (each, agent) => (each + ACCURACY_VOTES * pool) / (at(trials, agent) + ACCURACY_VOTES),
    ),
  };
}

/** The standing of each held position. */
export interface HeldStandings {
  /** For each position, numbered as they appear. */
  readonly standings: readonly Standing[];
  /** For each vote: its position. */
  readonly places: readonly number[];
}

/** How many of the effective wrong positions are left at least for positions that nobody holds, if more can be than are held. */
const LEAST_UNHELD = 0.5;

/**
 * The standing of each held position: `agents[i]`, whose number is −1 if nothing is known about it, says `said[i]`.
 *
 * Two wrong agents say the same with the chance `collision`, so there are effectively 1 / collision wrong positions. Those that
 * nobody holds have the odds 1 each: so a single voice is right as likely as its agent is.
 */
export function oneCoinStandings(
  model: OneCoinModel,
  agents: ArrayLike<number>,
  said: ArrayLike<number>,
  topic: number,
): HeldStandings {
  const { exponent, collision, positions } = model;
  const place = new Map<number, number>();
  const places: number[] = [];
  const weights: number[][] = [];
  const inTopic = model.topics[topic];
  for (let i = 0; i < said.length; i++) {
    const key = at(said, i);
    let found = place.get(key);
    if (found === undefined) {
      place.set(key, (found = weights.length));
      weights.push([]);
    }
    places.push(found);
    weights[found]?.push(weightOf(accuracyOf(model, inTopic, at(agents, i)), collision));
  }
  const held = weights.length;
  const unheld = held < positions ? Math.max(LEAST_UNHELD, 1 / collision - (held - 1)) : 0;
  const leads = shares(weights, WINNING_EXPONENT, unheld);
  const chances = shares(weights, exponent, unheld);
  const standings = leads.map((lead, i) => ({ lead, chance: at(chances, i) }));
  return { standings, places };
}

/** Evidence as shares of all odds. */
function shares(
  weights: readonly (readonly number[])[],
  exponent: number,
  unheld: number,
): readonly number[] {
  const evidence = weights.map(
    (each) => each.reduce((sum, weight) => sum + weight ** exponent, 0) ** (1 / exponent),
  );
  const highest = evidence.reduce((most, each) => Math.max(most, each), 0);
  const odds = evidence.map((each) => Math.exp(each - highest));
  const total = odds.reduce((sum, each) => sum + each, unheld * Math.exp(-highest));
  return odds.map((each) => each / total);
}

export function accuracyOf(
  { pool, accuracies }: OneCoinModel,
  inTopic: ReadonlyMap<number, number> | undefined,
  agent: number,
): number {
  return agent < 0 ? pool : (inTopic?.get(agent) ?? at(accuracies, agent));
}
