import type { AgentResult, Cost } from "./call.ts";
import type { Notice } from "./notices.ts";
import type { Json } from "./json.ts";
import type { Verdict } from "./verdict.ts";

/**
 * - `complete`: every agent that was asked answered.
 * - `partial`: some did not; `missing` says which and why.
 * - `waiting`: a person is asked; the process may end, and the run is resumed after the decision.
 * - `failed`: a `required` agent did not answer, or fewer than `minAnswers` did.
 */
export type OutcomeStatus = "complete" | "partial" | "waiting" | "failed";

/** An agent that should have answered and did not. */
export interface Missing {
  readonly agent: string;
  /** `early-stop`: only in a run of an earlier version, as in `Skipped`. */
  readonly why: "failed" | "timeout" | "skipped" | "budget" | "early-stop";
  /** One sentence for a person. */
  readonly detail: string;
}

/** What a run cost, what it saved, and what it wasted. */
export interface Bill {
  /** Agents and judges that were asked, or whose answers existed already. */
  readonly calls: number;
  /** How often they were asked, retries included. */
  readonly attempts: number;
  /** What the agents reported, added up. */
  readonly spent: TotalSpent;
  readonly saved: Saved;
  readonly wasted: Wasted;
  /** Calls that a panel made only to learn from them, and would not have made otherwise. Absent if there are none. */
  readonly explored?: Amount;
  /** By agent and model, in the order in which they were first asked. */
  readonly lines: readonly BillLine[];
}

/**
 * What was spent. An amount is unknown as soon as that of one attempt is. `atLeast` then has the known part, and the counts
 * say for how many calls it is unknown. They are absent if they are 0, and in logs of an earlier version.
 */
export interface TotalSpent extends Cost {
  /** Calls with an attempt that reported nothing of what it used. */
  readonly unreportedCalls?: number;
  /** Other calls whose money is unknown although they reported something: mostly tokens of a model without a price. */
  readonly unpricedCalls?: number;
}

/** How often something happened, and its money in micro-dollars. */
export interface Amount {
  readonly calls: number;
  readonly usdMicros: number | "unknown";
  /** The known part of an unknown amount, in micro-dollars. Absent if nothing is known, and in logs of an earlier version. */
  readonly atLeast?: number;
}

/** What was not paid for. */
export interface Saved {
  /** Answers that were kept from other runs; what those calls cost. */
  readonly cache: Amount;
  /** Answers for which a call of another run was under way; what that call cost. */
  readonly joined: Amount;
  /** Answers of the run that this is a fork of; what those calls cost. */
  readonly fork: Amount;
  /** In `runMany`: the calls of another task's run that this task shares, because the tasks or their keys are equal; what they cost. */
  readonly duplicates: Amount;
  /** Requests that were not made because several calls shared one. What they would have cost is unknown. */
  readonly batch: Amount;
  /** Calls that a cheaper tier answered for good; what their tokens would have cost at the most expensive tier, by the given prices. */
  readonly tier: Amount;
  /** Agents that were not asked because the answers were enough for the panel. What they would have cost is unknown, unless all are free. Absent if all were asked. */
  readonly panel?: Amount;
  /** Only in a run of an earlier version: agents that it stopped early. What they would have cost is unknown. */
  readonly earlyStop: Amount;
}

/** What was paid for nothing. */
export interface Wasted {
  /** Attempts that failed. */
  readonly retries: Amount;
  /** Attempts that were given up and ended later, or never; what they reported after that. */
  readonly late: Amount;
  /** Attempts that were repeated because the process had died during them. */
  readonly inDoubt: Amount;
}

/**
 * What one agent used of one model. Each call and each attempt counts once, so the lines add up: an attempt with several models counts on
 * the line of the model that it named last, a call on the line of its last attempt. The other lines have only their cost.
 */
export interface BillLine {
  readonly agent: string;
  /** `null` if it was not named. */
  readonly model: string | null;
  readonly calls: number;
  readonly attempts: number;
  readonly cost: Cost;
  /** Sum over its calls, in ms; more than the elapsed time if they ran at the same time. */
  readonly durationMs: number;
}

/** How much of a run was in a log already. */
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
  /** The verdict about `"task"`; `null` if no agent claimed anything about it. */
  readonly verdict: Verdict<Winner> | null;
  /** One per subject; `conflictsOf()` returns those that were contested. */
  readonly verdicts: readonly Verdict[];
  /**
   * The result of the team's `gate`: `true` only if everything that it names is decided and passes, and no `required` agent is missing; `false`
   * if something that is decided does not pass; `null` if it is undecided, or if there is no gate. One voice among several that
   * were asked decides nothing.
   */
  readonly passed: boolean | null;
  readonly missing: readonly Missing[];
  /** What the rest does not say by itself: what was not compared, not known, not kept. Includes those of nested teams, at the end. */
  readonly notices: readonly Notice[];
  readonly bill: Bill;
  /** Only for a run that was resumed or forked: calls whose answers were in a log, and calls that were made. */
  readonly reuse?: Reuse;
}
