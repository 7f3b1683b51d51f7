import { QuorateError } from "../errors.ts";
import { integer, milliseconds } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Permit } from "./permit.ts";

/** When a lane stops calling what keeps failing. */
export interface BreakerOptions {
  /** After so many failures in a row (5). */
  readonly failures?: number;
  /** How long nobody is let through then, in ms (30,000); after that one attempt tries. */
  readonly cooldownMs?: number;
}

const MAX_FAILURES = 1_000_000;

export const BREAKER: Options<BreakerOptions, "failures" | "cooldownMs"> = options(
  {
    failures: integer(1, MAX_FAILURES).or(5),
    cooldownMs: milliseconds(1).or(30_000),
  },
  { instead: "use true, or { failures, cooldownMs }" },
);

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
