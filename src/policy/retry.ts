import { QuorateError } from "../errors.ts";
import { backoffMs, type Backoff } from "./backoff.ts";
import {
  causes,
  isNetworkFailure,
  retryAfterMs,
  saidRetryable,
  statusOf,
  type Fields,
} from "./foreign-error.ts";

const OWN_CODES: ReadonlySet<unknown> = new Set(["TIMEOUT", "OUTPUT_INVALID"]);

/**
 * How long to wait before attempt number `attempt` is repeated, in ms, or `undefined` when its failure is not worth a
 * repetition: it would fail the same way, or the agent is told to stay away for longer than `maxRetryAfterMs`.
 *
 * Worth it are timeouts, output that failed its schema, network failures, the HTTP statuses 408, 425, 429 and 5xx, and
 * whatever says `retryable: true` (or `isRetryable`). `retryable: false` is a veto.
 */
export function retryWaitMs(
  error: unknown,
  attempt: number,
  backoff: Required<Backoff>,
  nowMs: number,
  jitter?: number,
): number | undefined {
  try {
    const chain = causes(error);
    if (!isWorthIt(chain)) return undefined;
    for (const link of chain) {
      const askedMs = retryAfterMs(link, nowMs);
      if (askedMs !== undefined) return askedMs > backoff.maxRetryAfterMs ? undefined : askedMs;
    }
  } catch {
    // Even `instanceof` throws on a hostile object, such as a revoked proxy: nothing it says can be relied on.
    return undefined;
  }
  return backoffMs(backoff, attempt, jitter);
}

function isWorthIt(chain: readonly Fields[]): boolean {
  for (const link of chain) {
    const said = saidRetryable(link);
    if (said !== undefined) return said;
    if (link instanceof QuorateError && OWN_CODES.has(link.code)) return true;
    if (isNetworkFailure(link)) return true;
    const status = statusOf(link);
    if (status !== undefined) {
      return status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600);
    }
  }
  return false;
}
