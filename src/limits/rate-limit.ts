import { backoffMs } from "../retry/backoff.ts";
import { classify, type Fault } from "../retry/classify-error.ts";
import { admitWaiting } from "./admission.ts";
import { aimd } from "./aimd.ts";
import { breaker, type Breaker } from "./breaker.ts";
import { makeLimit, type Limit } from "./limit.ts";
import type { RateSettings } from "./limiter-options.ts";
import type { AttemptReport, Permit } from "./permit.ts";
import { slidingWindow } from "./sliding-window.ts";

/**
 * A limit that agents share by its name: how many attempts are in flight, begin, or use tokens. Waiting attempts are admitted by
 * turns of their runs.
 *
 * It learns from the service. When an attempt is rate-limited (HTTP 429 or 529, or 503 with `Retry-After`), half as
 * many may be in flight, `Retry-After` closes it for everybody, and the attempt queues again without using one of
 * its call's `retries`. Answers widen it again. An attempt that would wait longer than its call's `maxRetryAfterMs` fails.
 */
export interface RateLimiter {
  readonly settings: RateSettings;
  /** What attempts pass. */
  readonly limit: Limit;
  /** Its current state. */
  readonly state: LimiterState;
}

/** The state of a limiter. */
export interface LimiterState {
  /** How many may be in flight: fewer than its `concurrency` if it has learned that those are too many. */
  readonly limit: number;
  readonly inFlight: number;
  /** How many wait for it. */
  readonly waiting: number;
  readonly breaker: Breaker["state"] | "off";
}

const ANSWERED = { fault: "answered", retryAfterMs: undefined } as const;

/** Whether an attempt was rate-limited. */
function isThrottled(fault: Fault): fault is "limited" | "busy" {
  return fault === "limited" || fault === "busy";
}

/** Whether it says that there are too many attempts: a service that is only busy does so to all that ask it, whoever they are. */
function isLimited(fault: Fault): fault is "limited" {
  return fault === "limited";
}

/** Each call waits up to this part longer than `Retry-After` says: all at once, some would be rejected again. */
const JITTER = 0.1;

/**
 * A limit with those settings. An attempt passes if its concurrency has room, the minute has room for it, no `Retry-After`
 * keeps it closed and its breaker lets it through.
 */
export function rateLimit(name: string, settings: RateSettings): RateLimiter {
  const limit = makeLimit(settings.concurrency, undefined, {
    fair: true,
    rate: { ...settings, name },
    waitsFor: { kind: "limiter", name },
  });
  return regulated(limit, name, settings, isThrottled);
}

const ONLY_ADAPTIVE: RateSettings = Object.freeze({
  scope: undefined,
  concurrency: Infinity,
  callsPerMinute: Infinity,
  tokensPerMinute: Infinity,
  adaptive: true,
  breaker: undefined,
});

/**
 * The limit of one agent, for an agent that passes no limiter that learns. Until an attempt ends with HTTP 429 for the first
 * time, it lets everything through and only counts, which costs next to nothing; from then on it adapts to 429 like any limiter. Other failures are retried.
 */
export function ownLimit(agent: string): Limit {
  const limit = makeLimit(Infinity, undefined, {
    fair: true,
    waitsFor: { kind: "limiter", name: agent },
    reentrant: true,
  });
  limit.wake = (error, nowMs) => {
    if (!isLimited(classify(error, nowMs).fault)) return;
    limit.wake = undefined;
    regulated(limit, agent, ONLY_ADAPTIVE, isLimited);
  };
  return limit;
}

/** Gives a limit its condition. If it is adaptive, it adapts to attempts that end with a fault that is `away`. */
function regulated(
  limit: Limit,
  name: string,
  settings: RateSettings,
  isAway: (fault: Fault) => boolean,
): RateLimiter {
  const { concurrency, callsPerMinute, tokensPerMinute } = settings;
  const calls = callsPerMinute === Infinity ? undefined : slidingWindow(callsPerMinute);
  const tokens = tokensPerMinute === Infinity ? undefined : slidingWindow(tokensPerMinute);
  const guard = settings.breaker === undefined ? undefined : breaker(name, settings.breaker);
  const width = aimd(concurrency);
  let closedUntilMs = -Infinity;
  // How many bursts in a row were rejected.
  let bursts = 0;

  limit.condition = {
    waitMs(permit) {
      const nowMs = permit.clock.monotonic();
      return Math.max(
        guard?.waitMs(permit, nowMs) ?? 0,
        closedUntilMs - nowMs,
        calls?.waitMs(1, nowMs) ?? 0,
        tokens?.waitMs(permit.request.tokens, nowMs) ?? 0,
        0,
      );
    },
    take(permit) {
      const { admittedMs } = permit;
      guard?.take(permit);
      calls?.add(1, admittedMs);
      tokens?.add(permit.request.tokens, admittedMs);
    },
    ended(permit, result) {
      const { clock, request, admittedMs } = permit;
      const nowMs = clock.monotonic();
      const { fault, retryAfterMs } = faultIn(result, clock.now());
      tokens?.correct(request.tokens, used(request.tokens, result, fault), admittedMs, nowMs);
      guard?.heard(permit, isThrottled(fault) ? "unknown" : fault, result.error, nowMs);
      let waitMs: number | undefined;
      if (settings.adaptive && isAway(fault)) {
        waitMs = throttled(permit, retryAfterMs, nowMs);
      } else if (settings.adaptive && fault === "answered") {
        bursts = 0;
        width.answered(limit.inFlight);
        limit.concurrency = width.limit;
      }
      // There may be room for more now, or for none.
      admitWaiting([limit]);
      return waitMs;
    },
    left(permit, chargedMicros) {
      guard?.left(permit);
      if (chargedMicros !== undefined) return;
      const { clock, request, admittedMs } = permit;
      const nowMs = clock.monotonic();
      calls?.correct(1, 0, admittedMs, nowMs);
      tokens?.correct(request.tokens, 0, admittedMs, nowMs);
    },
  };
  if (settings.adaptive) limit.concurrency = width.limit;

  /** After how many ms a rate-limited attempt may come again; `undefined` if that is longer than its call waits. */
  function throttled(
    { admittedMs, request: { backoff } }: Permit,
    askedMs: number | undefined,
    nowMs: number,
  ): number | undefined {
    // Nobody noted when those were admitted that came before an agent's own limit had a condition.
    if (width.turnedAway(limit.inFlight, Math.max(0, admittedMs), nowMs)) bursts++;
    limit.concurrency = width.limit;
    const againMs = backoffMs(backoff, Math.max(1, bursts));
    if (askedMs === undefined) return againMs;
    const { maxRetryAfterMs } = backoff;
    if (askedMs > maxRetryAfterMs) return undefined;
    closedUntilMs = Math.max(closedUntilMs, nowMs + askedMs);
    const later = Math.max(againMs, askedMs * (1 + JITTER * Math.random()));
    return Math.min(later, maxRetryAfterMs);
  }

  return Object.freeze<RateLimiter>({
    settings,
    limit,
    get state(): LimiterState {
      const { concurrency: most, inFlight, queue } = limit;
      return { limit: most, inFlight, waiting: queue.size, breaker: guard?.state ?? "off" };
    },
  });
}

/** How many tokens count for an attempt that was expected to use this many; `undefined` for one whose end is unknown. */
export function tokensUsed(
  expected: number,
  result: AttemptReport | undefined,
  nowMs: number,
): number {
  return result === undefined ? expected : used(expected, result, faultIn(result, nowMs).fault);
}

/** A rate-limited attempt used only what it reported; a failed one may have used what was expected. */
function used(expected: number, { tokens: reported }: AttemptReport, fault: Fault): number {
  const sure = isThrottled(fault) || (fault === "answered" && reported > 0);
  return sure ? reported : Math.max(expected, reported);
}

function faultIn(
  { error }: AttemptReport,
  nowMs: number,
): Pick<ReturnType<typeof classify>, "fault" | "retryAfterMs"> {
  return error === undefined ? ANSWERED : classify(error, nowMs);
}
