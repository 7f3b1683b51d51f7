import type { Json } from "../model/json.ts";
import type { Missing, OutcomeStatus, TotalSpent } from "../model/outcome.ts";
import type { VerdictStatus } from "../model/verdict.ts";
import type { EvalComparison } from "./eval-comparison.ts";
import type { EvalScore } from "./eval-score.ts";

/** What a team decided about one subject of a case, and what is true. */
export interface EvaluatedTruth {
  readonly subject: string;
  readonly truth: Json;
  /** `none`: there is no verdict about it; then the truth counts as right if it is `"absent"`. */
  readonly status: VerdictStatus | "none";
  readonly winner: Json;
  /** 0–1; `null` if nothing was decided. */
  readonly confidence: number | null;
  readonly right: boolean;
}

/** One case with one team. */
export interface EvaluatedCase {
  readonly id: string;
  /** `error`: the run has no outcome, for instance because the team refuses the task. */
  readonly status: OutcomeStatus | "error";
  /** Why the run was refused, in one sentence; else `null`. */
  readonly error: string | null;
  readonly truths: readonly EvaluatedTruth[];
  /** Calls of agents and judges, including recorded ones. */
  readonly calls: number;
  /** Attempts that were really made for this evaluation. */
  readonly asked: number;
  /** What the run costs; recorded answers count at what they cost then. */
  readonly spent: TotalSpent;
  readonly missing: readonly Missing[];
  /** Calls without a recorded answer, by their ids, if no agent was asked. */
  readonly unrecorded: readonly string[];
}

/** One team on all cases. */
export interface EvaluatedTeam {
  /** Its name here, different for each, by which a baseline recognises it. */
  readonly name: string;
  /** The team's version; `null` if it has none. */
  readonly version: string | null;
  readonly score: EvalScore;
  readonly calls: number;
  readonly asked: number;
  readonly spent: TotalSpent;
  /** Cases in which an agent did not answer, or whose run has no outcome. */
  readonly incomplete: number;
  readonly unrecorded: number;
  readonly cases: readonly EvaluatedCase[];
  /** Compared with the team of that name in the baseline; `null` if there is none. */
  readonly comparison: EvalComparison | null;
}

/** The result of evaluating teams on cases: plain JSON, which can be a later evaluation's baseline. */
export interface Evaluation {
  /** Identifies this kind of document and its version. */
  readonly schema: "quorate-eval/1";
  /** In ms since 1970. */
  readonly atMs: number;
  readonly cases: number;
  readonly teams: readonly EvaluatedTeam[];
  /**
   * Whether the first team passes: `false` if more truths were lost compared with the baseline than are tolerated, or if it is right less
   * often than `minAccuracy`; `null` if neither condition was set.
   */
  readonly passed: boolean | null;
  /** Why it does not pass, a sentence each. */
  readonly against: readonly string[];
}
