// How often decisions are right, and how well their confidence is calibrated. The benchmark (`bench/decisions`) and `quorate eval` use only this file.

/** One decision against the truth. */
export interface Scored {
  /** 1 if right, 0 if wrong; an even share if several lead and nothing was decided. */
  readonly right: number;
  /** The confidence in the winner; that of an even draw if nothing was decided. */
  readonly confidence: number;
  /** Whether anything was decided. */
  readonly decided: boolean;
}

/** How often decisions are right, and how well their confidence is calibrated. */
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

/** The quality of many decisions. Throws if there are none. */
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
    // An even draw among k: right with its share, else wrong.
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

/** The same numbers for the same seed, on every machine: mulberry32, 0 (included) to 1 (not). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
