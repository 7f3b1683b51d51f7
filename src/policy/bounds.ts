import { MAX_TIMER_MS } from "../async/clock.ts";
import { QuorateError } from "../errors.ts";
import { shown } from "./check-kind.ts";

/** Refuses with `BAD_OPTIONS` what is not a whole number within bounds. */
export function checkInteger(value: unknown, what: string, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${shown(value)}; use a whole number from ${least} to ${most}`,
  );
}

/** Refuses with `BAD_OPTIONS` what is not a time in ms that a timer can keep. */
export function checkMs(value: unknown, what: string, least: number): number {
  if (typeof value === "number" && value >= least && value <= MAX_TIMER_MS) return value;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${shown(value)}; use milliseconds from ${least} to ${MAX_TIMER_MS}`,
  );
}
