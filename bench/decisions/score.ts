import type { Verdict } from "../../src/index.ts";

/** One decision against the truth. */
export interface Scored {
  /** 1 when right, 0 when wrong; an even share where several lead and nothing was decided. */
  readonly right: number;
  /** The confidence in the winner; that of an even draw where nothing was decided. */
  readonly confidence: number;
  /** Whether anything was decided. */
  readonly decided: boolean;
}

/** How often decisions are right, and what their confidence is worth. */
export interface Quality {
  /** Ties are shared evenly. */
  readonly accuracy: number;
  /** Expected calibration error: ten equal bins of the confidence. */
  readonly ece: number;
  /** The mean of (confidence − right)². */
  readonly brier: number;
  /** The share of items with a winner. */
  readonly decided: number;
}

const BINS = 10;

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

/** The quality of many decisions. Throws when there are none. */
export function qualityOf(scored: readonly Scored[]): Quality {
  if (scored.length === 0) throw new Error("there is nothing to score");
  const bins = Array.from({ length: BINS }, () => ({ right: 0, confidence: 0 }));
  let right = 0;
  let brier = 0;
  let decided = 0;
  for (const one of scored) {
    const bin = bins[Math.min(BINS - 1, Math.floor(one.confidence * BINS))];
    if (bin !== undefined) {
      bin.right += one.right;
      bin.confidence += one.confidence;
    }
    right += one.right;
    // Of an even draw among k: right with its share, else wrong.
    brier += one.right * (1 - one.confidence) ** 2 + (1 - one.right) * one.confidence ** 2;
    if (one.decided) decided++;
  }
  const all = scored.length;
  return {
    accuracy: right / all,
    ece: bins.reduce((sum, bin) => sum + Math.abs(bin.right - bin.confidence), 0) / all,
    brier: brier / all,
    decided: decided / all,
  };
}

/** The mean of each figure. Throws when there are none. */
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
