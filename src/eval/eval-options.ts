import { SIGNAL, BACKEND } from "../check/arguments.ts";
import {
  flag,
  func,
  integer,
  milliseconds,
  number,
  orInfinity,
  text,
  anything,
} from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Prices } from "../money/price.ts";
import type { Store } from "../store/store.ts";
import type { EvaluatedCase, Evaluation } from "./evaluation.ts";

/** How teams are evaluated. */
export interface EvalOptions {
  /**
   * Whether agents are asked if their answers are not recorded (`false`). This includes judges and routers. Without it no agent is asked, and
   * an agent without a recorded answer is missing.
   */
  readonly live?: boolean;
  /**
   * A file of answers: its answers are not asked for again, and with `live` each new answer is added to it before it is used. Only one evaluation at a time may write to
   * it. Default: answers are kept only for this evaluation.
   */
  readonly answers?: string;
  /** An earlier evaluation to compare with: teams are matched by their names. */
  readonly baseline?: Evaluation;
  /** How many truths the first team may lose compared with the baseline and still pass (0). */
  readonly tolerate?: number;
  /** How often the first team must be right to pass, 0–1. */
  readonly minAccuracy?: number;
  /** What the evaluation of each team may cost, in US dollars; recorded answers count at what they cost then. */
  readonly budgetUsd?: number;
  /** The prices of models, as in a run. */
  readonly prices?: Prices;
  /** How long the run of a case may take, in ms, as in a run. */
  readonly deadlineMs?: number;
  /** How many cases run at once (4). The team says how many attempts are in flight. */
  readonly atOnce?: number;
  /**
   * The teams' earlier runs, for teams that use what these taught (`reliability()` without `from`). Nothing is written there. Default:
   * they have learned nothing.
   */
  readonly history?: { readonly store: Store };
  /** Called for each finished case. */
  readonly onCase?: (done: EvaluatedCase, team: string) => void;
  /** Stops the evaluation: it rejects with the signal's reason. Kept answers serve the next evaluation. */
  readonly signal?: AbortSignal;
}

const MOST_AT_ONCE = 1_000;
const MOST_TOLERATED = 1_000_000;

export const EVAL: Options<EvalOptions, "live" | "tolerate" | "atOnce"> = options({
  live: flag().or(false),
  answers: text('name a file, for instance "answers.jsonl"'),
  baseline: anything<Evaluation>(),
  tolerate: integer(0, MOST_TOLERATED).or(0),
  minAccuracy: number(0, 1, "use a share from 0 to 1"),
  budgetUsd: number(0, 1_000_000_000, "use an amount in US dollars"),
  prices: anything<Prices>(),
  deadlineMs: orInfinity(milliseconds(1)),
  atOnce: integer(1, MOST_AT_ONCE).or(4),
  history: BACKEND,
  onCase: func("use (done, team) => …"),
  signal: SIGNAL,
});
