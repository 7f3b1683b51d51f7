import { backoffMs, type Backoff } from "./backoff.ts";
import { classify } from "./classify-error.ts";
import type { Limits } from "../describe/limits.ts";

/**
 * How long to wait before attempt number `attempt` is repeated, in ms, or `undefined` when its failure is not worth a
 * repetition: it would fail the same way, or the agent is told to stay away for longer than `maxRetryAfterMs`.
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

/** How many attempts a call takes at most; what is told to come later and has cost nothing is none. */
export function mostAttempts({ retries }: Pick<Limits, "retries">): number {
  return 1 + retries;
}

/** How long a call waits between its attempts at most, in ms: the sum of the longest that {@link retryWaitMs} may say. */
export function mostWaitMs({ retries, backoff }: Pick<Limits, "retries" | "backoff">): number {
  let sum = 0;
  for (let attempt = 1; attempt <= retries; attempt++) {
    sum += Math.max(backoffMs(backoff, attempt, 1), backoff.maxRetryAfterMs);
  }
  return sum;
}
