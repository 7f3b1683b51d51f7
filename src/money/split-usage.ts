import type { Usage } from "../model/call.ts";

/**
 * A report about `count` calls together, divided into a report about each: in whole parts that differ by at most one and add up to it,
 * the larger ones first.
 */
export function splitUsage(usage: Usage, count: number): readonly Usage[] {
  const { model, ...amounts } = usage;
  return Array.from({ length: count }, (_, index) => ({
    ...Object.fromEntries(
      Object.entries(amounts).map(([name, amount]) => [name, partOf(amount, count, index)]),
    ),
    ...(model !== undefined && { model }),
  }));
}

function partOf(amount: number, count: number, index: number): number {
  return Math.floor(amount / count) + (index < amount % count ? 1 : 0);
}
