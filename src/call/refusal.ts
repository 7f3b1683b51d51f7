import { isSoundError, type ErrorCode, type QuorateError } from "../model/errors.ts";

const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "BUDGET_EXCEEDED",
  "NO_BOUND",
  "BREAKER_OPEN",
  "DEADLOCK",
  "BAD_OPTIONS",
]);

/** Whether a limiter or a budget did not let an attempt pass. */
export function isRefusal(error: unknown): error is QuorateError {
  return isSoundError(error) && REFUSALS.has(error.code);
}
