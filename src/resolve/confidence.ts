/** The name of the estimator behind {@link laplace} in verdicts. */
export const LAPLACE = "laplace";

/**
 * Laplace's rule of succession for `outcomes` equally likely outcomes: after `favourable` of `total` trials, the
 * next is favourable with (favourable + 1) / (total + outcomes). With two outcomes, 2 of 2 give 0.75, not certainty.
 */
export function laplace(favourable: number, total: number, outcomes: number): number {
  return (favourable + 1) / (total + Math.max(2, outcomes));
}
