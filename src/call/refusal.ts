import { isSoundError, type ErrorCode, type QuorateError } from "../model/errors.ts";

const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "BUDGET_EXCEEDED",
  "NO_BOUND",
  "BREAKER_OPEN",
  "DEADLOCK",
  "BAD_OPTIONS",
]);

/** Whether the error says that a limiter or a budget refused an attempt. */
export function isRefusal(error: unknown): error is QuorateError {
  return isSoundError(error) && REFUSALS.has(error.code);
}
