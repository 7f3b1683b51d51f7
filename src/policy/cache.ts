import { MAX_TIMER_MS } from "../async/clock.ts";
import { QuorateError } from "../errors.ts";
import { checkMs } from "./bounds.ts";
import { checkKeys, checkKind, shown } from "./check-kind.ts";

/** How answers are kept for other runs. */
export interface CacheOptions {
  /** How long an answer serves, in ms; for ever where left out. */
  readonly ttlMs?: number;
  /** Whose answers they are, for instance a tenant: other scopes do not see them. Part of the key. */
  readonly scope?: string;
}

/** What one run may have its own way. */
export interface RunCache {
  /** In place of the agents' own scopes. */
  readonly scope?: string;
  /** Asks anew, and keeps the new answers. */
  readonly bust?: boolean;
}

/** How an agent's answers are kept. */
export interface CacheSettings {
  readonly ttlMs: number;
  readonly scope: string;
}

const DEFAULTS: CacheSettings = Object.freeze({ ttlMs: Infinity, scope: "" });
const CACHE_KEYS: ReadonlySet<string> = new Set(["ttlMs", "scope"]);
const RUN_CACHE_KEYS: ReadonlySet<string> = new Set(["scope", "bust"]);
const MAX_SCOPE = 200;

/**
 * How answers are kept; `false` where they are not to be, `undefined` where nothing is said. Throws `BAD_OPTIONS`; `where` begins
 * its sentence.
 */
export function checkCache(
  given: boolean | CacheOptions | undefined,
  where: string,
): CacheSettings | false | undefined {
  if (given === undefined || given === false) return given;
  if (given === true) return DEFAULTS;
  const what = `${where}: cache`;
  checkKind(given, what, "object", "use true, or { ttlMs, scope }");
  checkKeys(given, CACHE_KEYS, what);
  const { ttlMs = DEFAULTS.ttlMs, scope = DEFAULTS.scope } = given;
  checkScope(scope, what);
  return Object.freeze({
    ttlMs: checkTtl(ttlMs, `${what}.ttlMs`),
    scope,
  });
}

/** What a run wants of the cache. Throws `BAD_OPTIONS`. */
export function checkRunCache(given: RunCache | undefined, where: string): RunCache {
  if (given === undefined) return NOTHING;
  const what = `${where}: cache`;
  checkKind(given, what, "object", "use { scope, bust }");
  checkKeys(given, RUN_CACHE_KEYS, what);
  if (given.scope !== undefined) checkScope(given.scope, what);
  return given;
}

const NOTHING: RunCache = Object.freeze({});
/** Three thousand years: a time so far ahead is none any more. */
const FOR_EVER_MS = 1e14;

function checkTtl(ttlMs: number, what: string): number {
  // It may be longer than a timer can be: nothing waits for it.
  if (typeof ttlMs !== "number" || !(ttlMs > MAX_TIMER_MS)) return checkMs(ttlMs, what, 1);
  return ttlMs > FOR_EVER_MS ? Infinity : ttlMs;
}

function checkScope(scope: unknown, what: string): void {
  if (typeof scope === "string" && scope.length <= MAX_SCOPE && scope.isWellFormed()) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what}.scope is ${shown(scope)}; use at most ${MAX_SCOPE} characters of valid Unicode`,
  );
}
