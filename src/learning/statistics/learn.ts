import { fitting, func, iterable } from "../../check/kinds.ts";
import { options, type Option, type Options } from "../../check/options.ts";
import { hear, hearIfRefused } from "../../model/hear.ts";
import { QuorateError } from "../../model/errors.ts";
import { requireSync } from "../../check/require-sync.ts";
import { calibrate, type CheckedGuess } from "./calibrate.ts";
import { choose, type EstimatorChoice } from "./choose.ts";
import { excessAgreement } from "./correlation.ts";
import { confusionStandings, learnConfusion, type KnownTruths } from "./dawid-skene.ts";
import { describe } from "./describe.ts";
import { learnOneCoin, learnOneCoinFrom, oneCoinStandings } from "./one-coin.ts";
import type {
  LabelKind,
  RecordedTruth,
  RecordedVote,
  Reliability,
} from "../../model/reliability.ts";
import type { Learned } from "./learned.ts";
import type { Standing } from "./standing.ts";
import { at, voteTable, type VoteTable } from "./vote-table.ts";

/** The options of {@link learn}. */
export interface LearnOptions {
  /** Whether positions mean the same in every subject: declared, never guessed. */
  readonly labels: LabelKind;
  /** What turned out to be true. Truths about subjects without votes are ignored. Default: none. */
  readonly truths?: Iterable<RecordedTruth>;
  /** The topic of a subject; `undefined` for none. With truths, agents are then also rated by topic. Default: no topics. */
  readonly topicOf?: (subject: string) => string | undefined;
}

/** Whether positions mean the same in every subject. */
export const LABELS: Option<LabelKind | undefined> = fitting(
  (given) => given === "fixed" || given === "open",
  'use "fixed" where a position means the same in every subject, else "open"',
);

/** Options of versions before 0.2.0. */
export const RENAMED: Readonly<Record<"outcomes", string>> = {
  outcomes: "renamed to truths; give { subject, position } of what turned out to be right",
};

export const LEARN: Options<LearnOptions, never, { readonly truths: readonly RecordedTruth[] }> =
  options(
    {
      labels: LABELS.needed(),
      truths: iterable<RecordedTruth>().or([]),
      topicOf: func("use (subject) => topic"),
    },
    {
      instead: 'use { labels: "fixed" } or { labels: "open" }',
      former: RENAMED,
    },
  );

/** In how many parts truths are left out, each in turn, to check confidences. */
const FOLDS = 5;

/**
 * Learns how good agents are, from what they said and, if known, from what turned out to be true. Pure: the same votes give the
 * same result to the last bit, in any order. If an agent said two things about a subject, neither counts.
 *
 * One rule decides which estimator runs, and when the result is `refused`: see docs/decisions.md; `why` explains the
 * choice. Throws `BAD_OPTIONS`, also for more than 10,000,000 votes, and `CLAIMS_INVALID` for a value that is not a vote or a truth.
 */
export function learn(votes: Iterable<RecordedVote>, given: LearnOptions): Reliability {
  const { labels, truths, topicOf } = hearIfRefused(votes, () => LEARN.of(given, "learn"));
  const table = hearIfRefused([votes, truths], () => voteTable(votes, truths));
  const topics = topicsOf(table, topicOf);
  const recorded = Math.floor(
    table.truths.reduce((sum, truth, i) => sum + (truth >= 0 ? at(table.weights, i) : 0), 0),
  );
  const choice = choose(table, labels, recorded, () => excessAgreement(table));
  const learned = fit(table, table.truths, topics, choice);
  const checked = choice.fromTruths ? crossChecked(table, topics, choice, recorded) : [];
  const calibration = calibrate(checked, choice.estimator);
  return describe({
    table,
    labels,
    choice,
    learned,
    topics: topics.names,
    topicOf: topics.topicOf,
    truths: choice.fromTruths ? recorded : 0,
    ...(calibration !== undefined && { calibration }),
  });
}

interface Topics {
  /** In code-unit order. */
  readonly names: readonly string[];
  /** For each subject: the number of its topic, −1 for none. */
  readonly topicOf: Int32Array | undefined;
}

function topicsOf({ subjects }: VoteTable, topicOf: LearnOptions["topicOf"]): Topics {
  if (topicOf === undefined) return { names: [], topicOf: undefined };
  const found = subjects.map((subject) => {
    const topic: unknown = requireSync(() => topicOf(subject), "learn: topicOf");
    if (topic === undefined || typeof topic === "string") return topic;
    hear(topic);
    throw new QuorateError(
      "BAD_OPTIONS",
      `learn: topicOf returned ${typeof topic} for "${subject.slice(0, 80)}"; return a text, or undefined for none`,
    );
  });
  const names = [...new Set(found)].filter((topic) => topic !== undefined).sort();
  const numbers = new Map(names.map((name, i) => [name, i]));
  return {
    names,
    topicOf: Int32Array.from(found, (topic) =>
      topic === undefined ? -1 : (numbers.get(topic) ?? -1),
    ),
  };
}

function fit(
  table: VoteTable,
  truths: Int32Array,
  topics: Topics,
  choice: EstimatorChoice,
): Learned {
  const { estimator, fromTruths, passes } = choice;
  if (estimator === "dawid-skene") {
    const known: KnownTruths = fromTruths
      ? { truths, topicOf: topics.topicOf, topics: topics.names.length }
      : { truths: new Int32Array(truths.length).fill(-1) };
    return { estimator, model: learnConfusion(table, known, passes) };
  }
  const model = fromTruths
    ? learnOneCoinFrom(table, truths, topics.topicOf, topics.names.length)
    : learnOneCoin(table);
  return { estimator, model };
}

/** Decides each truth's subject by what the other truths teach, a fifth of them at a time. */
function crossChecked(
  table: VoteTable,
  topics: Topics,
  choice: EstimatorChoice,
  recorded: number,
): readonly CheckedGuess[] {
  if (recorded < FOLDS) return [];
  const checked: CheckedGuess[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const rest = table.truths.slice();
    const left: number[] = [];
    let seen = 0;
    for (let subject = 0; subject < rest.length; subject++) {
      // A truth with a weight below 1 says nothing about how often confidences are right.
      if (at(rest, subject) < 0 || at(table.weights, subject) < 1) continue;
      if (seen++ % FOLDS !== fold) continue;
      rest[subject] = -1;
      left.push(subject);
    }
    const learned = fit(table, rest, topics, choice);
    for (const subject of left) {
      const decided = decide(learned, table, subject, topics.topicOf?.[subject] ?? -1);
      if (decided === undefined) continue;
      checked.push({
        confidence: decided.confidence,
        right: decided.key === at(table.truths, subject),
        voices: at(table.starts, subject + 1) - at(table.starts, subject),
      });
    }
  }
  return checked;
}

/** The most likely of the held positions. */
function decide(
  { estimator, model }: Learned,
  { starts, agentOf, keyOf }: VoteTable,
  subject: number,
  topic: number,
): { readonly key: number; readonly confidence: number } | undefined {
  const from = at(starts, subject);
  const to = at(starts, subject + 1);
  if (from === to) return undefined;
  const agents = agentOf.subarray(from, to);
  const said = keyOf.subarray(from, to);
  let best = { key: -1, lead: -1, confidence: -1 };
  const consider = (key: number, standing: Standing | undefined): void => {
    if (standing === undefined || standing.lead <= best.lead) return;
    best = { key, lead: standing.lead, confidence: standing.chance };
  };
  if (estimator === "dawid-skene") {
    const standings = confusionStandings(model, agents, said, topic);
    for (const key of said) consider(key, standings[key]);
  } else {
    const { standings, places } = oneCoinStandings(model, agents, said, topic);
    for (let i = 0; i < said.length; i++) consider(at(said, i), standings[at(places, i)]);
  }
  return best;
}
