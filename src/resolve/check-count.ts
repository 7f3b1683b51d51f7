import { QuorateError } from "../errors.ts";

/** Refuses with `BAD_OPTIONS` what is not a whole number of at least `least`. */
export function checkCount(value: unknown, what: string, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${String(value)}; use a whole number of ${least} or more`,
  );
}
