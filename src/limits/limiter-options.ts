import { requireSync } from "../check/require-sync.ts";
import { fitting, flag, integer, listOf, orFlag, orInfinity, record } from "../check/kinds.ts";
import { option, options, refused, type Option, type Options } from "../check/options.ts";
import type { AskedAt } from "../describe/tier.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import { SCOPE } from "../money/budget.ts";
import { BREAKER, type BreakerOptions } from "./breaker.ts";

/** What a limiter lets through. A limiter without limits only adapts to the service. */
export interface LimiterOptions {
  /**
   * The name under which it holds for all processes with the same store: attempts in flight, starts and tokens are counted together.
   * Default: it holds in this process. What results of attempts teach, each process learns for itself.
   */
  readonly scope?: string;
  /** How many attempts are in flight at most (`Infinity`). */
  readonly concurrency?: number;
  /** How many attempts begin in any 60 seconds at most (`Infinity`). */
  readonly callsPerMinute?: number;
  /**
   * How many tokens are used in any 60 seconds (`Infinity`). An attempt counts with the tokens of its agent's `maxCost` when it
   * begins, and with those that it reported when it has ended. An attempt that alone needs more passes when the minute
   * before it is empty.
   */
  readonly tokensPerMinute?: number;
  /** Whether rate-limited attempts (HTTP 429) narrow and close it, and queue again (`true`). */
  readonly adaptive?: boolean;
  /** Refuses attempts while the service keeps failing; `true` for the defaults (`false`). */
  readonly breaker?: boolean | BreakerOptions;
  /**
   * Whether agents of the team and of nested teams pass it without naming it (`false`): `true` for all of them, or a function that selects by
   * tier and model.
   */
  readonly everybody?: boolean | ((asked: AskedAt) => boolean);
}

/** The options of a limiter, checked. */
export interface RateSettings {
  /** The name under which it holds for all processes with one store; without it, only in this process. */
  readonly scope: string | undefined;
  readonly concurrency: number;
  readonly callsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly adaptive: boolean;
  readonly breaker: Required<BreakerOptions> | undefined;
}

/** A limiter of a team, as it was described. */
export interface DescribedLimiter {
  readonly settings: RateSettings;
  readonly everybody: Exclude<LimiterOptions["everybody"], undefined>;
}

const MOST = 1_000_000_000;
const NO_BOUND = orInfinity(integer(1, MOST)).or(Infinity);

const isName = (given: unknown): boolean =>
  typeof given === "string" && /^\P{Cc}{1,100}$/u.test(given);

const LIMITER_NAME = fitting<string>(
  isName,
  "use 1 to 100 characters, without control characters",
).needed();

export const LIMITER: Options<
  LimiterOptions,
  "concurrency" | "callsPerMinute" | "tokensPerMinute" | "adaptive" | "everybody",
  { readonly breaker: Required<BreakerOptions> | false }
> = options(
  {
    scope: SCOPE,
    concurrency: NO_BOUND,
    callsPerMinute: NO_BOUND,
    tokensPerMinute: NO_BOUND,
    adaptive: flag().or(true),
    breaker: orFlag(BREAKER).or(false),
    everybody: fitting<Exclude<LimiterOptions["everybody"], undefined>>(
      (given) => typeof given === "boolean" || typeof given === "function",
      "use true, or ({ tier, model }) => boolean",
    ).or(false),
  },
  { instead: "use { concurrency: 4 }" },
);

const BY_NAME = "use { openai: { concurrency: 4 } }";
const RECORD = record<object>(BY_NAME);

/** The limiters of a team, by their names. */
export const LIMITERS: Option<ReadonlyMap<string, DescribedLimiter> | undefined> = option(
  (given, what) => {
    const described = new Map<string, DescribedLimiter>();
    for (const [name, one] of Object.entries(RECORD.needed().take(given, what))) {
      LIMITER_NAME.take(name, `${what} has an entry whose name`);
      const { breaker, everybody, scope, ...rates } = LIMITER.needed().take(one, `${what}.${name}`);
      const settings = { ...rates, scope, breaker: breaker === false ? undefined : breaker };
      described.set(name, { settings, everybody });
    }
    return described;
  },
  BY_NAME,
);

/** Names of the limiters that an agent passes; or a function of the tier and the model that it is asked at. */
export type LimitersOf = readonly string[] | ((asked: AskedAt) => readonly string[]);

const LIST = 'use ["openai"], the names of limiters';
const NAMES = listOf<string>(isName, LIST).needed();

/** The limiters that an agent names, each once. */
export const LIMITER_NAMES: Option<LimitersOf | undefined> = option(
  (given, what) =>
    typeof given === "function" ? (given as LimitersOf) : [...new Set(NAMES.take(given, what))],
  LIST,
);

/** The names at a tier. Throws `BAD_OPTIONS`, also if their function throws. */
export function namesAt(limiters: LimitersOf, asked: AskedAt, where: string): readonly string[] {
  const what = `${where}: limiters`;
  return typeof limiters === "function" ? NAMES.take(said(limiters, asked, what), what) : limiters;
}

/** Whether an agent with this tier and model passes a limiter without naming it. Throws `BAD_OPTIONS`, also if the function throws. */
export function isForAll(
  everybody: DescribedLimiter["everybody"],
  asked: AskedAt,
  what: string,
): boolean {
  if (typeof everybody === "boolean") return everybody;
  const answer = said(everybody, asked, what);
  if (typeof answer === "boolean") return answer;
  throw refused(what, answer, "it has to return true or false");
}

/** The result of a caller's function. */
function said(of: (asked: AskedAt) => unknown, asked: AskedAt, what: string): unknown {
  try {
    const answer = requireSync(() => of(asked), "it");
    hear(answer);
    return answer;
  } catch (cause) {
    throw new QuorateError("BAD_OPTIONS", `${what} failed: ${describeThrown(cause)}`, { cause });
  }
}
