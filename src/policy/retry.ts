import { backoffMs, type Backoff } from "./backoff.ts";
import { classify } from "./classify-error.ts";

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
