import { QuorateError } from "../errors.ts";
import { checkMs } from "./limits.ts";

/** How the waits between attempts grow. */
export interface Backoff {
  /** The bound of the first wait, in ms (500); doubled with every attempt. */
  readonly baseMs?: number;
  /** The bound of any wait, in ms (30,000). */
  readonly maxMs?: number;
  /** The longest `Retry-After` that is obeyed, in ms (60,000); when told to wait longer, the call fails instead. */
  readonly maxRetryAfterMs?: number;
}

/** The whole backoff: defaults are filled in from `defaults`. Throws `BAD_OPTIONS`. */
export function checkBackoff(backoff: Backoff, where: string): Backoff {
  if (typeof backoff !== "object" || backoff === null) {
    throw new QuorateError("BAD_OPTIONS", `${where}: backoff is not an object; use { baseMs, maxMs }`);
  }
  for (const key of ["baseMs", "maxMs", "maxRetryAfterMs"] as const) {
    const value = backoff[key];
    if (value !== undefined) checkMs(value, `${where}: backoff.${key}`, 0);
  }
  return Object.freeze({ ...backoff });
}
