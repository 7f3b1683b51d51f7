import type { AgentResult, Cost } from "./call.ts";
import type { Notice } from "./notices.ts";
import type { Json } from "./json.ts";
import type { Verdict } from "./verdict.ts";

/**
 * - `complete`: every agent that was asked answered.
 * - `partial`: some did not; `missing` says who and why.
 * - `waiting`: a person is asked; the process may leave, and the run is resumed when somebody has decided.
 * - `failed`: a `required` agent did not answer, or fewer than `minAnswers` did.
 */
export type OutcomeStatus = "complete" | "partial" | "waiting" | "failed";

/** An agent that was to answer and did not. */
export interface Missing {
  readonly agent: string;
  /** `early-stop`: only of a run of an earlier version, as of `Skipped`. */
  readonly why: "failed" | "timeout" | "skipped" | "budget" | "early-stop";
  /** One sentence for a person. */
  readonly detail: string;
}

/** What a run took, what it did without, and what was for nothing. */
export interface Bill {
  /** Agents and judges that were asked, or whose answers were there already. */
  readonly calls: number;
  /** How often they were asked, retries included. */
  readonly attempts: number;
  /** What the agents reported, added up. */
  readonly spent: TotalSpent;
  readonly saved: Saved;
  readonly wasted: Wasted;
  /** What was asked only to learn from it, in runs whose panel explores: calls that it would not have made. Absent where there are none. */
  readonly explored?: Amount;
  /** By agent and model, in the order in which they were asked first. */
  readonly lines: readonly BillLine[];
}

/**
 * What was spent. An amount is unknown as soon as that of one attempt is; `atLeast` says what is known of it all the same, and the counts
 * of how many calls it is unknown. They are left out where they are 0, and by an earlier version.
 */
export interface TotalSpent extends Cost {
  /** Calls of which an attempt has reported nothing of what it used. */
  readonly unreportedCalls?: number;
  /** Other calls of which the money is not known, though they reported something: mostly tokens of a model without a price. */
  readonly unpricedCalls?: number;
}

/** How often something happened, and the money of it in micro-dollars. */
export interface Amount {
  readonly calls: number;
  readonly usdMicros: number | "unknown";
  /** What is known of an unknown amount all the same, in micro-dollars. Left out where nothing is, and by an earlier version. */
  readonly atLeast?: number;
}

/** What was not paid for. */
export interface Saved {
  /** Answers that were kept from other runs; what those calls cost. */
  readonly cache: Amount;
  /** Answers that another run was just asking for; what that call cost. */
  readonly joined: Amount;
  /** Answers of the run that this is a fork of; what those calls cost. */
  readonly fork: Amount;
  /** In `runMany`: the calls of the run of another task, equal or with an equal key, which serves for this one; what they cost. */
  readonly duplicates: Amount;
  /** Requests that were not made, as several calls shared one. What they would have cost, nobody knows. */
  readonly batch: Amount;
  /** Calls that a cheaper tier answered for good; what their tokens would have cost at the dearest, by the prices given. */
  readonly tier: Amount;
  /** Agents that were not asked, as those who had answered were enough for the panel. What they would have cost, nobody knows. Absent where all were asked. */
  readonly panel?: Amount;
  /** Only of a run of an earlier version: agents that it stopped early. What they would have cost, nobody knows. */
  readonly earlyStop: Amount;
}

/** What was paid for nothing. */
export interface Wasted {
  /** Attempts that failed. */
  readonly retries: Amount;
  /** Attempts that were given up and ended later, or never; what they reported after that. */
  readonly late: Amount;
  /** Attempts that were repeated, as the process had died in the middle of them. */
  readonly inDoubt: Amount;
}

/**
 * What one agent took with one model. Each call and each attempt counts once, so that they add up: an attempt of several models on
 * the line of the one that it named last, a call on that of its last attempt. The other lines have their cost alone.
 */
export interface BillLine {
  readonly agent: string;
  /** `null` where nobody said. */
  readonly model: string | null;
  readonly calls: number;
  readonly attempts: number;
  readonly cost: Cost;
  /** Of its calls, added up: more than passed, where they were at the same time. */
  readonly durationMs: number;
}

/** How much of a run stood in a log already. */
export interface Reuse {
  readonly reused: number;
  readonly asked: number;
}

/**
 * What a run returns: what each agent said, what was decided, what is missing. `Winner` is what agents can hold about the task, as far as
 * their types tell.
 */
export interface Outcome<
  Results = Readonly<Record<string, AgentResult>>,
  Winner extends Json = Json,
> {
  readonly runId: string;
  readonly status: OutcomeStatus;
  /** One entry per agent of the team, by name. */
  readonly results: Results;
  /** The verdict about `"task"`; `null` where no agent claimed anything about it. */
  readonly verdict: Verdict<Winner> | null;
  /** One per subject; `conflictsOf()` has those that were contested. */
  readonly verdicts: readonly Verdict[];
  /**
   * What the team's `gate` says: `true` only where all that it is about is decided and passes, and nobody `required` is missing; `false`
   * where something that is decided does not pass; `null` where nobody can tell, or where there is no gate. One voice among several that
   * were asked decides nothing.
   */
  readonly passed: boolean | null;
  readonly missing: readonly Missing[];
  /** What the rest does not say by itself: what was not compared, not known, not kept. Of nested teams too, those last. */
  readonly notices: readonly Notice[];
  readonly bill: Bill;
  /** Only of a run that was resumed or forked: calls whose answers stood in a log, and calls that were made. */
  readonly reuse?: Reuse;
}
