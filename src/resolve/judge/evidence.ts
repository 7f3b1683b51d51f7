/** How often two judges that are both wrong are wrong together, beyond chance. */
export const CORRELATION = 0.3;
/** With several wrong positions: the least chance that two wrong judges choose the same one. */
export const COLLISION = 0.35;

/** One judge's choice, and how often such choices are right. */
export interface Voice {
  /** The index of the position that it chose. */
  readonly choice: number;
  /** 0–1, both excluded. */
  readonly accuracy: number;
}

/**
 * How likely each of `count` positions is right, if all are equally likely beforehand.
 *
 * A choice adds ln(a / ((1 − a) · c)) to its position: a is the judge's accuracy, c the share of its errors that would fall
 * on this position, max(1 / (count − 1), {@link COLLISION}). {@link jointWeights} combines several choices.
 */
export function beliefs(voices: readonly Voice[], count: number): readonly number[] {
  const collision = count > 2 ? Math.max(1 / (count - 1), COLLISION) : 1;
  const weights = jointWeights(
    voices.map(({ accuracy }) => Math.log(accuracy / ((1 - accuracy) * collision))),
  );
  const scores = Array.from({ length: count }, () => 0);
  voices.forEach(({ choice }, i) => {
    scores[choice] = (scores[choice] ?? 0) + (weights[i] ?? 0);
  });
  const most = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(score - most));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/**
 * What each of several log-odds counts if their sources err together with correlation ρ: the linear discriminant Σ⁻¹e for
 * Σ = (1 − ρ)I + ρ11ᵀ (Fisher 1936), by the Sherman–Morrison formula
 *
 *     wᵢ = (eᵢ − ρ · Σe / (1 + (n − 1)ρ)) / (1 − ρ)
 *
 * Equal ones count e / (1 + (n − 1)ρ) each. A weak source beside strong ones counts little, because they have said most of
 * it; one that would count less than nothing is left out, and the others are weighed without it.
 */
export function jointWeights(
  evidence: readonly number[],
  correlation: number = CORRELATION,
): readonly number[] {
  const weights = evidence.map(() => 0);
  // The weakest is left out first: the others' sum without it decides about the next.
  const kept = evidence
    .map((value, i) => ({ value, i }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  let sum = kept.reduce((total, { value }) => total + value, 0);
  for (let n = kept.length; n > 0; n--) {
    const common = (correlation * sum) / (1 + (n - 1) * correlation);
    const weakest = kept[n - 1];
    if (weakest === undefined) break;
    if (weakest.value > common) {
      for (const { value, i } of kept.slice(0, n)) {
        weights[i] = (value - common) / (1 - correlation);
      }
      break;
    }
    sum -= weakest.value;
  }
  return weights;
}
