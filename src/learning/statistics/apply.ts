import { calibrated, fits } from "./calibrate.ts";
import { confusionStandings, type ConfusionModel, type TopicModel } from "./dawid-skene.ts";
import type { Learned } from "./learned.ts";
import { exponentFrom, oneCoinStandings, type OneCoinModel } from "./one-coin.ts";
import { patternName, type Pattern } from "./patterns.ts";
import type { Reliability } from "../../model/reliability.ts";
import type { Standing } from "./standing.ts";

/** The votes on one subject. */
export interface HeldPositions {
  /** Positions that somebody holds, by the text that equal ones share, and who holds each. */
  readonly held: readonly { readonly key: string; readonly by: readonly string[] }[];
  readonly topic?: string | undefined;
}

/** What a `Reliability` says of ballots. */
export interface Scale {
  /** How each held position stands, in the ballot's order, before calibration; the rest is that none of them is true. */
  readonly standings: (ballot: HeldPositions) => readonly Standing[];
  /** The chance of the first of a ballot as a confidence: calibrated where that can be, else at most 0.95. */
  readonly confidence: (chance: number, ballot: HeldPositions) => Confidence;
  /** What a vote of an agent counts. */
  readonly weight: (agent: string, topic: string | undefined) => number;
}

export interface Confidence {
  readonly confidence: number;
  /** Whether it was held against outcomes of ballots like this one. */
  readonly calibrated: boolean;
}

const NOT_HELD: Standing = Object.freeze({ lead: 0, chance: 0 });

/** No confidence is higher before it was held against outcomes: what all agents have in common nobody sees in their votes. */
const MOST_UNCHECKED = 0.95;

/** Made ready to be used on many ballots. A position or an agent that was never seen is taken for what is known of all. */
export function scaleOf(reliability: Reliability): Scale {
  const { learned, agents, keys, topics } = restore(reliability);
  // Positions that nobody held before: how good agents are is known, not what they say for which truth.
  const fallback =
    learned.estimator === "one-coin" ? learned.model : oneCoinOf(reliability, topics);
  const { calibration } = reliability;

  function standings({ held, topic }: HeldPositions): readonly Standing[] {
    const voters: number[] = [];
    const said: number[] = [];
    const topicNumber = topic === undefined ? -1 : (topics.get(topic) ?? -1);
    const numbers = held.map(({ key }) => keys.get(key));
    const known = learned.estimator === "dawid-skene" && numbers.every((n) => n !== undefined);
    for (const [place, { by }] of held.entries()) {
      for (const agent of by) {
        voters.push(agents.get(agent) ?? -1);
        said.push(known ? (numbers[place] ?? 0) : place);
      }
    }
    if (known) {
      const all = confusionStandings(learned.model, voters, said, topicNumber);
      return numbers.map((number) => all[number ?? 0] ?? NOT_HELD);
    }
    // They come in the order in which positions come up: that of the ballot, without those that nobody holds.
    const found = oneCoinStandings(fallback, voters, said, topicNumber).standings;
    let next = 0;
    return held.map(({ by }) => (by.length === 0 ? NOT_HELD : (found[next++] ?? NOT_HELD)));
  }

  return {
    standings,
    confidence(chance, { held }) {
      const voices = held.reduce((sum, { by }) => sum + by.length, 0);
      return calibration !== undefined && fits(calibration, voices)
        ? { confidence: calibrated(chance, calibration), calibrated: true }
        : { confidence: Math.min(chance, MOST_UNCHECKED), calibrated: false };
    },
    weight(agent, topic) {
      const found = reliability.agents[agents.get(agent) ?? -1];
      const inTopic =
        topic === undefined ? undefined : found?.topics?.find((each) => each.topic === topic);
      return (inTopic ?? found ?? reliability.pool).weight;
    },
  };
}

interface Restored {
  readonly learned: Learned;
  readonly agents: ReadonlyMap<string, number>;
  readonly keys: ReadonlyMap<string, number>;
  readonly topics: ReadonlyMap<string, number>;
}

function restore(reliability: Reliability): Restored {
  const { estimator, agents, known } = reliability;
  const topicNames =
    reliability.topics?.map(({ topic }) => topic) ??
    [...new Set(agents.flatMap(({ topics = [] }) => topics.map(({ topic }) => topic)))].sort();
  const topics = numbered(topicNames);
  const numbers = numbered(agents.map(({ agent }) => agent));
  const learned: Learned =
    estimator === "one-coin"
      ? { estimator, model: oneCoinOf(reliability, topics) }
      : { estimator, model: confusionOf(reliability, topics, numbers) };
  return {
    learned,
    agents: numbers,
    keys: numbered(known?.keys ?? []),
    topics,
  };
}

function numbered(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, i) => [name, i]));
}

function oneCoinOf(
  { agents, pool, collision, positions, outcomes }: Reliability,
  topics: ReadonlyMap<string, number>,
): OneCoinModel {
  const byTopic = Array.from({ length: topics.size }, () => new Map<number, number>());
  for (const [number, agent] of agents.entries()) {
    for (const { topic, accuracy } of agent.topics ?? [])
      byTopic[topics.get(topic) ?? -1]?.set(number, accuracy);
  }
  return {
    pool: pool.accuracy,
    accuracies: Float64Array.from(agents, ({ accuracy }) => accuracy),
    topics: byTopic,
    collision,
    positions,
    exponent: exponentFrom(outcomes),
  };
}

function confusionOf(
  { agents, pool, known, topics: sharesByTopic = [], correlation, patterns = [] }: Reliability,
  topics: ReadonlyMap<string, number>,
  numbers: ReadonlyMap<string, number>,
): ConfusionModel {
  const keys = known?.keys.length ?? 0;
  const cells = keys * keys;
  const flat = (rates: readonly (readonly number[])[] | undefined): Float64Array =>
    Float64Array.from((rates ?? []).flat());
  const all = new Float64Array(agents.length * cells);
  const byTopic = sharesByTopic.map(
    ({ shares }): TopicModel & { rates: Map<number, Float64Array> } => ({
      shares: Float64Array.from(shares),
      rates: new Map(),
    }),
  );
  for (const [number, agent] of agents.entries()) {
    all.set(flat(agent.rates), number * cells);
    for (const { topic, rates } of agent.topics ?? [])
      byTopic[topics.get(topic) ?? -1]?.rates.set(number, flat(rates));
  }
  return {
    keys,
    shares: Float64Array.from(known?.shares ?? []),
    pool: flat(pool.rates),
    rates: all,
    topics: byTopic,
    correlation,
    patterns: new Map(
      patterns.flatMap(({ topic, said, truths }): readonly (readonly [string, Pattern])[] => {
        const pattern: Pattern = {
          topic: topics.get(topic) ?? -1,
          said: said
            .map(([agent, key]) => [numbers.get(agent) ?? -1, key] as const)
            .sort(([a], [b]) => a - b),
          truths: Float64Array.from(truths),
        };
        const isKnown = pattern.topic >= 0 && pattern.said.every(([agent]) => agent >= 0);
        return isKnown ? [[patternName(pattern.topic, pattern.said), pattern]] : [];
      }),
    ),
  };
}
