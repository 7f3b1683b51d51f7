import { adaptive } from "./adaptive.ts";
import { admitWaiting, makeLane, type Gate, type Lane, type Ticket } from "./admission.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./backoff.ts";
import { breaker, type Breaker, type BreakerOptions } from "./breaker.ts";
import { classify, type Fault } from "./classify-error.ts";
import { minute } from "./minute.ts";

/** How an attempt ended, as a lane has to know it. */
export type LaneNews = (
  | { readonly ended: "answered" }
  | { readonly ended: "failed"; readonly error: unknown }
) & {
  /** What it was admitted with. */
  readonly ticket: Ticket;
  /** How many it reported; 0 where it reported none. */
  readonly tokens: number;
};

/** A limit that agents share: made once by `lane()`, given to all that it is for, of whatever supervisor. */
export interface RateLane {
  readonly name: string;
  /** Where attempts queue for it. */
  readonly lane: Lane;
  /** What a batch is not to exceed. */
  readonly tokensPerMinute: number;
  /** How it stands now. */
  readonly state: LaneState;
  /**
   * What became of an attempt that had passed. When it was told to come later this answers after how many ms it may queue
   * again, without that being a repetition.
   */
  tell(news: LaneNews): number | undefined;
}

/** How a lane stands. */
export interface LaneState {
  /** How many may be in flight: fewer than its `concurrency` where it has learned that those are too many. */
  readonly limit: number;
  readonly inFlight: number;
  /** How many wait for it. */
  readonly waiting: number;
  readonly breaker: Breaker["state"] | "off";
}

/** The options of a lane, checked. */
export interface LaneSettings {
  readonly concurrency: number;
  readonly callsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly adaptive: boolean;
  readonly breaker: Required<BreakerOptions> | undefined;
}

const ANSWERED = { fault: "answered", retryAfterMs: undefined } as const;

/** Whether an attempt was told to come later. */
function isTurnedAway(fault: Fault): fault is "limited" | "busy" {
  return fault === "limited" || fault === "busy";
}

/** Up to this part more than `Retry-After` says is waited by each call: all at once, some would be turned away again. */
const JITTER = 0.1;

/**
 * A lane of those settings. An attempt passes when its concurrency has room, the minute has room for it, no `Retry-After`
 * keeps it closed and its breaker lets it through.
 */
export function rateLane(name: string, settings: LaneSettings): RateLane {
  const { concurrency, callsPerMinute, tokensPerMinute } = settings;
  const calls = callsPerMinute === Infinity ? undefined : minute(callsPerMinute);
  const tokens = tokensPerMinute === Infinity ? undefined : minute(tokensPerMinute);
  const guard = settings.breaker === undefined ? undefined : breaker(name, settings.breaker);
  const width = adaptive(concurrency);
  let closedUntilMs = -Infinity;
  // How many bursts in a row were turned away.
  let bursts = 0;

  const gate: Gate = {
    waitMs(ticket) {
      const nowMs = ticket.clock.monotonic();
      return Math.max(
        guard?.waitMs(ticket, nowMs) ?? 0,
        closedUntilMs - nowMs,
        calls?.waitMs(1, nowMs) ?? 0,
        tokens?.waitMs(ticket.tokens, nowMs) ?? 0,
        0,
      );
    },
    take(ticket) {
      const { admittedMs = ticket.clock.monotonic() } = ticket;
      guard?.take(ticket);
      calls?.add(1, admittedMs);
      tokens?.add(ticket.tokens, admittedMs);
    },
    left(ticket, made) {
      guard?.left(ticket);
      if (made) return;
      const nowMs = ticket.clock.monotonic();
      const { admittedMs = nowMs } = ticket;
      calls?.correct(1, 0, admittedMs, nowMs);
      tokens?.correct(ticket.tokens, 0, admittedMs, nowMs);
    },
  };
  const queued = makeLane(concurrency, gate, true);

  /** Who was turned away used nothing else than it reported; who failed may have used what was expected. */
  function used({ ticket, tokens: reported }: LaneNews, fault: Fault): number {
    const sure = isTurnedAway(fault) || (fault === "answered" && reported > 0);
    return sure ? reported : Math.max(ticket.tokens, reported);
  }

  /** After how many ms one that was told to come later may do so; `undefined` where that is longer than its call waits. */
  function turnedAway(
    { admittedMs = -Infinity, backoff = DEFAULT_BACKOFF }: Ticket,
    askedMs: number | undefined,
    nowMs: number,
  ): number | undefined {
    if (width.turnedAway(queued.inFlight, admittedMs, nowMs)) bursts++;
    queued.limit = width.limit;
    const againMs = backoffMs(backoff, Math.max(1, bursts));
    if (askedMs === undefined) return againMs;
    const { maxRetryAfterMs } = backoff;
    if (askedMs > maxRetryAfterMs) return undefined;
    closedUntilMs = Math.max(closedUntilMs, nowMs + askedMs);
    const later = Math.max(againMs, askedMs * (1 + JITTER * Math.random()));
    return Math.min(later, maxRetryAfterMs);
  }

  return Object.freeze<RateLane>({
    name,
    lane: queued,
    tokensPerMinute,
    get state(): LaneState {
      const { limit, inFlight, queue } = queued;
      return { limit, inFlight, waiting: queue.size, breaker: guard?.state ?? "off" };
    },
    tell(news: LaneNews) {
      const { ticket } = news;
      const nowMs = ticket.clock.monotonic();
      const error = news.ended === "failed" ? news.error : undefined;
      const { fault, retryAfterMs } =
        news.ended === "failed" ? classify(error, ticket.clock.now()) : ANSWERED;
      tokens?.correct(ticket.tokens, used(news, fault), ticket.admittedMs ?? nowMs, nowMs);
      guard?.heard(ticket, isTurnedAway(fault) ? "unknown" : fault, error, nowMs);
      let waitMs: number | undefined;
      if (settings.adaptive && isTurnedAway(fault)) {
        waitMs = turnedAway(ticket, retryAfterMs, nowMs);
      } else if (fault === "answered") {
        bursts = 0;
        width.answered(queued.inFlight);
        queued.limit = width.limit;
      }
      // There may be room for more now, or for nobody.
      admitWaiting([queued]);
      return waitMs;
    },
  });
}
