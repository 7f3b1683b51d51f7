import { backoffMs, type Backoff } from "./backoff.ts";
import { classify } from "./classify-error.ts";
import type { Limits } from "../describe/limits.ts";

/**
 * How long to wait before attempt number `attempt` is retried, in ms, or `undefined` if its failure must not be
 * retried: it would fail the same way, or the service asks to wait for longer than `maxRetryAfterMs`.
 */
export function retryWaitMs(
  error: unknown,
  attempt: number,
  backoff: Required<Backoff>,
  nowMs: number,
  jitter?: number,
): number | undefined {
  const { retry, retryAfterMs } = classify(error, nowMs);
  if (!retry) return undefined;
  if (retryAfterMs === undefined) return backoffMs(backoff, attempt, jitter);
  return retryAfterMs > backoff.maxRetryAfterMs ? undefined : retryAfterMs;
}

/** How many attempts a call makes at most; a rate-limited attempt that has cost nothing does not count. */
export function mostAttempts({ retries }: Pick<Limits, "retries">): number {
  return 1 + retries;
}

/** How long a call waits between its attempts at most, in ms: the sum of the longest results of {@link retryWaitMs}. */
export function mostWaitMs({ retries, backoff }: Pick<Limits, "retries" | "backoff">): number {
  let sum = 0;
  for (let attempt = 1; attempt <= retries; attempt++) {
    sum += Math.max(backoffMs(backoff, attempt, 1), backoff.maxRetryAfterMs);
  }
  return sum;
}
