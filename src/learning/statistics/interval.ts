/** The 97.5th percentile of the normal distribution: a two-sided interval of 95 %. */
const Z = 1.959963984540054;

/** Wilson's score interval (1927) of a rate that was seen in so many trials. [0, 1] without trials. */
export function wilson(rate: number, trials: number): readonly [low: number, high: number] {
  if (trials <= 0) return [0, 1];
  const spread = Z ** 2 / trials;
  const middle = rate + spread / 2;
  const half = Math.sqrt(Math.max(0, rate * (1 - rate) * spread + spread ** 2 / 4));
  return [Math.max(0, (middle - half) / (1 + spread)), Math.min(1, (middle + half) / (1 + spread))];
}
