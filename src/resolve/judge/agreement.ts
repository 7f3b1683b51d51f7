/** How often two judges of the same questions said the same, and how much that is beyond chance. */
export interface Agreement {
  /** Questions on which both chose. */
  readonly of: number;
  readonly same: number;
  /** Cohen's kappa (1960): 1 always the same, 0 as often as by chance. `null` if chance alone explains it, or `of` is 0. */
  readonly kappa: number | null;
}

/**
 * The agreement of pairs of choices, each given as a number. With κ = (pₒ − pₑ) / (1 − pₑ): pₒ is the share of
 * equal pairs, and pₑ = Σ p(v) q(v) is the share that would be equal by chance, given how often each makes each choice.
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
  // In whole numbers, so that chance is exactly 1 if everybody always says the same.
  const met = [...mine].reduce((sum, [value, count]) => sum + count * (theirs.get(value) ?? 0), 0);
  const room = of * of - met;
  return { of, same, kappa: room === 0 ? null : (same * of - met) / room };
}
