import {
  exceeded,
  noBound,
  overrun,
  usedUp,
  type CheckedBudget,
  type Unbounded,
} from "../money/budget.ts";
import { makeLimit, type Condition, type Limit } from "./limit.ts";

/** A budget as an attempt finds it, in micro-dollars. */
export interface Balance {
  readonly spent: number;
  readonly reserved: number;
}

/**
 * Whether the money of an attempt is there now; if not, open reservations could free it. Throws if they could not. An attempt whose greatest cost
 * is unknown passes as long as something is left, if the budget allows that.
 */
export function hasRoomFor(
  { limitMicros, unbounded }: CheckedBudget,
  whose: string,
  { spent, reserved }: Balance,
  asking: Unbounded & { readonly usdMicros: number | undefined },
): boolean {
  const { usdMicros: bound } = asking;
  if (bound === undefined) {
    if (unbounded === "refuse") throw noBound(whose, asking);
    if (spent >= limitMicros) throw usedUp(whose, limitMicros, spent);
    return true;
  }
  if (spent + bound > limitMicros) throw exceeded(whose, limitMicros, spent, bound);
  return spent + reserved + bound <= limitMicros;
}

/**
 * A budget of one run, in micro-dollars; `whose` is for messages: `this run`, `agent "security"`. The greatest cost of an attempt is reserved when
 * it is admitted, and the real cost charged when it is released. An attempt whose money is not there waits while open reservations could free it, and is
 * refused if they could not:
 *
 *     spent + reserved + bound <= limit        it passes
 *     spent + bound <= limit                   it waits in the limit's queue, and holds nothing
 *     else                                     BUDGET_EXCEEDED
 *
 * Once an attempt cost more than was reserved for it, nothing can be promised any more: no other attempt passes.
 */
export function budgetLimit(budget: CheckedBudget, whose: string): Limit {
  let spent = 0;
  let reserved = 0;
  let overran: string | undefined;
  const condition: Condition = {
    waitMs({ request }) {
      if (overran !== undefined) throw overrun(whose, overran);
      return hasRoomFor(budget, whose, { spent, reserved }, request) ? 0 : Infinity;
    },
    take({ request: { usdMicros = 0 } }) {
      reserved += usdMicros;
    },
    left({ request: { agent, usdMicros } }, charged = 0) {
      reserved -= usdMicros ?? 0;
      spent += charged;
      if (charged > (usdMicros ?? Infinity)) overran ??= agent;
    },
    raise(more, by) {
      spent += more;
      overran ??= by;
    },
  };
  return makeLimit(Infinity, condition, { waitsFor: { kind: "budget", name: whose } });
}
