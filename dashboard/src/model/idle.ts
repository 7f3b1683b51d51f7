import type { Lane } from "./lanes.ts";

/** A stretch without a running call: the run waited for a person, or no process drove it. */
export interface Idle {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Shorter ones, relative to the rest and absolutely, are not shortened. */
const LEAST_SHARE = 0.2;
const LEAST_MS = 1_000;

/** The stretches that would leave little room for everything else on a linear scale. */
export function idleIn(lanes: readonly Lane[], endMs: number): readonly Idle[] {
  const busy = lanes
    .filter(({ call }) => call !== undefined)
    .flatMap(({ bars }) => bars.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? endMs })))
    .toSorted((a, b) => a.fromMs - b.fromMs);
  const gaps: Idle[] = [];
  let until = 0;
  for (const { fromMs, toMs } of busy) {
    if (fromMs > until) gaps.push({ fromMs: until, toMs: fromMs });
    until = Math.max(until, toMs);
  }
  if (endMs > until) gaps.push({ fromMs: until, toMs: endMs });
  const idle = gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
  const least = Math.max(LEAST_MS, (endMs - idle) * LEAST_SHARE);
  return busy.length === 0 ? [] : gaps.filter(({ fromMs, toMs }) => toMs - fromMs > least);
}
