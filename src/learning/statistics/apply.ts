import { calibrated, fits } from "./calibrate.ts";
import {
  confusionStandings,
  information,
  type ConfusionModel,
  type TopicModel,
} from "./dawid-skene.ts";
import type { Learned } from "./learned.ts";
import { ACCURACY_VOTES, exponentFrom, oneCoinStandings, type OneCoinModel } from "./one-coin.ts";
import { patternName, type Pattern } from "./patterns.ts";
import type { Reliability } from "../../model/reliability.ts";
import type { Standing } from "./standing.ts";
import { sureByConfusion, sureByOneCoin, type NumberedVotes } from "./sure.ts";
import { at } from "./vote-table.ts";

/** The votes on one subject. */
export interface HeldPositions {
  /** Held positions, by the text that equal ones share, and their holders. */
  readonly held: readonly { readonly key: string; readonly by: readonly string[] }[];
  readonly topic?: string | undefined;
  /** The keys of all possible positions, if they are listed. */
  readonly listed?: readonly string[] | undefined;
}

/** Applies a `Reliability` to ballots. */
export interface Scale {
  /** The standing of each held position, in the ballot's order, before calibration; the rest is the chance that none of them is true. */
  readonly standings: (ballot: HeldPositions) => readonly Standing[];
  /** The chance of the first of a ballot as a confidence: calibrated if possible, else at most 0.95. */
  readonly confidence: (chance: number, ballot: HeldPositions) => Confidence;
  /** The held position that wins whatever those to come say, some or all of them; `undefined` if another one may. A proof. */
  readonly sure: (ballot: HeldPositions, toCome: readonly string[]) => number | undefined;
  /** Whether a position is most likely if all hold it: not if it is known what each agent says for each truth. */
  readonly agreementLeads: boolean;
  /** How much an agent's answer is worth before it is given, and the standard error of that. */
  readonly worth: (agent: string, topic: string | undefined) => Worth;
  /** The weight of an agent's vote. */
  readonly weight: (agent: string, topic: string | undefined) => number;
}

export interface Worth {
  /** For `one-coin` how often it is right; for `dawid-skene` how much it tells about the truth, in nats. */
  readonly worth: number;
  readonly error: number;
}

export interface Confidence {
  readonly confidence: number;
  /** Whether it was checked against truths of ballots like this one. */
  readonly calibrated: boolean;
}

const NOT_HELD: Standing = Object.freeze({ lead: 0, chance: 0 });

/** The highest confidence before it is checked against truths, because votes do not show the mistakes that all agents share. */
const MOST_UNCHECKED = 0.95;

/** Prepared for many ballots. For an unknown position or agent, the values of all are used. */
export function scaleOf(reliability: Reliability): Scale {
  const { learned, agents, keys, topics } = restore(reliability);
  // Positions that nobody held before: it is known how good agents are, but not what they say for which truth.
  const fallback =
    learned.estimator === "one-coin" ? learned.model : oneCoinOf(reliability, topics);
  const { calibration } = reliability;

  const topicNumber = (topic: string | undefined): number =>
    topic === undefined ? -1 : (topics.get(topic) ?? -1);

  /** The votes as numbers: of known positions, or of places in the ballot. */
  function votesOf({ held, topic }: HeldPositions, numbers: readonly number[]): NumberedVotes {
    return {
      agents: held.flatMap(({ by }) => by.map((agent) => agents.get(agent) ?? -1)),
      said: held.flatMap(({ by }, place) => by.map(() => at(numbers, place))),
      topic: topicNumber(topic),
    };
  }

  /** The numbers of the positions, if a table knows all of them. */
  function knownAs({ held }: HeldPositions): readonly number[] | undefined {
    if (learned.estimator !== "dawid-skene") return undefined;
    const numbers = held.flatMap(({ key }) => keys.get(key) ?? []);
    return numbers.length === held.length ? numbers : undefined;
  }

  function standings(ballot: HeldPositions): readonly Standing[] {
    const { held } = ballot;
    const known = knownAs(ballot);
    if (known !== undefined && learned.estimator === "dawid-skene") {
      const { agents: voters, said, topic } = votesOf(ballot, known);
      const all = confusionStandings(learned.model, voters, said, topic);
      return known.map((number) => all[number] ?? NOT_HELD);
    }
    const { agents: voters, said, topic } = votesOf(ballot, [...held.keys()]);
    // They come in the order of the ballot, without positions that nobody holds.
    const found = oneCoinStandings(fallback, voters, said, topic).standings;
    let next = 0;
    return held.map(({ by }) => (by.length === 0 ? NOT_HELD : (found[next++] ?? NOT_HELD)));
  }

  function sure(ballot: HeldPositions, toCome: readonly string[]): number | undefined {
    const numbers = toCome.map((agent) => agents.get(agent) ?? -1);
    const known = knownAs(ballot);
    const byAccuracy = (): number | undefined =>
      sureByOneCoin(fallback, votesOf(ballot, [...ballot.held.keys()]), numbers);
    if (known === undefined || learned.estimator !== "dawid-skene") return byAccuracy();
    const number = sureByConfusion(learned.model, votesOf(ballot, known), numbers);
    const place = known.findIndex((one) => one === number);
    if (place < 0) return undefined;
    // A single unknown position is enough to use how often each agent is right.
    const areKnown = ballot.listed?.every((key) => keys.has(key)) ?? false;
    return areKnown || toCome.length === 0 || byAccuracy() === place ? place : undefined;
  }

  function worth(agent: string, topic: string | undefined): Worth {
    const found = reliability.agents[agents.get(agent) ?? -1];
    const inTopic = found?.topics?.find((one) => one.topic === topic);
    const { accuracy } = inTopic ?? found ?? reliability.pool;
    const trials = inTopic?.trials ?? found?.trials ?? 0;
    const error = Math.sqrt((accuracy * (1 - accuracy)) / (trials + ACCURACY_VOTES));
    if (learned.estimator === "one-coin") return { worth: accuracy, error };
    const told = information(learned.model, agents.get(agent) ?? -1, topicNumber(topic));
    return { worth: told, error: accuracy > 0 ? (error * told) / accuracy : 0 };
  }

  return {
    standings,
    sure,
    worth,
    agreementLeads: learned.estimator === "one-coin",
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
  { agents, pool, collision, positions, truths }: Reliability,
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
    exponent: exponentFrom(truths),
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
