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
   * Whether agents are asked whose answers are not recorded (`false`). Whatever asks a model is one: judges and routers too. Without it nobody is asked, and
   * an agent without a recorded answer is missing.
   */
  readonly live?: boolean;
  /**
   * A file of answers: what is in it is not asked again, and with `live` each answer is added to it before it is seen. One evaluation at a time writes to
   * it. Where left out, answers are kept for this evaluation alone.
   */
  readonly answers?: string;
  /** An earlier evaluation, to compare with: its teams are known by their names. */
  readonly baseline?: Evaluation;
  /** How many truths the first team may lose to the baseline and still pass (0). */
  readonly tolerate?: number;
  /** How often the first team has to be right to pass, 0–1. */
  readonly minAccuracy?: number;
  /** What the evaluation of each team may cost, in US dollars; recorded answers count at what they cost then. */
  readonly budgetUsd?: number;
  /** What models cost, as of a run. */
  readonly prices?: Prices;
  /** How long the run of a case may take, in ms, as of a run. */
  readonly deadlineMs?: number;
  /** How many cases are worked on at once (4). How many attempts are in flight the team says. */
  readonly atOnce?: number;
  /**
   * Where the teams' earlier runs are, for those that go by what these taught (`reliability()` without `from`). Nothing is written there. Where left out,
   * they have learned nothing.
   */
  readonly history?: { readonly store: Store };
  /** Hears of each case when it is done. */
  readonly onCase?: (done: EvaluatedCase, team: string) => void;
  /** Stops the evaluation: it rejects with the signal's reason. Answers that are kept serve the next one. */
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
