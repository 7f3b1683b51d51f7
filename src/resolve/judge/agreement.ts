/** How often two who judged the same questions said the same, and what that is worth beyond chance. */
export interface Agreement {
  /** Questions on which both chose. */
  readonly of: number;
  readonly same: number;
  /** Cohen's kappa (1960): 1 always the same, 0 as often as by chance. `null` where chance alone would do it, or `of` is 0. */
  readonly kappa: number | null;
}

/**
 * The agreement of pairs of choices, each the number of what was chosen. With κ = (pₒ − pₑ) / (1 − pₑ): pₒ is the share of
 * equal pairs, pₑ = Σ p(v) q(v) what the two would have in common by saying what they say as often as they do.
 */
export function agreement(pairs: readonly (readonly [number, number])[]): Agreement {
  const mine = new Map<number, number>();
  const theirs = new Map<number, number>();
  let same = 0;
  for (const [a, b] of pairs) {
    mine.set(a, (mine.get(a) ?? 0) + 1);
    theirs.set(b, (theirs.get(b) ?? 0) + 1);
    if (a === b) same++;
  }
  const of = pairs.length;
  // In whole numbers: with everybody always saying the same, chance is exactly 1.
  const met = [...mine].reduce((sum, [value, count]) => sum + count * (theirs.get(value) ?? 0), 0);
  const room = of * of - met;
  return { of, same, kappa: room === 0 ? null : (same * of - met) / room };
}
