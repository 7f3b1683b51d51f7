import { QuorateError } from "../errors.ts";
import { checkKeys } from "./check-kind.ts";
import { checkMs } from "./bounds.ts";

/** How long to wait between attempts: exponential, with full jitter. */
export interface Backoff {
  /** The bound of the first wait, in ms; doubled with every attempt. */
  readonly baseMs?: number;
  /** The bound of any wait, in ms. */
  readonly maxMs?: number;
  /** The longest `Retry-After` that is obeyed, in ms; when told to wait longer, the call fails at once. */
  readonly maxRetryAfterMs?: number;
}

export const DEFAULT_BACKOFF: Required<Backoff> = Object.freeze({
  baseMs: 500,
  maxMs: 30_000,
  maxRetryAfterMs: 60_000,
});

const OPTIONS: ReadonlySet<string> = new Set(Object.keys(DEFAULT_BACKOFF));

/** Throws `BAD_OPTIONS` where a time is not one. */
export function checkBackoff(backoff: Backoff, where: string): Backoff {
  if (typeof backoff !== "object" || backoff === null) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: backoff is not an object; use { baseMs: 500 }`,
    );
  }
  checkKeys(backoff, OPTIONS, `${where}: backoff`);
  const { baseMs, maxMs, maxRetryAfterMs } = backoff;
  return Object.freeze({
    ...(baseMs !== undefined && { baseMs: checkMs(baseMs, `${where}: backoff.baseMs`, 0) }),
    ...(maxMs !== undefined && { maxMs: checkMs(maxMs, `${where}: backoff.maxMs`, 0) }),
    ...(maxRetryAfterMs !== undefined && {
      maxRetryAfterMs: checkMs(maxRetryAfterMs, `${where}: backoff.maxRetryAfterMs`, 0),
    }),
  });
}

/**
 * The wait after attempt number `attempt` (from 1), in ms: uniform between 0 and min(maxMs, baseMs · 2^(attempt−1)).
 * "Full jitter" of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. `jitter` is the chance in it,
 * from 0 to 1.
 */
export function backoffMs(
  { baseMs, maxMs }: Required<Backoff>,
  attempt: number,
  jitter: number = Math.random(),
): number {
  return jitter * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 52));
}
