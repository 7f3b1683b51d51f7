import { at } from "./vote-table.ts";

/** Leads are sums of logarithms: a difference below this counts as none. */
export const SLACK = 1e-9;

/** The standing of a position. */
export interface Standing {
  /** The position with the largest lead wins: also a probability, with every weight discounted alike. */
  readonly lead: number;
  /** How likely it is true, 0–1; over the held positions it adds up to less than 1 if another may be true. */
  readonly chance: number;
}

/** Turns logarithms of probabilities into probabilities, without overflow. Returns the logarithm of their sum. */
export function toChances(scores: Float64Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) highest = Math.max(highest, score);
  let total = 0;
  for (let i = 0; i < scores.length; i++) {
    const chance = Math.exp(at(scores, i) - highest);
    scores[i] = chance;
    total += chance;
  }
  for (let i = 0; i < scores.length; i++) scores[i] = at(scores, i) / total;
  return highest + Math.log(total);
}
