import { MAX_TIMER_MS } from "../async/clock.ts";
import { QuorateError } from "../errors.ts";
import { checkBackoff, type Backoff } from "./backoff.ts";

/** How one call is limited. May stand on an agent, on its supervisor and on a run; the later named wins. */
export interface CallLimits {
  /** How long an attempt may take, in ms from its dispatch; waiting for a slot does not count. `Infinity`: for ever. */
  readonly timeoutMs?: number;
  /** How long an attempt that was told to stop keeps its slot while it has not stopped, in ms. */
  readonly graceMs?: number;
  /** How often a failed attempt is repeated, if its failure is worth it. */
  readonly retries?: number;
  /** How long to wait before a repetition. */
  readonly backoff?: Backoff;
  /** The largest task or output, in bytes of JSON. */
  readonly maxBytes?: number;
}

/** What holds where nobody said otherwise. */
export const DEFAULT_LIMITS: Required<CallLimits> = Object.freeze({
  timeoutMs: 30_000,
  graceMs: 5_000,
  retries: 1,
  backoff: Object.freeze({ baseMs: 500, maxMs: 30_000, maxRetryAfterMs: 60_000 }),
  maxBytes: 4 * 1024 * 1024,
});

const MAX_RETRIES = 100;

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
      maxBytes: checkInteger(maxBytes, `${where}: maxBytes`, 1, 2 ** 30),
    }),
  });
}

/** Refuses what is not a whole number within bounds. */
export function checkInteger(value: unknown, what: string, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${shown(value)}; use a whole number from ${least} to ${most}`,
  );
}

/** Refuses what is not a time that a timer can keep. */
export function checkMs(value: unknown, what: string, least: number): number {
  if (typeof value === "number" && value >= least && value <= MAX_TIMER_MS) return value;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${shown(value)}; use milliseconds from ${least} to ${MAX_TIMER_MS}`,
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value.slice(0, 50)}"` : String(value);
}
