import type { Counts } from "./read-usage.ts";

/** One of `count` shares in what was reported about as many calls together. */
export interface Share {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** The share of an amount, in whole parts that differ by at most one and add up to it, the larger ones first. */
export function shareOf(amount: number, { index, count }: Share): number {
  return Math.floor(amount / count) + (index < amount % count ? 1 : 0);
}

/**
 * The share of tokens, which are dealt out one by one: the input that was read from the cache first, then what was written to it, then the rest. So
 * no share has more tokens of a part than of the whole, unless they were reported so.
 */
export function shareOfTokens(tokens: Counts, share: Share): Counts {
  const { cachedInputTokens = 0 } = tokens;
  const { index, count } = share;
  const afterCached = (index - (cachedInputTokens % count) + count) % count;
  const dealt: Counts = {};
  for (const [name, amount] of Object.entries(tokens) as [keyof Counts, number][]) {
    dealt[name] = shareOf(
      amount,
      name === "cacheWriteTokens" ? { index: afterCached, count } : share,
    );
  }
  return dealt;
}
