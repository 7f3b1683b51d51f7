import { LIMITERS, type LimiterOptions } from "../../src/limits/limiter-options.ts";
import { namedLimiters } from "../../src/limits/named-limiters.ts";
import type { RateLimiter } from "../../src/limits/rate-limit.ts";

/** A limiter as a team describes it, which nobody else has. */
export function limiterOf(name: string, options: LimiterOptions = {}): RateLimiter {
  const described = LIMITERS.needed().take({ [name]: options }, "limiters");
  const [one] = described.values();
  if (one === undefined) throw new Error("nothing was described");
  return namedLimiters().of(name, one.settings, "a test");
}
