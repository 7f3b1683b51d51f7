import { qualityOf, type Quality, type Scored } from "../../src/eval/quality.ts";
import type { Verdict } from "../../src/index.ts";

export { qualityOf };
export type { Quality, Scored };

/**
 * A verdict against the truth. One without a winner is an even draw among the positions that most agents hold, with
 * the confidence of such a draw; one without any position is wrong, with confidence 0.
 */
export function scoreVerdict(verdict: Verdict | undefined, truth: string): Scored {
  if (verdict === undefined || verdict.positions.length === 0) {
    return { right: 0, confidence: 0, decided: false };
  }
  const { winner, positions, confidence } = verdict;
  if (winner !== null) return { right: winner === truth ? 1 : 0, confidence, decided: true };
  const most = positions[0]?.heldBy.length ?? 0;
  const leading = positions.filter(({ heldBy }) => heldBy.length === most);
  const share = 1 / leading.length;
  return {
    right: leading.some(({ value }) => value === truth) ? share : 0,
    confidence: share,
    decided: false,
  };
}

const CHANCES = 200;

/**
 * The ECE that these confidences have by chance if each is right exactly as often as it says: the mean over 200 seeded draws of which are
 * right. No method can be expected to have less on this many items.
 */
export function chanceEce(scored: readonly Scored[], random: () => number): number {
  let sum = 0;
  for (let i = 0; i < CHANCES; i++) {
    const drawn = scored.map((one) => ({ ...one, right: random() < one.confidence ? 1 : 0 }));
    sum += qualityOf(drawn).ece;
  }
  return sum / CHANCES;
}

/** The mean of each figure. Throws if there are none. */
export function meanQuality(all: readonly Quality[]): Quality {
  const mean = (of: (one: Quality) => number): number => {
    if (all.length === 0) throw new Error("there is nothing to average");
    return all.reduce((sum, one) => sum + of(one), 0) / all.length;
  };
  return {
    accuracy: mean(({ accuracy }) => accuracy),
    ece: mean(({ ece }) => ece),
    brier: mean(({ brier }) => brier),
    decided: mean(({ decided }) => decided),
  };
}

/** The quality as a row of figures. */
export function figuresOf({ accuracy, ece, brier, decided }: Quality): Record<string, number> {
  return { accuracy, ece, brier, decided };
}
