import { hear, hearOptions } from "../model/hear.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { fitting, flag, integer, object, orFlag, orInfinity } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { BREAKER, type BreakerOptions } from "./breaker.ts";
import { atOnce } from "../check/at-once.ts";
import { shown } from "../check/shown.ts";
import { readGiven } from "../check/given.ts";
import { SCOPE } from "../money/budget.ts";
import { rateLimit, type RateLane } from "./rate-limit.ts";
import type { AskedAt } from "../describe/tier.ts";

/** What a lane lets through. One without limits only adapts itself to what it leads to. */
export interface LaneOptions {
  /** What it is called in the log and in messages; at most 100 characters. */
  readonly name: string;
  /**
   * Shared by all lanes that name it, also of other processes that have the same store: what is in flight, begins and uses tokens
   * is counted together. Where left out, the lane holds in this process. How attempts end, each process learns for itself.
   */
  readonly scope?: string;
  /** How many attempts are in flight at most (`Infinity`). */
  readonly concurrency?: number;
  /** How many attempts begin in any 60 seconds at most (`Infinity`). */
  readonly callsPerMinute?: number;
  /**
   * How many tokens are used in any 60 seconds (`Infinity`). An attempt counts with the tokens of its agent's `maxCost` when it
   * begins, and with what it reported when it has ended. One that needs more than that by itself passes when the minute
   * before it is empty.
   */
  readonly tokensPerMinute?: number;
  /** Whether attempts that are told to come later (HTTP 429) narrow and close it, and queue again (`true`). */
  readonly adaptive?: boolean;
  /** Refuses attempts while what it leads to keeps failing; `true` for the defaults of that (`false`). */
  readonly breaker?: boolean | BreakerOptions;
}

const LANE_EXAMPLE = "use lane({ name, concurrency })";
const MOST = 1_000_000_000;
const NO_BOUND = orInfinity(integer(1, MOST)).or(Infinity);
const NAME = fitting<string>(
  (given) => typeof given === "string" && /^\P{Cc}{1,100}$/u.test(given),
  "use 1 to 100 characters, without control characters",
).needed();

export const LANE: Options<
  LaneOptions,
  "concurrency" | "callsPerMinute" | "tokensPerMinute" | "adaptive",
  { readonly breaker: Required<BreakerOptions> | false }
> = options(
  {
    name: NAME,
    scope: SCOPE,
    concurrency: NO_BOUND,
    callsPerMinute: NO_BOUND,
    tokensPerMinute: NO_BOUND,
    adaptive: flag().or(true),
    breaker: orFlag(BREAKER).or(false),
  },
  { instead: LANE_EXAMPLE },
);

/**
 * A limit for all agents and supervisors of this process that are given it: how many attempts are in flight, begin, or use
 * tokens. Attempts that wait for it are admitted by turns of their runs.
 *
 * It learns from what it leads to. When an attempt is told to come later (HTTP 429 or 529, or 503 with `Retry-After`), half as
 * many may be in flight, `Retry-After` closes the lane for everybody, and the attempt queues again without that being one of
 * its call's `retries`. Answers widen it again. What waits longer than its call's `maxRetryAfterMs` fails.
 *
 * Throws `BAD_OPTIONS`.
 */
export function lane(given: LaneOptions): RateLane {
  const what = "what lane() is given";
  object(LANE_EXAMPLE).needed().take(given, what);
  const name = NAME.take(
    readGiven(what, given, () => given.name),
    "a lane's name",
  );
  const { scope, breaker, ...taken } = LANE.of(given, `lane "${name}"`);
  return rateLimit({ ...taken, scope, breaker: breaker === false ? undefined : breaker });
}

/** The lanes of an agent, or of all agents of a supervisor; as a function, by the tier and the model that it is asked at. */
export type LanesOf = readonly RateLane[] | ((asked: AskedAt) => readonly RateLane[]);

/** Refuses with `BAD_OPTIONS` what are no lanes. */
export function checkLanes(lanes: LanesOf | undefined, where: string): LanesOf | undefined {
  hearOptions(lanes);
  return lanes === undefined || typeof lanes === "function" ? lanes : checkList(lanes, where);
}

function checkList(lanes: unknown, where: string): readonly RateLane[] {
  if (!Array.isArray(lanes)) {
    throw new QuorateError("BAD_OPTIONS", `${where}: lanes is ${shown(lanes)}; use [openai]`);
  }
  for (const one of lanes) {
    if (typeof (one as Partial<RateLane> | null)?.limit === "object") continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: lanes has one that is ${shown(one)}; make lanes with lane({ name, concurrency })`,
    );
  }
  return Object.freeze([...new Set(lanes as readonly RateLane[])]);
}

/** Those lanes at a tier. Throws `BAD_OPTIONS`, also where their function throws. */
export function lanesAt(
  lanes: LanesOf | undefined,
  asked: AskedAt,
  where: string,
): readonly RateLane[] {
  if (lanes === undefined) return NONE;
  if (typeof lanes !== "function") return lanes;
  let made: unknown;
  try {
    made = atOnce(() => lanes(asked), "it");
  } catch (cause) {
    throw new QuorateError("BAD_OPTIONS", `${where}: lanes failed: ${describeThrown(cause)}`, {
      cause,
    });
  }
  hear(made);
  return checkList(made, where);
}

const NONE: readonly RateLane[] = Object.freeze([]);
