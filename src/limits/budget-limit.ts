import { exceeded, noBound, overrun, type CheckedBudget } from "../money/budget.ts";
import { makeLimit, type Condition, type Limit } from "./limit.ts";

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
export function budgetLimit({ limitMicros, unbounded }: CheckedBudget, whose: string): Limit {
  let spent = 0;
  let reserved = 0;
  let overran: string | undefined;
  const condition: Condition = {
    waitMs({ request }) {
      const { usdMicros: bound } = request;
      if (overran !== undefined) throw overrun(whose, overran);
      if (bound === undefined) {
        if (unbounded === "allow") return 0;
        throw noBound(whose, request);
      }
      if (spent + bound > limitMicros) throw exceeded(whose, limitMicros, spent, bound);
      return spent + reserved + bound > limitMicros ? Infinity : 0;
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
