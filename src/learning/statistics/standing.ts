import { at } from "./vote-table.ts";

/** Leads are sums of logarithms: a difference below this is none. */
export const SLACK = 1e-9;

/** How a position stands. */
export interface Standing {
  /** The position with the largest wins: chances too, with every weight discounted alike. */
  readonly lead: number;
  /** How likely it is true, 0–1; over those that are held it adds up to less than 1 where another may be true. */
  readonly chance: number;
}

/** Logarithms of chances as chances, without overflow. Returns the logarithm of what they add up to. */
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
