import type { Json } from "./json.ts";
import type { FindingModel } from "../learning/statistics/finding-model.ts";

/**
 * Whether a position means the same in every subject. `"fixed"`: it does, as in `"ship"` and `"hold"`, so that an agent can be
 * known to say the one too often. `"open"`: every subject has positions of its own, as the options of a quiz or the
 * numbers of an estimate.
 */
export type LabelKind = "fixed" | "open";

/** What one agent said of one subject. A claim is one. */
export interface RecordedVote {
  readonly agent: string;
  readonly subject: string;
  readonly position: Json;
}

/** What turned out to be true of a subject. */
export interface RecordedTruth {
  readonly subject: string;
  readonly position: Json;
  /** What it counts, above 0 and at most 1. Default 1: it is known for sure. */
  readonly weight?: number;
}

/**
 * How it was estimated. `"dawid-skene"`: what each agent says for each truth. `"one-coin"`: how often each is right, and how
 * often two that are wrong say the same.
 */
export type Estimator = "dawid-skene" | "one-coin";

/** What was learned of agents. Plain JSON: it can be kept, and handed to `reliability({ from })` later. */
export interface Reliability {
  readonly format: 1;
  readonly labels: LabelKind;
  readonly estimator: Estimator;
  /** Why this estimator, in a sentence. */
  readonly why: string;
  /** Why it must not be used to decide anything, in a sentence. Absent where it may be. */
  readonly refused?: string;
  /** Subjects with votes. */
  readonly subjects: number;
  /** Votes that counted: one of an agent and a subject. */
  readonly votes: number;
  /** Truths of subjects with votes. 0: everything was learned from the votes themselves. */
  readonly truths: number;
  /** What an agent is taken for that nothing is known of. */
  readonly pool: AgentEstimate;
  /** In code-unit order of their names. */
  readonly agents: readonly AgentReliability[];
  /** Of `one-coin`: the chance that two wrong agents say the same, 0–1. */
  readonly collision: number;
  /** How many different positions there were, over all subjects. */
  readonly positions: number;
  /** Of `dawid-skene`: the positions, as the text that equal ones share, in code-unit order; their shares. */
  readonly known?: { readonly keys: readonly string[]; readonly shares: readonly number[] };
  /** Of `dawid-skene`: the shares of the positions by topic. */
  readonly topics?: readonly { readonly topic: string; readonly shares: readonly number[] }[];
  /** Of `dawid-skene`: how far votes on one subject hang together, 0–1: n of them are as sure as n / (1 + (n − 1) × correlation). */
  readonly correlation?: number;
  /** Of `dawid-skene` with topics: what turned out true where agents said the same together, the 500 most frequent. */
  readonly patterns?: readonly LearnedPattern[];
  /** What the recorded truths say of the confidence. Absent until there are enough of them. */
  readonly calibration?: Calibration;
}

/** What turned out true in a topic where all agents that spoke said just this. */
export interface LearnedPattern {
  readonly topic: string;
  /** Each agent, and what it said: the number of its position in `known.keys`. */
  readonly said: readonly (readonly [agent: string, key: number])[];
  /** By position, in the order of `known.keys`: in how many truths it was true. */
  readonly truths: readonly number[];
}

/** What the runs before have taught of a supervisor's agents: how good they are at claims, and at findings. */
export interface LearnedBefore {
  readonly claims?: Reliability | undefined;
  readonly findings?: Reliability | undefined;
  /** Which findings stand, for `learnedSupport()`. */
  readonly reviews?: FindingModel | undefined;
}

/** How good somebody is. */
export interface AgentEstimate {
  /** How often it is right, 0–1, drawn towards what is known of all. */
  readonly accuracy: number;
  /**
   * 95 % Wilson interval of the accuracy. Without truths it says how much the votes scatter, and nothing of mistakes
   * that agents share.
   */
  readonly interval: readonly [low: number, high: number];
  /** What a vote of it counts: ln(accuracy / ((1 − accuracy) × collision)), at least 0.1. */
  readonly weight: number;
  /** Of `dawid-skene`: how often it says what (column) where what is true (row), in the order of `known.keys`. */
  readonly rates?: readonly (readonly number[])[];
}

export interface AgentReliability extends AgentEstimate {
  readonly agent: string;
  /** On so many votes the accuracy rests: those on subjects with a truth, or all of them where there are no truths. */
  readonly trials: number;
  /** By topic, in code-unit order; only from truths, and only topics that it has trials in. */
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
  /** From so many truths. */
  readonly truths: number;
  /** So many agents spoke of each, on average: where fewer than half as many speak, the confidence stays as it is. */
  readonly voices?: number;
}
