import { QuorateError } from "../errors.ts";
import { checkInteger, checkMs } from "../policy/bounds.ts";
import { checkKeys, checkKind } from "../policy/check-kind.ts";
import type { Permit } from "./permit.ts";

/** When a lane stops calling what keeps failing. */
export interface BreakerOptions {
  /** After so many failures in a row. */
  readonly failures?: number;
  /** How long nobody is let through then, in ms; after that one attempt tries. */
  readonly cooldownMs?: number;
}

export const DEFAULT_BREAKER: Required<BreakerOptions> = Object.freeze({
  failures: 5,
  cooldownMs: 30_000,
});

const BREAKER_KEYS: ReadonlySet<string> = new Set(Object.keys(DEFAULT_BREAKER));
const MAX_FAILURES = 1_000_000;

/** The options with their defaults, `undefined` where there is to be none. Throws `BAD_OPTIONS`. */
export function checkBreaker(
  given: boolean | BreakerOptions | undefined,
  where: string,
): Required<BreakerOptions> | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return DEFAULT_BREAKER;
  checkKind(given, `${where}: breaker`, "object", "use true, or { failures, cooldownMs }");
  checkKeys(given, BREAKER_KEYS, `${where}: breaker`);
  const { failures = DEFAULT_BREAKER.failures, cooldownMs = DEFAULT_BREAKER.cooldownMs } = given;
  return Object.freeze({
    failures: checkInteger(failures, `${where}: breaker.failures`, 1, MAX_FAILURES),
    cooldownMs: checkMs(cooldownMs, `${where}: breaker.cooldownMs`, 1),
  });
}

/** Lets nobody through to what keeps failing. Times are monotonic, in ms. */
export interface Breaker {
  readonly state: "closed" | "open" | "half-open";
  /** As a gate's: throws `BREAKER_OPEN` while it is open. */
  waitMs(permit: Permit, nowMs: number): number;
  take(permit: Permit): void;
  left(permit: Permit): void;
  /** What was called answered an attempt, failed, or nobody knows which. */
  heard(permit: Permit, news: "answered" | "failed" | "unknown", why: unknown, nowMs: number): void;
}

/**
 * A circuit breaker (M. Nygard, "Release It!", 2007).
 *
 *     closed ── so many failed in a row ──▶ open: everybody is refused
 *     open ── cooldownMs ──▶ half-open: one attempt, the probe, passes; the others wait for what becomes of it
 *     half-open ── the probe was answered ──▶ closed
 *     half-open ── the probe failed ──▶ open
 *
 * A probe of which nothing is learned, since it was cancelled or failed by itself, is followed by another one; so is one that
 * takes longer than `cooldownMs`. What becomes of attempts that were admitted before the breaker opened or closed the last
 * time changes nothing.
 */
export function breaker(name: string, { failures, cooldownMs }: Required<BreakerOptions>): Breaker {
  let state: Breaker["state"] = "closed";
  let inRow = 0;
  let sinceMs = -Infinity;
  let cause: unknown;
  let probe: Permit | undefined;

  const turn = (to: Breaker["state"], nowMs: number): void => {
    state = to;
    sinceMs = nowMs;
    inRow = 0;
    probe = undefined;
  };

  return {
    get state() {
      return state;
    },
    waitMs({ clock }, nowMs) {
      if (state === "closed") return 0;
      const openMs = state === "open" ? sinceMs + cooldownMs - nowMs : 0;
      if (openMs > 0) throw refusal(name, failures, cause, clock.now() + openMs);
      return Math.max(0, (probe?.admittedMs ?? -Infinity) + cooldownMs - nowMs);
    },
    take(permit) {
      if (state === "closed") return;
      state = "half-open";
      probe = permit;
    },
    left(permit) {
      if (probe === permit) probe = undefined;
    },
    heard(permit, news, why, nowMs) {
      if (state !== "closed") {
        if (permit !== probe) return;
        probe = undefined;
        if (news === "answered") turn("closed", nowMs);
        if (news !== "failed") return;
      } else if (news === "unknown" || permit.admittedMs < sinceMs) {
        return;
      } else if (news === "answered") {
        inRow = 0;
        return;
      } else if (++inRow < failures) {
        return;
      }
      cause = why;
      turn("open", nowMs);
    },
  };
}

function refusal(name: string, failures: number, cause: unknown, untilMs: number): QuorateError {
  const until = new Date(untilMs).toISOString();
  const many = failures === 1 ? "1 failure" : `${failures} failures in a row`;
  const why = `the lane "${name}" lets nobody through until ${until}, after ${many}`;
  return new QuorateError("BREAKER_OPEN", why, { cause });
}
