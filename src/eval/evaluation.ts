import type { Json } from "../model/json.ts";
import type { Missing, OutcomeStatus, TotalSpent } from "../model/outcome.ts";
import type { VerdictStatus } from "../model/verdict.ts";
import type { EvalComparison } from "./eval-comparison.ts";
import type { EvalScore } from "./eval-score.ts";

/** What a team decided about one subject of a case, and what is true. */
export interface EvaluatedTruth {
  readonly subject: string;
  readonly truth: Json;
  /** `none`: there is no verdict about it; then what is true is right where that is `"absent"`. */
  readonly status: VerdictStatus | "none";
  readonly winner: Json;
  /** 0–1; `null` where nothing was decided. */
  readonly confidence: number | null;
  readonly right: boolean;
}

/** One case with one team. */
export interface EvaluatedCase {
  readonly id: string;
  /** `error`: the run has no outcome, for instance since the team refuses the task. */
  readonly status: OutcomeStatus | "error";
  /** What the run was refused with, in one sentence; else `null`. */
  readonly error: string | null;
  readonly truths: readonly EvaluatedTruth[];
  /** Calls of agents and judges, recorded ones included. */
  readonly calls: number;
  /** Attempts that really were made for this evaluation. */
  readonly asked: number;
  /** What the run costs, recorded answers at what they cost then. */
  readonly spent: TotalSpent;
  readonly missing: readonly Missing[];
  /** Calls of which no answer is recorded, by their ids, where nobody was to be asked. */
  readonly unrecorded: readonly string[];
}

/** One team on all cases. */
export interface EvaluatedTeam {
  /** What it is called here: another for each, and what a baseline knows it by. */
  readonly name: string;
  /** Of the team; `null` where it has none. */
  readonly version: string | null;
  readonly score: EvalScore;
  readonly calls: number;
  readonly asked: number;
  readonly spent: TotalSpent;
  /** Cases in which somebody did not answer, or whose run has no outcome. */
  readonly incomplete: number;
  readonly unrecorded: number;
  readonly cases: readonly EvaluatedCase[];
  /** Against the team of that name in the baseline; `null` where there is none. */
  readonly comparison: EvalComparison | null;
}

/** What came of evaluating teams on cases: plain JSON, which serves as a later evaluation's baseline. */
export interface Evaluation {
  /** Tells this document from others, and its versions from each other. */
  readonly schema: "quorate-eval/1";
  /** In ms since 1970. */
  readonly atMs: number;
  readonly cases: number;
  readonly teams: readonly EvaluatedTeam[];
  /**
   * Whether the first team does as it should: `false` where more truths were lost to the baseline than are tolerated, or it is right less
   * often than `minAccuracy`; `null` where neither was asked for.
   */
  readonly passed: boolean | null;
  /** Why it does not pass, a sentence each. */
  readonly against: readonly string[];
}
