import type { Usage } from "../model/call.ts";

/**
 * A report about `count` calls together, as a report about each: in whole parts that differ by at most one and add up to it,
 * the larger ones first. What is no whole number from 0 is left out.
 */
export function equalParts(usage: Usage, count: number): readonly Usage[] {
  const { usdMicros, inputTokens, outputTokens, model } = usage;
  return Array.from({ length: count }, (_, index) => ({
    ...partOf("usdMicros", usdMicros, count, index),
    ...partOf("inputTokens", inputTokens, count, index),
    ...partOf("outputTokens", outputTokens, count, index),
    ...(model !== undefined && { model }),
  }));
}

function partOf(
  name: keyof Usage,
  amount: number | undefined,
  count: number,
  index: number,
): Usage | undefined {
  if (amount === undefined || !Number.isSafeInteger(amount) || amount < 0) return undefined;
  return { [name]: Math.floor(amount / count) + (index < amount % count ? 1 : 0) };
}
