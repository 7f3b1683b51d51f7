import { todaysLearned } from "../../model/earlier-learned.ts";
import { words } from "../../conflict/words.ts";
import { QuorateError } from "../../model/errors.ts";
import { chanceOf, type Logistic } from "./ridge-logistic.ts";

/** What was learned about which findings stand. Plain JSON: it can be kept, and passed to `learnedSupport({ learned })` later. */
export interface FindingModel {
  readonly format: 1;
  readonly estimator: typeof FINDING_LOGISTIC;
  /** Why it must not be used to decide anything, in a sentence. Absent if it may be. */
  readonly refused?: string;
  /** Findings with a truth, and how many of them were right. */
  readonly truths: number;
  readonly right: number;
  /** In code-unit order of their names. */
  readonly agents: readonly ReporterRecord[];
  /** Over the features of {@link FindingFeatures}, in their order. */
  readonly logistic: Logistic;
  /** A finding stands from this chance on: the one with the largest expected F1. */
  readonly standsFrom: number;
}

/** How often an agent's findings were right. */
export interface ReporterRecord {
  readonly agent: string;
  /** Findings with a truth that the agent reported, and how many of them were right. */
  readonly reports: number;
  readonly right: number;
  /** The log-odds of its findings being right, less those of all agents, drawn to 0 by 20 pseudo-reports. */
  readonly record: number;
}

/** The estimator's name in verdicts. */
export const FINDING_LOGISTIC = "finding-logistic";

/** More words do not count: a finding must not stand by mere length. */
const MAX_WORDS = 60;

/** The features of a finding, in this order. */
export interface FindingFeatures {
  /** ln Σ 1 / (how many findings the reporter has in this review): a report of an agent that reports little counts more. */
  readonly attention: number;
  /** ln of how many report it. */
  readonly reporters: number;
  /** The mean of its reporters' records. */
  readonly record: number;
  /** ln of how many different words its text has, at most {@link MAX_WORDS}. */
  readonly words: number;
}

/** One finding of a review, and its reporters. */
export interface ReportedFinding {
  readonly text: string;
  /** Each agent once, at least one. */
  readonly reportedBy: readonly string[];
}

/** How many of a review's findings each agent reports. */
export function reportsOf(review: readonly ReportedFinding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reportedBy } of review) {
    for (const agent of reportedBy) counts.set(agent, (counts.get(agent) ?? 0) + 1);
  }
  return counts;
}

/** A finding's features, from its reporters' records and how much they report in this review. */
export function featuresOf(
  { text, reportedBy }: ReportedFinding,
  records: ReadonlyMap<string, number>,
  reports: ReadonlyMap<string, number>,
): readonly number[] {
  let attention = 0;
  let record = 0;
  for (const agent of reportedBy) {
    attention += 1 / (reports.get(agent) ?? 1);
    record += records.get(agent) ?? 0;
  }
  const count = Math.max(1, reportedBy.length);
  const features: FindingFeatures = {
    attention: Math.log(attention || 1),
    reporters: Math.log(count),
    record: record / count,
    words: Math.log(Math.min(MAX_WORDS, Math.max(1, new Set(words(text)).size))),
  };
  return [features.attention, features.reporters, features.record, features.words];
}

/** The chances that a review's findings are right and the first of their kind, in their order. */
export function findingChances(
  model: FindingModel,
  review: readonly ReportedFinding[],
): readonly number[] {
  const records = new Map(model.agents.map(({ agent, record }) => [agent, record]));
  const reports = reportsOf(review);
  return review.map((finding) => chanceOf(model.logistic, featuresOf(finding, records, reports)));
}

const FEATURES = 4;

/** Refuses with `BAD_OPTIONS` a value that is not the result of `learnFindings()`, directly or after JSON. */
export function checkFindingModel(given: unknown, what: string): FindingModel {
  const model = (todaysLearned(given) ?? {}) as Partial<FindingModel>;
  const { format, estimator, refused, agents, logistic, standsFrom, truths } = model;
  const sound =
    format === 1 &&
    estimator === FINDING_LOGISTIC &&
    (refused === undefined || typeof refused === "string") &&
    isFigure(standsFrom) &&
    standsFrom >= 0 &&
    standsFrom <= 1 &&
    Number.isSafeInteger(truths) &&
    (truths ?? -1) >= 0 &&
    Array.isArray(agents) &&
    agents.every((one) => typeof one?.agent === "string" && isFigure(one.record)) &&
    isFigure(logistic?.intercept) &&
    Array.isArray(logistic?.weights) &&
    logistic.weights.length === FEATURES &&
    logistic.weights.every(isFigure);
  if (sound) return model as FindingModel;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is not a model of findings; hand in what learnFindings() returned, or its JSON`,
  );
}

/** Beyond this, sums of products are not exact any more; fitted values are far below. */
const MOST = 1e9;

function isFigure(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= MOST;
}
