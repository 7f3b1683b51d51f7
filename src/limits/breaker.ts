import { QuorateError } from "../model/errors.ts";
import { integer, milliseconds } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Permit } from "./permit.ts";

/** When a limiter stops calling a service that keeps failing. */
export interface BreakerOptions {
  /** After this many failures in a row (5). */
  readonly failures?: number;
  /** How long it then refuses everybody, in ms (30,000); after that one attempt tries. */
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

/** Refuses calls to a service that keeps failing. Times are monotonic, in ms. */
export interface Breaker {
  readonly state: "closed" | "open" | "half-open";
  /** Like a condition's: throws `BREAKER_OPEN` while it is open. */
  waitMs(permit: Permit, nowMs: number): number;
  take(permit: Permit): void;
  left(permit: Permit): void;
  /** An attempt was answered, failed, or it is unknown which. */
  heard(permit: Permit, news: "answered" | "failed" | "unknown", why: unknown, nowMs: number): void;
}

type State =
  | { readonly is: "closed"; readonly sinceMs: number; readonly inRow: number }
  | { readonly is: "open"; readonly sinceMs: number; readonly cause: unknown }
  | { readonly is: "half-open"; readonly probe: Permit | undefined };

/**
 * A circuit breaker (M. Nygard, "Release It!", 2007).
 *
 *     closed ── `failures` in a row ──▶ open: everybody is refused
 *     open ── cooldownMs ──▶ half-open: one attempt, the probe, passes; the others wait for its result
 *     half-open ── the probe was answered ──▶ closed
 *     half-open ── the probe failed ──▶ open
 *
 * A probe that proves nothing (it was cancelled, or failed by the agent's own fault) or outlasts `cooldownMs` is replaced. Results of
 * attempts that were admitted before the last state change are ignored.
 */
export function breaker(name: string, { failures, cooldownMs }: Required<BreakerOptions>): Breaker {
  let state: State = { is: "closed", sinceMs: -Infinity, inRow: 0 };

  return {
    get state() {
      return state.is;
    },
    waitMs({ clock }, nowMs) {
      if (state.is === "closed") return 0;
      if (state.is === "half-open") {
        return Math.max(0, (state.probe?.admittedMs ?? -Infinity) + cooldownMs - nowMs);
      }
      const openMs = state.sinceMs + cooldownMs - nowMs;
      if (openMs > 0) throw refusal(name, failures, state.cause, clock.now() + openMs);
      return 0;
    },
    take(probe) {
      if (state.is !== "closed") state = { is: "half-open", probe };
    },
    left(permit) {
      if (state.is !== "half-open" || state.probe !== permit) return;
      state = { is: "half-open", probe: undefined };
    },
    heard(permit, news, cause, nowMs) {
      const open = { is: "open", sinceMs: nowMs, cause } as const;
      if (state.is === "closed") {
        if (news === "unknown" || permit.admittedMs < state.sinceMs) return;
        const inRow = news === "failed" ? state.inRow + 1 : 0;
        state = inRow < failures ? { ...state, inRow } : open;
      } else if (state.is === "half-open" && state.probe === permit) {
        if (news === "failed") state = open;
        else if (news === "answered") state = { is: "closed", sinceMs: nowMs, inRow: 0 };
        else state = { is: "half-open", probe: undefined };
      }
    },
  };
}

function refusal(name: string, failures: number, cause: unknown, untilMs: number): QuorateError {
  const until = new Date(untilMs).toISOString();
  const many = failures === 1 ? "1 failure" : `${failures} failures in a row`;
  const why = `the limiter "${name}" lets no attempt through until ${until}, after ${many}`;
  return new QuorateError("BREAKER_OPEN", why, { cause });
}
