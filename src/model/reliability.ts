import type { Json } from "./json.ts";
import type { FindingModel } from "../learning/statistics/finding-model.ts";

/**
 * Whether a position means the same in every subject. `"fixed"`: it does, like `"ship"` and `"hold"`, so an agent can be
 * known to give one of them too often. `"open"`: every subject has its own positions, like the options of a quiz or the
 * numbers of an estimate.
 */
export type LabelKind = "fixed" | "open";

/** What one agent said about one subject. A claim is one. */
export interface RecordedVote {
  readonly agent: string;
  readonly subject: string;
  readonly position: Json;
}

/** What turned out to be true about a subject. */
export interface RecordedTruth {
  readonly subject: string;
  readonly position: Json;
  /** How much it counts, above 0 and at most 1. Default 1: it is certain. */
  readonly weight?: number;
}

/**
 * How it was estimated. `"dawid-skene"`: what each agent says for each truth. `"one-coin"`: how often each is right, and how
 * often two wrong agents say the same.
 */
export type Estimator = "dawid-skene" | "one-coin";

/** What was learned about agents. Plain JSON: it can be kept and passed to `reliability({ from })` later. */
export interface Reliability {
  readonly format: 1;
  readonly labels: LabelKind;
  readonly estimator: Estimator;
  /** Why this estimator was chosen, in a sentence. */
  readonly why: string;
  /** Why it must not be used to decide anything, in a sentence. Absent if it may be. */
  readonly refused?: string;
  /** Subjects with votes. */
  readonly subjects: number;
  /** Votes that counted: at most one per agent and subject. */
  readonly votes: number;
  /** Truths of subjects with votes. 0: everything was learned from the votes themselves. */
  readonly truths: number;
  /** The estimate for an agent of which nothing is known. */
  readonly pool: AgentEstimate;
  /** In code-unit order of their names. */
  readonly agents: readonly AgentReliability[];
  /** For `one-coin`: the chance that two wrong agents say the same, 0–1. */
  readonly collision: number;
  /** How many different positions there were, over all subjects. */
  readonly positions: number;
  /** For `dawid-skene`: the positions, as the text that equal ones share, in code-unit order; their shares. */
  readonly known?: { readonly keys: readonly string[]; readonly shares: readonly number[] };
  /** For `dawid-skene`: the shares of the positions by topic. */
  readonly topics?: readonly { readonly topic: string; readonly shares: readonly number[] }[];
  /** For `dawid-skene`: the correlation of votes on one subject, 0–1: n of them are as certain as n / (1 + (n − 1) × correlation). */
  readonly correlation?: number;
  /** For `dawid-skene` with topics: what turned out to be true for a combination of answers, the 500 most frequent. */
  readonly patterns?: readonly LearnedPattern[];
  /** How confidences compare with the recorded truths. Absent until there are enough of them. */
  readonly calibration?: Calibration;
}

/** What turned out to be true in a topic when exactly these agents said exactly this. */
export interface LearnedPattern {
  readonly topic: string;
  /** Each agent, and what it said: the number of its position in `known.keys`. */
  readonly said: readonly (readonly [agent: string, key: number])[];
  /** By position, in the order of `known.keys`: for how many truths it was true. */
  readonly truths: readonly number[];
}

/** What earlier runs have taught about a supervisor's agents: how good they are at claims and at findings. */
export interface LearnedBefore {
  readonly claims?: Reliability | undefined;
  readonly findings?: Reliability | undefined;
  /** Which findings stand, for `learnedSupport()`. */
  readonly reviews?: FindingModel | undefined;
}

/** How good an agent is. */
export interface AgentEstimate {
  /** How often it is right, 0–1, drawn towards what is known of all agents. */
  readonly accuracy: number;
  /**
   * 95 % Wilson interval of the accuracy. Without truths it shows how much the votes scatter, and nothing about mistakes
   * that agents share.
   */
  readonly interval: readonly [low: number, high: number];
  /** The weight of its vote: ln(accuracy / ((1 − accuracy) × collision)), at least 0.1. */
  readonly weight: number;
  /** For `dawid-skene`: how often it says what (column) if what is true (row), in the order of `known.keys`. */
  readonly rates?: readonly (readonly number[])[];
}

export interface AgentReliability extends AgentEstimate {
  readonly agent: string;
  /** How many votes the accuracy is based on: those on subjects with a truth, or all of them if there are no truths. */
  readonly trials: number;
  /** By topic, in code-unit order; only from truths, and only topics in which it has trials. */
  readonly topics?: readonly TopicReliability[];
}

export interface TopicReliability extends AgentEstimate {
  readonly topic: string;
  readonly trials: number;
}

/** Confidence c becomes 1 / (1 + e^−(slope × ln(c / (1 − c)) + shift)): Platt's scaling (1999). */
export interface Calibration {
  readonly slope: number;
  readonly shift: number;
  /** How many truths it was fitted to. */
  readonly truths: number;
  /** How many agents spoke about each, on average: if fewer than half as many speak, the confidence stays as it is. */
  readonly voices?: number;
}
