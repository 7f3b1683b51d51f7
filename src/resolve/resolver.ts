import type { Agent } from "../describe/agent.ts";
import type { AgentResult } from "../model/call.ts";
import type { PlacedFinding } from "../model/claim.ts";
import type { Position, SubjectKind } from "../model/conflict.ts";
import type { Json } from "../model/json.ts";
import type { LabelKind, LearnedBefore } from "../model/reliability.ts";
import type { Values } from "../store/values.ts";
import type { Foresight } from "./foresight.ts";
import type { Verdict, VerdictStatus } from "../model/verdict.ts";

/** What a resolver is asked: which of these positions holds? */
export interface Question {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What those who report it say together, where it is more than a text. */
  readonly finding?: PlacedFinding;
  /** Most held first; equally held ones in canonical order. */
  readonly positions: readonly Position[];
  /** Agents that were asked and did not answer. */
  readonly missing: readonly string[];
  /** How many agents were asked, those who said nothing about it included. */
  readonly asked: number;
  /** Others of the team were not asked, since those who had answered were enough for its panel. */
  readonly enough?: true;
}

/** What a judge's user told it to go by, and the resolver that asks. */
export interface Told {
  readonly resolver: string;
  readonly instructions: string;
}

/**
 * Asks an agent through all the steps of a call: limits, retries, log. `key` names the call and is another for each
 * question of a run; it must not depend on who answered first. What the agent is told stands in the log, once. Resolves also when the
 * agent fails; rejects only when the run ends.
 */
export type Ask = (agent: Agent, task: unknown, key: string, told?: Told) => Promise<AgentResult>;

/** What a person decided about a subject. */
export interface PersonDecision {
  /** One of the positions' values. */
  readonly winner: Json;
  readonly why: string;
  /** Who, as they call themselves. */
  readonly by?: string;
}

/** What is known of the people that a run waits for. */
export interface Person {
  readonly decided: (subject: string) => PersonDecision | undefined;
  /** Since when the run waits for a decision about it, in ms since 1970; `undefined` when it has not waited yet. */
  readonly waitingSinceMs: (subject: string) => number | undefined;
  readonly nowMs: () => number;
}

/** What a supervisor learns from its runs of how good its agents are. */
export interface LearningOptions {
  /** Whether positions of claims mean the same in every subject. Claims teach nothing where it is left out. */
  readonly labels?: LabelKind | undefined;
  /** The topic of a subject; no topics where left out. */
  readonly topicOf?: ((subject: string) => string | undefined) | undefined;
  /** What verdicts count as truths, by who reached them. Default: a person's 1, a judge's 0. */
  readonly trust?: Trust | undefined;
  /** Whether it goes by `LearnedBefore.reviews`. */
  readonly reviews?: boolean;
}

/** How a supervisor learns from its runs; `learning()` of `quorate/learning` makes one. */
export interface Learning extends LearningOptions {
  /** Makes what reads and keeps it. Only of `members`, the agents of the supervisor, anything is learned. */
  readonly lessons: (
    supervisor: string,
    learning: LearningOptions,
    members: ReadonlySet<string>,
  ) => Lessons;
}

/** What the runs of one supervisor teach. */
export interface Lessons {
  /** What they have taught so far. */
  readonly learned: (values: Values, nowMs: number) => Promise<LearnedBefore>;
  /** Keeps what a run has decided about, for those after it. */
  readonly keep: (values: Values, of: RunTaught, verdicts: readonly Verdict[]) => Promise<void>;
}

/** Which run teaches, and when it began, in ms since 1970. */
export interface RunTaught {
  readonly runId: string;
  /** Of a nested supervisor. */
  readonly callId?: string;
  readonly atMs: number;
}

/** What a verdict counts as a truth, by whose it was: 1 as one that was recorded, 0 not at all. */
export interface Trust {
  /** A person's. Default 1. */
  readonly person?: number;
  /** A judge's. Default 0. */
  readonly judge?: number;
}

/** What a resolver may use. */
export interface ResolverContext {
  readonly ask: Ask;
  /** All that is settled together, contested or not, in the order of the verdicts. Absent: only what is asked. */
  readonly all?: readonly Question[] | undefined;
  /** Read once, when the run begins. */
  readonly learned?: LearnedBefore | undefined;
  /**
   * Has those who hold a position asked once more, at that tier or the next, with what the others hold, and then the whole chain
   * tried on what they say: the resolver returns the deferral that it is given. Only of a chain in which a resolver declares `reruns`, and
   * `undefined` without a supervisor.
   */
  readonly rerun?: ((question: Question, tier: string | undefined) => Deferral) | undefined;
  /** `undefined` where nobody can be waited for: without a supervisor, or in a store that runs are not resumed from. */
  readonly person?: Person | undefined;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal | undefined;
}

/** A resolver decides. */
export interface Decision {
  /** One of the positions' values. */
  readonly winner: Json;
  /** 0–1: how likely the winner is right. */
  readonly confidence: number;
  /** The estimator's name. */
  readonly confidenceFrom: string;
  /** Whether the estimator was checked against recorded truths. `false` where left out. */
  readonly calibrated?: boolean;
  /** A sentence or two that a person can check. */
  readonly reasoning: string;
  readonly defer?: undefined;
}

/** A resolver leaves the question to the next one. */
export interface Deferral {
  /** Why, in a sentence or two; the last full stop may be left out. */
  readonly defer: string;
  /**
   * What the verdict's status is should nothing after this resolver decide; the last deferral that says so counts. `"undecided"`
   * where left out. With `"waiting"` nothing after it is asked: the run sleeps until it is resumed.
   */
  readonly status?: DeferralStatus;
}

export type DeferralStatus = Exclude<VerdictStatus, "unanimous" | "unopposed" | "decided">;

export type Ruling = Decision | Deferral;

/** One way to settle a conflict. A chain of resolvers is tried in order until one decides. */
export interface Resolver {
  /** Stands in a verdict's `by` and in its reasoning. */
  readonly name: string;
  /**
   * Decides a contested question or defers. One that throws, or decides for something that is no position, has
   * deferred, and the reasoning says so. Must not depend on anything but its arguments and the answers of agents.
   */
  readonly settle: (question: Question, context: ResolverContext) => Ruling | Promise<Ruling>;
  /**
   * Judges a question with one position; `undefined` leaves it to others. The first resolver that decides here, or defers with a status, has
   * the word.
   */
  readonly agreed?: (question: Question, context: ResolverContext) => Ruling | undefined;
  /** By what share of all weight, 0–1, the first position leads the second in its eyes; `undefined` where it does not weigh. */
  readonly lead?: (question: Question) => number | undefined;
  /**
   * What it would make of a claim before everybody has spoken, and what it is sure of: a panel asks no further by it. By what earlier runs
   * taught, where it goes by that. A sentence says why it cannot tell. Absent: it cannot.
   */
  readonly foresee?: (subject: string, learned: LearnedBefore | undefined) => Foresight | string;
  /** It may have members asked once more: at that tier, or where left out at the next of each. */
  readonly reruns?: { readonly tier?: string };
  /** How long it waits for a person, in ms from when the run began to: whoever keeps going on with runs looks again then. */
  readonly withinMs?: number;
  /** It goes by what earlier runs taught: a supervisor keeps what its runs teach, and hands it to the chain. */
  readonly learns?: Learning;
  /** The agents that its options name: a supervisor refuses a chain that names somebody it does not have. */
  readonly names?: readonly string[];
  /** Its options as data: with others it is another resolver, and a nested team another team. */
  readonly definition?: Json;
  /** Agents that this resolver asks; a supervisor has to know them before the run. */
  readonly asks?: readonly Agent[];
  /** How often it asks each of them about one subject at most; a plan needs it to say what judging can cost. */
  readonly callsPerSubject?: number;
}
