import { isSamePosition } from "../learning/history/ballot.ts";
import { known } from "../model/call.ts";
import type { Json } from "../model/json.ts";
import type { EvaluatedTeam, EvaluatedTruth } from "./evaluation.ts";

/** What a team decided about a truth, then and now. */
export interface ChangedTruth {
  /** The case. */
  readonly id: string;
  readonly subject: string;
  readonly truth: Json;
  readonly before: Pick<EvaluatedTruth, "status" | "winner" | "confidence">;
  readonly now: Pick<EvaluatedTruth, "status" | "winner" | "confidence">;
}

/** A figure in the baseline and now, over the truths or the cases that both have. */
export interface BeforeAndNow {
  readonly before: number;
  readonly now: number;
}

/** A team compared with a baseline. Only unchanged truths that both have are compared. */
export interface EvalComparison {
  readonly truths: number;
  /** Right in the baseline, and not now. */
  readonly regressions: readonly ChangedTruth[];
  /** Not right in the baseline, and right now. */
  readonly improvements: readonly ChangedTruth[];
  /** How likely such an uneven split of changes is by chance: the exact test of McNemar (1947), two-sided. */
  readonly p: number;
  readonly accuracy: BeforeAndNow;
  /** Over the cases that both have. */
  readonly calls: BeforeAndNow;
  /** In micro-dollars, as far as it is known, over the cases that both have. */
  readonly usdMicros: BeforeAndNow;
  /** Cases that only one of them has, and truths that have changed. */
  readonly onlyNow: number;
  readonly onlyBefore: number;
  readonly otherTruths: number;
}

/** Compares a team with its earlier evaluation. */
export function compareWith(
  now: Pick<EvaluatedTeam, "cases">,
  before: Pick<EvaluatedTeam, "cases">,
): EvalComparison {
  const old = new Map(before.cases.map((one) => [one.id, one]));
  const shared = now.cases.flatMap((one) => {
    const then = old.get(one.id);
    return then === undefined ? [] : [{ one, was: then }];
  });
  const pairs = shared.flatMap(({ one, was: whole }) => {
    const truths = new Map(whole.truths.map((truth) => [truth.subject, truth]));
    return one.truths.flatMap((truth) => {
      const was = truths.get(truth.subject);
      return was === undefined ? [] : [{ id: one.id, truth, was }];
    });
  });
  const same = pairs.filter(({ truth, was }) => isSamePosition(truth.truth, was.truth));
  const lost = same.filter(({ truth, was }) => was.right && !truth.right);
  const won = same.filter(({ truth, was }) => !was.right && truth.right);
  const sum = <T>(list: readonly T[], of: (item: T) => number): number =>
    list.reduce((total, item) => total + of(item), 0);
  const rate = (right: number): number => (same.length === 0 ? 0 : right / same.length);
  return {
    truths: same.length,
    regressions: lost.map(changed),
    improvements: won.map(changed),
    p: signTest(lost.length, won.length),
    accuracy: {
      before: rate(same.filter(({ was }) => was.right).length),
      now: rate(same.filter(({ truth }) => truth.right).length),
    },
    calls: {
      before: sum(shared, ({ was }) => was.calls),
      now: sum(shared, ({ one }) => one.calls),
    },
    usdMicros: {
      before: sum(shared, ({ was }) => known(was.spent, "usdMicros")),
      now: sum(shared, ({ one }) => known(one.spent, "usdMicros")),
    },
    onlyNow: now.cases.length - shared.length,
    onlyBefore: before.cases.length - shared.length,
    otherTruths: pairs.length - same.length,
  };
}

function changed({
  id,
  truth,
  was,
}: {
  readonly id: string;
  readonly truth: EvaluatedTruth;
  readonly was: EvaluatedTruth;
}): ChangedTruth {
  const decided = ({ status, winner, confidence }: EvaluatedTruth): ChangedTruth["now"] => ({
    status,
    winner,
    confidence,
  });
  return {
    id,
    subject: truth.subject,
    truth: truth.truth,
    before: decided(was),
    now: decided(truth),
  };
}

/** The chance of a split at least this uneven, if each change is equally likely to be for the better and for the worse. */
function signTest(worse: number, better: number): number {
  const all = worse + better;
  const fewer = Math.min(worse, better);
  // With logarithms, because the chance of one outcome of thousands is too small for a number.
  let logChance = -all * Math.LN2;
  let tail = Math.exp(logChance);
  for (let i = 1; i <= fewer; i++) {
    logChance += Math.log(all - i + 1) - Math.log(i);
    tail += Math.exp(logChance);
  }
  return Math.min(1, 2 * tail);
}
