import { Cancellation } from "../../src/async/cancellation.ts";
import { systemClock } from "../../src/async/clock.ts";
import { rateLimit } from "../../src/limits/rate-limit.ts";
import { scopeQueues } from "../../src/limits/scope/scope-queue.ts";
import { scopedIn } from "../../src/limits/scope/shared-slots.ts";
import { storeLimiter, type Values } from "../../src/ports/index.ts";
import { DEFAULT_BACKOFF } from "../../src/retry/backoff.ts";

const AT_ONCE = 32;

/** Has so many attempts of this process pass one limiter with a scope, each of which leaves at once. */
export async function admissions(values: Values, many: number): Promise<void> {
  const limiter = storeLimiter({
    values,
    clock: systemClock,
    queues: scopeQueues(),
    failed: (cause) => cause as never,
  });
  const { limit } = rateLimit("shared", {
    scope: "shared",
    concurrency: 2 * AT_ONCE,
    callsPerMinute: Infinity,
    tokensPerMinute: Infinity,
    adaptive: true,
    breaker: undefined,
  });
  const request = {
    agent: "a",
    runId: "run",
    limits: [limit],
    scoped: scopedIn([limit]),
    tokens: 0,
    usdMicros: undefined,
    backoff: DEFAULT_BACKOFF,
    lifeMs: 60_000,
  };
  let left = many;
  const loop = async (): Promise<void> => {
    while (left-- > 0) {
      const permit = await limiter.acquire(request, new Cancellation());
      await permit.release(0);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
}
