import { fitting, flag, orFlag } from "../check/kinds.ts";
import { option, options, type Option, type Options } from "../check/options.ts";

/** How answers are kept for other runs. */
export interface CacheOptions {
  /** How long a cached answer is valid, in ms; Default: for ever. */
  readonly ttlMs?: number;
  /** Who shares the answers: other scopes do not see them. Part of the key. Default: the runs of one tenant; those of no tenant. */
  readonly scope?: string;
}

/** What one run may override. */
export interface RunCache {
  /** Replaces the agents' own scopes. */
  readonly scope?: string;
  /** Asks again, and keeps the new answers. */
  readonly bust?: boolean;
}

/** How an agent's answers are kept. */
export interface CacheSettings {
  readonly ttlMs: number;
  readonly scope?: string;
}

const MAX_SCOPE = 200;
/** Three thousand years: an expiry that far ahead counts as none. */
const FOR_EVER_MS = 1e14;

const SCOPE = fitting<string>(
  (given) => typeof given === "string" && given.length <= MAX_SCOPE && given.isWellFormed(),
  `use at most ${MAX_SCOPE} characters of valid Unicode`,
);

// It may exceed what a timer can keep: nothing waits for it.
const TTL = option<number>(
  (given) =>
    typeof given === "number" && given >= 1 ? (given > FOR_EVER_MS ? Infinity : given) : undefined,
  "use milliseconds from 1 on",
);

export const KEPT: Options<CacheOptions, "ttlMs"> = options(
  { ttlMs: TTL.or(Infinity), scope: SCOPE },
  { instead: "use true, or { ttlMs, scope }" },
);

/** How answers are kept; `false` if they are not. */
export const CACHE: Option<CacheSettings | false | undefined> = orFlag(KEPT);

export const RUN_CACHE: Options<RunCache> = options(
  { scope: SCOPE, bust: flag() },
  { instead: "use { scope, bust }" },
);
