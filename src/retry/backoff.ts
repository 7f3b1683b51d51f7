import { milliseconds } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";

/** How long to wait between attempts: exponential, with full jitter. */
export interface Backoff {
  /** The bound of the first wait, in ms; doubled with every attempt. */
  readonly baseMs?: number;
  /** The bound of any wait, in ms. */
  readonly maxMs?: number;
  /** The longest `Retry-After` that is obeyed, in ms; if the service asks for more, the call fails at once. */
  readonly maxRetryAfterMs?: number;
}

export const DEFAULT_BACKOFF: Required<Backoff> = Object.freeze({
  baseMs: 500,
  maxMs: 30_000,
  maxRetryAfterMs: 60_000,
});

// Without defaults: what is left out here may be set elsewhere.
export const BACKOFF: Options<Backoff> = options(
  { baseMs: milliseconds(0), maxMs: milliseconds(0), maxRetryAfterMs: milliseconds(0) },
  { instead: "use { baseMs: 500 }" },
);

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
