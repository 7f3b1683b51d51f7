import { checkBackoff, DEFAULT_BACKOFF, type Backoff } from "./backoff.ts";
import { checkInteger, checkMs } from "./bounds.ts";

/** How one call is limited. May stand on a run, on an agent and on its supervisor; the first that says something wins. */
export interface CallLimits {
  /** How long an attempt may take, in ms from its dispatch; waiting for a slot does not count. `Infinity`: for ever. */
  readonly timeoutMs?: number;
  /** How long an attempt that was told to stop keeps its slot while it has not stopped, in ms. */
  readonly graceMs?: number;
  /** How often a failed attempt is repeated, if its failure is worth it. */
  readonly retries?: number;
  /** How long to wait before a repetition. */
  readonly backoff?: Backoff;
  /** The largest task or output, in bytes of its JSON in UTF-8, as `JSON.stringify` writes it. */
  readonly maxBytes?: number;
}

/** All of the limits that one call obeys. */
export interface Limits extends Required<CallLimits> {
  readonly backoff: Required<Backoff>;
}

/** What holds where nobody said otherwise. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  timeoutMs: 30_000,
  graceMs: 5_000,
  retries: 1,
  backoff: DEFAULT_BACKOFF,
  maxBytes: 4 * 1024 * 1024,
});

/** The names of the limits. */
export const LIMIT_KEYS: readonly string[] = Object.keys(DEFAULT_LIMITS);

const MAX_RETRIES = 100;
const MAX_BYTES = 2 ** 30;

/** The limits among `options`, without what was left out. Throws `BAD_OPTIONS`; `where` begins its sentence. */
export function checkLimits(options: CallLimits, where: string): CallLimits {
  const { timeoutMs, graceMs, retries, backoff, maxBytes } = options;
  return Object.freeze({
    ...(timeoutMs !== undefined && {
      timeoutMs: timeoutMs === Infinity ? timeoutMs : checkMs(timeoutMs, `${where}: timeoutMs`, 1),
    }),
    ...(graceMs !== undefined && { graceMs: checkMs(graceMs, `${where}: graceMs`, 0) }),
    ...(retries !== undefined && {
      retries: checkInteger(retries, `${where}: retries`, 0, MAX_RETRIES),
    }),
    ...(backoff !== undefined && { backoff: checkBackoff(backoff, where) }),
    ...(maxBytes !== undefined && {
      maxBytes: checkInteger(maxBytes, `${where}: maxBytes`, 1, MAX_BYTES),
    }),
  });
}

/** The defaults, overridden by each of `layers` in turn. */
export function mergeLimits(...layers: readonly CallLimits[]): Limits {
  return layers.reduce<Limits>(
    (limits, layer) => ({
      ...limits,
      ...layer,
      backoff: { ...limits.backoff, ...layer.backoff },
    }),
    DEFAULT_LIMITS,
  );
}
