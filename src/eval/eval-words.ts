import type { EvalEstimate } from "./eval-score.ts";

const DECIMALS = 3;

/** `0.870`; `–` if there is none. */
export function figure(estimate: EvalEstimate | null): string {
  return estimate === null ? "–" : estimate.value.toFixed(DECIMALS);
}

/** `[0.81, 0.92]`; empty if there is none. */
export function interval(estimate: EvalEstimate | null): string {
  return estimate === null ? "" : `[${estimate.low.toFixed(2)}, ${estimate.high.toFixed(2)}]`;
}

/** `4.0`. */
export function perCase(value: number, cases: number): string {
  return (value / Math.max(1, cases)).toFixed(1);
}
