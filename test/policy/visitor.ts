import { Cancellation } from "../../src/async/cancellation.ts";
import { enter, leave, type Ticket } from "../../src/policy/admission.ts";
import type { RateLane } from "../../src/policy/rate-lane.ts";
import type { VirtualClock } from "../../src/testing/index.ts";

/** An attempt on its way through lanes. */
export interface Visitor {
  readonly ticket: Ticket;
  /** Where it stands: it waits, has passed, or was turned back with a reason. */
  readonly state: "waits" | "passed" | "refused";
  readonly reason: unknown;
  /** It gives up waiting. */
  cancel(reason: unknown): void;
  /** How it ends; when it may come again, where it is told. */
  answers(tokens?: number): readonly (number | undefined)[];
  fails(error: unknown, tokens?: number): readonly (number | undefined)[];
  /** Its lanes hear nothing of it. */
  leaves(): void;
  /** Nothing was made of it. */
  turnsBack(): void;
}

/** Lets an attempt come to some lanes. */
export function visit(
  clock: VirtualClock,
  lanes: readonly RateLane[],
  { owner = lanes, tokens = 0 }: { readonly owner?: object; readonly tokens?: number } = {},
): Visitor {
  const ticket: Ticket = { owner, clock, usdMicros: undefined, tokens };
  const cancellation = new Cancellation();
  const through = lanes.map((one) => one.lane);
  let state: Visitor["state"] = "waits";
  let reason: unknown;
  const refuse = (why: unknown): void => {
    state = "refused";
    reason = why;
  };
  try {
    const entered = enter(through, cancellation, ticket);
    if (entered === undefined) state = "passed";
    else entered.then(() => (state = "passed"), refuse);
  } catch (why) {
    refuse(why);
  }
  const end = (news: { ended: "answered" } | { ended: "failed"; error: unknown }, used: number) => {
    const told = lanes.map((one) => one.tell({ ...news, ticket, tokens: used }));
    leave(through, ticket);
    return told;
  };
  return {
    ticket,
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    cancel: (why) => cancellation.cancel(why),
    answers: (used = 0) => end({ ended: "answered" }, used),
    fails: (error, used = 0) => end({ ended: "failed", error }, used),
    leaves: () => leave(through, ticket),
    turnsBack: () => leave(through, ticket, false),
  };
}

/** How many of them are where. */
export function count(visitors: readonly Visitor[], state: Visitor["state"]): number {
  return visitors.filter((one) => one.state === state).length;
}
