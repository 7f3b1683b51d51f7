import type { Cancellation } from "../../src/async/cancellation.ts";
import { enter } from "../../src/limits/admission.ts";
import type { Limit } from "../../src/limits/limit.ts";
import { Permit, type PermitRequest } from "../../src/limits/permit.ts";
import { DEFAULT_BACKOFF } from "../../src/retry/backoff.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

/** What an attempt asks for, of which only what is given matters. */
export function asking(
  limits: readonly Limit[],
  given: Partial<PermitRequest> = {},
): PermitRequest {
  return {
    agent: "agent",
    runId: "run",
    limits,
    scoped: [],
    tokens: 0,
    usdMicros: undefined,
    backoff: DEFAULT_BACKOFF,
    lifeMs: Infinity,
    ...given,
  };
}

/** A permit that is not taken yet. */
export function permitFor(
  limits: readonly Limit[],
  given?: Partial<PermitRequest>,
  clock: VirtualClock = virtualClock(),
): Permit {
  return new Permit(asking(limits, given), clock);
}

/** Takes permits, and releases them by what they are for. */
export interface Turnstile {
  /** As `enter` of an attempt that needs some limits. */
  enter(
    limits: readonly Limit[],
    cancellation: Cancellation,
    given?: Partial<PermitRequest>,
  ): void | Promise<void>;
  /** Releases the first that was admitted to just these limits. */
  leave(limits: readonly Limit[]): void;
}

export function turnstile(): Turnstile {
  const inside: Permit[] = [];
  return {
    enter(limits, cancellation, given) {
      const permit = permitFor(limits, given);
      const entered = enter(permit, cancellation);
      if (entered === undefined) return void inside.push(permit);
      entered.then(
        () => inside.push(permit),
        () => {},
      );
      return entered;
    },
    leave(limits) {
      const index = inside.findIndex(
        ({ limits: held }) =>
          held.length === limits.length && limits.every((one) => held.includes(one)),
      );
      const [permit] = inside.splice(index, 1);
      void permit?.release(0);
    },
  };
}
