import type { AgentResult, Cost } from "./call.ts";
import type { Conflict } from "./conflict/conflict.ts";
import type { Verdict } from "./resolve/verdict.ts";

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
  readonly why: "failed" | "timeout" | "skipped" | "budget" | "early-stop";
  /** One sentence for a person. */
  readonly detail: string;
}

/** What a run took. */
export interface Bill {
  /** Agents and judges that were asked. */
  readonly calls: number;
  /** How often they were asked, retries included. */
  readonly attempts: number;
  /** What the agents reported, added up; unknown as soon as one attempt's is unknown. */
  readonly spent: Cost;
}

/** How much of a run stood in a log already. */
export interface Reuse {
  readonly reused: number;
  readonly asked: number;
}

/** What a run returns: what each agent said, where they differed, what was decided, what is missing. */
export interface Outcome<Results = Readonly<Record<string, AgentResult>>> {
  readonly runId: string;
  readonly status: OutcomeStatus;
  /** One entry per agent of the team, by name. */
  readonly results: Results;
  readonly verdicts: readonly Verdict[];
  readonly conflicts: readonly Conflict[];
  readonly missing: readonly Missing[];
  readonly bill: Bill;
  /** Only of a run that was resumed or forked: calls whose answers stood in a log, and calls that were made. */
  readonly reuse?: Reuse;
}
