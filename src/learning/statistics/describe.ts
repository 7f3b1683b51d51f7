import type { EstimatorChoice } from "./choose.ts";
import type { ConfusionModel } from "./dawid-skene.ts";
import { wilson } from "./interval.ts";
import type { Learned } from "./learned.ts";
import { ACCURACY_VOTES, startingCollision, weightOf } from "./one-coin.ts";
import type {
  AgentEstimate,
  AgentReliability,
  Calibration,
  LabelKind,
  Reliability,
  TopicReliability,
} from "../../model/reliability.ts";
import { at, type VoteTable } from "./vote-table.ts";

export interface Description {
  readonly table: VoteTable;
  readonly labels: LabelKind;
  readonly choice: EstimatorChoice;
  readonly learned: Learned;
  /** Names of topics. */
  readonly topics: readonly string[];
  readonly topicOf: Int32Array | undefined;
  /** Truths that were learned from. */
  readonly truths: number;
  readonly calibration?: Calibration;
}

/** What was learned as plain JSON. */
export function describe(given: Description): Reliability {
  const { table, labels, choice, learned, topics, truths, calibration } = given;
  const collision =
    learned.estimator === "one-coin"
      ? learned.model.collision
      : startingCollision(table.keys.length);
  const trials = trialsOf(given);
  const names = table.agents;
  const whole = trials.of.reduce((sum, count) => sum + count, 0);
  return {
    format: 1,
    labels,
    estimator: choice.estimator,
    why: choice.why,
    ...(choice.refused !== undefined && { refused: choice.refused }),
    subjects: subjectsWithVotes(table),
    votes: table.agentOf.length,
    truths,
    pool: estimate(learned, -1, -1, whole, collision),
    agents: names.map((agent, number): AgentReliability => {
      const byTopic = topics.flatMap((topic, i): readonly TopicReliability[] => {
        const seen = trials.inTopic.get(number * topics.length + i);
        return seen === undefined
          ? []
          : [{ topic, trials: seen, ...estimate(learned, number, i, seen, collision) }];
      });
      const seen = at(trials.of, number);
      return {
        agent,
        trials: seen,
        ...estimate(learned, number, -1, seen, collision),
        ...(byTopic.length > 0 && { topics: byTopic }),
      };
    }),
    collision,
    positions: table.keys.length,
    ...(learned.estimator === "dawid-skene" && {
      known: { keys: table.keys, shares: [...learned.model.shares] },
      ...(learned.model.topics.length > 0 && {
        topics: learned.model.topics.map(({ shares }, i) => ({
          topic: topics[i] ?? "",
          shares: [...shares],
        })),
      }),
      ...(learned.model.correlation !== undefined && { correlation: learned.model.correlation }),
      ...(learned.model.patterns.size > 0 && {
        patterns: [...learned.model.patterns.values()].map(({ topic, said, truths }) => ({
          topic: topics[topic] ?? "",
          said: said.map(([agent, key]) => [names[agent] ?? "", key] as const),
          truths: [...truths],
        })),
      }),
    }),
    ...(calibration !== undefined && { calibration }),
  };
}

function subjectsWithVotes({ starts }: VoteTable): number {
  let count = 0;
  for (let i = 1; i < starts.length; i++) if (at(starts, i) > at(starts, i - 1)) count++;
  return count;
}

interface Trials {
  readonly of: Float64Array;
  /** By agent × number of topics + topic. */
  readonly inTopic: ReadonlyMap<number, number>;
}

/** Votes on subjects with a truth; all votes if there are no truths. */
function trialsOf({ table, topics, topicOf, truths }: Description): Trials {
  const of = new Float64Array(table.agents.length);
  const inTopic = new Map<number, number>();
  for (let subject = 0; subject < table.subjects.length; subject++) {
    if (truths > 0 && at(table.truths, subject) < 0) continue;
    const topic = truths > 0 ? (topicOf?.[subject] ?? -1) : -1;
    for (let i = at(table.starts, subject); i < at(table.starts, subject + 1); i++) {
      const agent = at(table.agentOf, i);
      of[agent] = at(of, agent) + 1;
      if (topic < 0) continue;
      const cell = agent * topics.length + topic;
      inTopic.set(cell, (inTopic.get(cell) ?? 0) + 1);
    }
  }
  return { of, inTopic };
}

function estimate(
  learned: Learned,
  agent: number,
  topic: number,
  trials: number,
  collision: number,
): AgentEstimate {
  const accuracy =
    learned.estimator === "one-coin"
      ? (learned.model.topics[topic]?.get(agent) ??
        (agent < 0 ? learned.model.pool : at(learned.model.accuracies, agent)))
      : accuracyOf(learned.model, ratesOf(learned.model, agent, topic), topic);
  const table =
    learned.estimator === "dawid-skene"
      ? { rates: rowsOf(ratesOf(learned.model, agent, topic), learned.model.keys) }
      : {};
  return {
    accuracy,
    interval: wilson(accuracy, trials + ACCURACY_VOTES),
    weight: weightOf(accuracy, collision),
    ...table,
  };
}

function ratesOf(
  { keys, pool, rates, topics }: ConfusionModel,
  agent: number,
  topic: number,
): Float64Array {
  if (agent < 0) return pool;
  return (
    topics[topic]?.rates.get(agent) ?? rates.subarray(agent * keys ** 2, (agent + 1) * keys ** 2)
  );
}

/** Right for each truth, as often as that is true. */
function accuracyOf(model: ConfusionModel, rates: Float64Array, topic: number): number {
  const shares = model.topics[topic]?.shares ?? model.shares;
  return shares.reduce((sum, share, key) => sum + share * at(rates, key * model.keys + key), 0);
}

function rowsOf(rates: Float64Array, keys: number): readonly (readonly number[])[] {
  return Array.from({ length: keys }, (_, row) => [
    ...rates.subarray(row * keys, (row + 1) * keys),
  ]);
}
