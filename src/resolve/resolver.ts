import type { Agent } from "../describe/agent.ts";
import type { AgentResult } from "../model/call.ts";
import type { PlacedFinding } from "../model/claim.ts";
import type { Position, SubjectKind } from "../model/conflict.ts";
import type { Json } from "../model/json.ts";
import type { LabelKind, LearnedBefore } from "../model/reliability.ts";
import type { Values } from "../store/values.ts";
import type { Foresight } from "./foresight.ts";
import type { Verdict, VerdictStatus } from "../model/verdict.ts";

/** The question for a resolver: which of these positions wins? */
export interface Question {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What its reporters say together, if it is more than a text. */
  readonly finding?: PlacedFinding;
  /** The most held first; equally held ones in canonical order. */
  readonly positions: readonly Position[];
  /** Agents that were asked and did not answer. */
  readonly missing: readonly string[];
  /** How many agents were asked, including those that said nothing about it. */
  readonly asked: number;
  /** Others of the team were not asked, because the answers were enough for its panel. */
  readonly enough?: true;
}

/** A judge's instructions from its user, and the resolver that asks. */
export interface Told {
  readonly resolver: string;
  readonly instructions: string;
}

/**
 * Asks an agent through all the steps of a call: limits, retries, log. `key` names the call and is different for each
 * question of a run; it must not depend on who answered first. The agent's instructions are logged once. Resolves even if the
 * agent fails; rejects only if the run ends.
 */
export type Ask = (agent: Agent, task: unknown, key: string, told?: Told) => Promise<AgentResult>;

/** What a person decided about a subject. */
export interface PersonDecision {
  /** The value of one of the positions. */
  readonly winner: Json;
  readonly why: string;
  /** The person's name, as given. */
  readonly by?: string;
}

/** What is known about the people for whom a run waits. */
export interface Person {
  readonly decided: (subject: string) => PersonDecision | undefined;
  /** Since when the run waits for a decision about it, in ms since 1970; `undefined` if it has not waited yet. */
  readonly waitingSinceMs: (subject: string) => number | undefined;
  readonly nowMs: () => number;
}

/** What a supervisor learns from its runs about how good its agents are. */
export interface LearningOptions {
  /** Whether positions of claims mean the same in every subject. Without it, claims teach nothing. */
  readonly labels?: LabelKind | undefined;
  /** The topic of a subject. Default: no topics. */
  readonly topicOf?: ((subject: string) => string | undefined) | undefined;
  /** How much verdicts count as truths, by who reached them. Default: a person's 1, a judge's 0. */
  readonly trust?: Trust | undefined;
  /** Whether it uses `LearnedBefore.reviews`. */
  readonly reviews?: boolean;
}

/** How a supervisor learns from its runs; `learning()` of `quorate/learning` makes one. */
export interface Learning extends LearningOptions {
  /** Makes the code that reads and keeps it. Only about `members`, the agents of the supervisor, is anything learned. */
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
  /** Keeps what a run has decided, for later runs. */
  readonly keep: (values: Values, of: RunTaught, verdicts: readonly Verdict[]) => Promise<void>;
}

/** The run that teaches, and when it began, in ms since 1970. */
export interface RunTaught {
  readonly runId: string;
  /** For a nested supervisor. */
  readonly callId?: string;
  readonly atMs: number;
}

/** How much a verdict counts as a truth, by who reached it: 1 like a recorded one, 0 not at all. */
export interface Trust {
  /** For a person's verdict. Default 1. */
  readonly person?: number;
  /** For a judge's verdict. Default 0. */
  readonly judge?: number;
}

/** What a resolver may use. */
export interface ResolverContext {
  readonly ask: Ask;
  /** Everything that is settled together, contested or not, in the order of the verdicts. Absent: only the question itself. */
  readonly all?: readonly Question[] | undefined;
  /** Read once, when the run begins. */
  readonly learned?: LearnedBefore | undefined;
  /**
   * Lets those who hold a position be asked once more, at that tier or the next, with what the others hold, and then the whole chain
   * be tried on their new answers: the resolver returns the deferral that this returns. Only in a chain in which a resolver declares `reruns`, and
   * `undefined` without a supervisor.
   */
  readonly rerun?: ((question: Question, tier: string | undefined) => Deferral) | undefined;
  /** `undefined` if nobody can be waited for: without a supervisor, or in a store from which runs are not resumed. */
  readonly person?: Person | undefined;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal | undefined;
}

/** A resolver's decision. */
export interface Decision {
  /** The value of one of the positions. */
  readonly winner: Json;
  /** 0–1: how likely the winner is right. */
  readonly confidence: number;
  /** The estimator's name. */
  readonly confidenceFrom: string;
  /** Whether the estimator was checked against recorded truths. Default: `false`. */
  readonly calibrated?: boolean;
  /** A sentence or two that a person can check. */
  readonly reasoning: string;
  readonly defer?: undefined;
}

/** A resolver leaves the question to the next one. */
export interface Deferral {
  /** Why, in a sentence or two; the last full stop is optional. */
  readonly defer: string;
  /**
   * The verdict's status if nothing after this resolver decides; the last deferral that gives one counts. Default: `"undecided"`.
   * With `"waiting"` no later resolver is asked: the run waits until it is resumed.
   */
  readonly status?: DeferralStatus;
}

export type DeferralStatus = Exclude<VerdictStatus, "unanimous" | "unopposed" | "decided">;

export type Ruling = Decision | Deferral;

/** One way to settle a conflict. A chain of resolvers is tried in order until one decides. */
export interface Resolver {
  /** Appears in a verdict's `by` and in its reasoning. */
  readonly name: string;
  /**
   * Decides a contested question or defers. A resolver that throws, or decides for something that is not a position, has
   * deferred, and the reasoning says so. Must depend only on its arguments and the answers of agents.
   */
  readonly settle: (question: Question, context: ResolverContext) => Ruling | Promise<Ruling>;
  /**
   * Judges a question with one position; `undefined` leaves it to others. The first resolver that decides here, or defers with a status,
   * counts.
   */
  readonly agreed?: (question: Question, context: ResolverContext) => Ruling | undefined;
  /** The lead of the first position over the second, as a share of all weight, 0–1; `undefined` if it does not weigh. */
  readonly lead?: (question: Question) => number | undefined;
  /**
   * How it would rule on a claim before all agents have spoken, and of what it is sure: a panel uses this to stop asking. It may use what earlier runs
   * taught. A string says why it cannot tell. Absent: it cannot.
   */
  readonly foresee?: (subject: string, learned: LearnedBefore | undefined) => Foresight | string;
  /** It may have members asked once more: at that tier, or by default at the next of each. */
  readonly reruns?: { readonly tier?: string };
  /** How long it waits for a person, in ms from when the run began to wait: `keepResuming` looks again then. */
  readonly withinMs?: number;
  /** It uses what earlier runs taught: a supervisor keeps what its runs teach, and passes it to the chain. */
  readonly learns?: Learning;
  /** The agents that its options name: a supervisor refuses a chain that names an unknown agent. */
  readonly names?: readonly string[];
  /**
   * The positions that its options name: a supervisor whose agents have schemas that list all that they can hold refuses a chain that names
   * another one.
   */
  readonly positions?: readonly Json[];
  /** Its options as data: with different options it is a different resolver, and a nested team a different team. */
  readonly definition?: Json;
  /** Agents that this resolver asks; a supervisor must know them before the run. */
  readonly asks?: readonly Agent[];
  /** How often it asks each of them about one subject at most; a plan needs it to say what judging can cost. */
  readonly callsPerSubject?: number;
}
