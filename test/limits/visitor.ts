import { Cancellation } from "../../src/async/cancellation.ts";
import { enter } from "../../src/limits/admission.ts";
import type { Permit } from "../../src/limits/permit.ts";
import type { RateLimiter } from "../../src/limits/rate-limit.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import { permitFor } from "./permits.ts";

/** An attempt on its way through limiters. */
export interface Visitor {
  readonly permit: Permit;
  /** Where it stands: it waits, has passed, or was turned back with a reason. */
  readonly state: "waits" | "passed" | "refused";
  readonly reason: unknown;
  /** It gives up waiting. */
  cancel(reason: unknown): void;
  /** How it ends; when it may come again, where it is told. */
  answers(tokens?: number): readonly (number | undefined)[];
  fails(error: unknown, tokens?: number): readonly (number | undefined)[];
  /** Its limiters hear nothing of it. */
  leaves(): void;
  /** Nothing was made of it. */
  turnsBack(): void;
}

/** Lets an attempt come to some limiters. */
export function visit(
  clock: VirtualClock,
  limiters: readonly RateLimiter[],
  { runId = "run", tokens = 0 }: { readonly runId?: string; readonly tokens?: number } = {},
): Visitor {
  const limits = limiters.map(({ limit }) => limit);
  const permit = permitFor(limits, { runId, tokens }, clock);
  const cancellation = new Cancellation();
  let state: Visitor["state"] = "waits";
  let reason: unknown;
  const refuse = (why: unknown): void => {
    state = "refused";
    reason = why;
  };
  try {
    const entered = enter(permit, cancellation);
    if (entered === undefined) state = "passed";
    else entered.then(() => (state = "passed"), refuse);
  } catch (why) {
    refuse(why);
  }
  const end = (error: unknown, used: number): readonly (number | undefined)[] => {
    const requeue = permit.ended(error, used);
    void permit.release(0);
    return [requeue?.waitMs];
  };
  return {
    permit,
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    cancel: (why) => cancellation.cancel(why),
    answers: (used = 0) => end(undefined, used),
    fails: (error, used = 0) => end(error, used),
    leaves: () => void permit.release(0),
    turnsBack: () => void permit.discard(),
  };
}

/** How many of them are where. */
export function count(visitors: readonly Visitor[], state: Visitor["state"]): number {
  return visitors.filter((one) => one.state === state).length;
}
