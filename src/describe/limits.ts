import { integer, milliseconds, orInfinity } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { BACKOFF, DEFAULT_BACKOFF, type Backoff } from "../retry/backoff.ts";

/** How one call is limited. It can be set on a run, on an agent and on its supervisor; the first that sets a limit wins. */
export interface CallLimits {
  /** How long an attempt may take, in ms from its dispatch; waiting for a slot does not count. `Infinity`: no limit. */
  readonly timeoutMs?: number;
  /** How long an attempt that was told to stop keeps its slot if it does not stop, in ms. */
  readonly graceMs?: number;
  /** How often a failed attempt is retried, unless its failure is known to be permanent. */
  readonly retries?: number;
  /** How long to wait before a retry. */
  readonly backoff?: Backoff;
  /** The largest task or output, in bytes of its JSON in UTF-8, as `JSON.stringify` writes it. */
  readonly maxBytes?: number;
}

/** All of the limits that one call obeys. */
export interface Limits extends Required<CallLimits> {
  readonly backoff: Required<Backoff>;
}

/** The defaults. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  timeoutMs: 30_000,
  graceMs: 5_000,
  retries: 1,
  backoff: DEFAULT_BACKOFF,
  maxBytes: 4 * 1024 * 1024,
});

const MAX_RETRIES = 100;
const MAX_BYTES = 2 ** 30;

// Without defaults: a limit that is left out in one place may be set in another.
export const LIMITS: Options<CallLimits> = options({
  timeoutMs: orInfinity(milliseconds(1)),
  graceMs: milliseconds(0),
  retries: integer(0, MAX_RETRIES),
  backoff: BACKOFF,
  maxBytes: integer(1, MAX_BYTES),
});

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
