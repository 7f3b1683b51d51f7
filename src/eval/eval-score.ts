import { wilson } from "../learning/statistics/interval.ts";
import { qualityOf, seeded, type Scored } from "./quality.ts";
import type { EvaluatedCase } from "./evaluation.ts";

/** A figure and its interval of 95 %. */
export interface EvalEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How a team did on the truths. */
export interface EvalScore {
  readonly truths: number;
  /** Truths that equal the team's winner. */
  readonly right: number;
  /** Truths about which the team decided something else. */
  readonly wrong: number;
  /** Truths about which the team decided nothing: tied, waiting, a failed run. */
  readonly undecided: number;
  /** Right truths, as a share of all; Wilson's interval. */
  readonly accuracy: EvalEstimate;
  /** The mean of (confidence − right)² over what was decided; its interval by a bootstrap over cases. `null` if nothing was decided. */
  readonly brier: EvalEstimate | null;
  /** The expected calibration error over what was decided, in ten equal bins of the confidence; interval as for `brier`. */
  readonly ece: EvalEstimate | null;
}

const SEED = 1;
const RESAMPLES = 1_000;
const LEAST_RESAMPLES = 100;
/** About how many verdicts are drawn for all resamples together: fewer resamples if there are many. */
const MOST_DRAWN = 20_000_000;
const TAIL = 0.025;

/** Scores cases. The same cases give the same figures to the last bit. */
export function scoreOf(cases: readonly EvaluatedCase[]): EvalScore {
  const all = cases.flatMap(({ truths }) => truths);
  const right = all.filter((one) => one.right).length;
  const undecided = all.filter((one) => !one.right && one.winner === null).length;
  const rate = all.length === 0 ? 0 : right / all.length;
  const [low, high] = wilson(rate, all.length);
  const byCase = cases.map(decidedIn).filter((scored) => scored.length > 0);
  const [brier, ece] = resampled(byCase);
  return {
    truths: all.length,
    right,
    wrong: all.length - right - undecided,
    undecided,
    accuracy: { value: rate, low, high },
    brier,
    ece,
  };
}

function decidedIn({ truths }: EvaluatedCase): readonly Scored[] {
  return truths.flatMap(({ right, winner, confidence }) =>
    winner === null || confidence === null
      ? []
      : [{ right: right ? 1 : 0, confidence, decided: true }],
  );
}

/** Brier score and calibration error, with percentiles of a bootstrap over cases, because decisions within one case are correlated. */
function resampled(
  byCase: readonly (readonly Scored[])[],
): readonly [brier: EvalEstimate | null, ece: EvalEstimate | null] {
  if (byCase.length === 0) return [null, null];
  const all = byCase.flat();
  const seen = qualityOf(all);
  const random = seeded(SEED);
  const rounds = Math.round(
    Math.max(LEAST_RESAMPLES, Math.min(RESAMPLES, MOST_DRAWN / all.length)),
  );
  const draws = Array.from({ length: rounds }, () => {
    const drawn = byCase.flatMap(() => byCase[Math.floor(random() * byCase.length)] ?? []);
    return qualityOf(drawn);
  });
  const estimate = (of: "brier" | "ece"): EvalEstimate => {
    const values = draws.map((one) => one[of]).toSorted((a, b) => a - b);
    const at = (share: number): number => values[Math.floor(share * (rounds - 1))] ?? 0;
    return { value: seen[of], low: at(TAIL), high: at(1 - TAIL) };
  };
  return [estimate("brier"), estimate("ece")];
}
