import { isSoundError, type ErrorCode } from "./errors.ts";

/** What the caller has to do otherwise; nothing was done, and doing the same again is refused again. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BAD_OPTIONS",
  "BAD_ROUTE",
  "INPUT_INVALID",
  "RUN_NOT_FOUND",
  "RUN_OWNED",
  "RUN_ID_TAKEN",
  "NOT_RESUMABLE",
  "ALREADY_DECIDED",
  "NO_SUCH_POSITION",
]);

/** Whether an error refuses what a caller asked for: no failure of a run, or of what it runs on. */
export function isRefusal(error: unknown): boolean {
  return isSoundError(error) && REFUSALS.has(error.code);
}
