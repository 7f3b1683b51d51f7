import { QuorateError } from "../errors.ts";
import {
  admitWaiting,
  leave,
  makeLane,
  type Gate,
  type Lane,
  type Ticket,
} from "../policy/admission.ts";
import type { CheckedBudget } from "./budget.ts";
import { dollars } from "./micros.ts";

/**
 * A budget of one run, in micro-dollars. What an attempt may cost is reserved when it is admitted and settled when it has
 * ended. What does not fit waits while open reservations could free it, and is refused when they could not:
 *
 *     spent + reserved + bound <= limit        it passes
 *     spent + bound <= limit                   it waits in the lane's queue, and holds nothing
 *     else                                     BUDGET_EXCEEDED
 *
 * Once something cost more than was reserved for it, nothing can be promised any more: nobody else passes.
 */
export interface Account {
  readonly lane: Lane;
  /** What was reserved, `undefined` for an attempt without a bound, is charged with what it came to. Every admission is settled once. */
  settle(boundMicros: number | undefined, chargedMicros: number): void;
  /** What was settled has come to more; `overran` where that is more than was reserved for it. */
  raise(moreMicros: number, overran: boolean): void;
  /** Charges what had been spent before this process. */
  charge(micros: number): void;
}

/** An account; `whose` is for messages: `this run`, `agent "security"`. */
export function account({ limitMicros, unbounded }: CheckedBudget, whose: string): Account {
  let spent = 0;
  let reserved = 0;
  let overran = false;
  const gate: Gate = {
    waitMs({ usdMicros: bound }: Ticket): number {
      if (overran) throw overrun(whose);
      if (bound === undefined) {
        if (unbounded === "allow") return 0;
        throw noBound(whose);
      }
      if (spent + bound > limitMicros) throw exceeded(whose, limitMicros, spent, bound);
      return spent + reserved + bound > limitMicros ? Infinity : 0;
    },
    take({ usdMicros = 0 }: Ticket): void {
      reserved += usdMicros;
    },
  };
  const lane = makeLane(Infinity, gate);
  return {
    lane,
    settle(bound, charged) {
      reserved -= bound ?? 0;
      spent += charged;
      overran ||= charged > (bound ?? Infinity);
      leave([lane]);
    },
    raise(more, overrunning) {
      spent += more;
      overran ||= overrunning;
      // Who waited for what is spent now is refused.
      admitWaiting([lane]);
    },
    charge(micros) {
      spent += micros;
    },
  };
}

/** What is said when an attempt does not fit into a budget. */
export function exceeded(
  whose: string,
  limitMicros: number,
  spentMicros: number,
  boundMicros: number,
): QuorateError {
  return new QuorateError(
    "BUDGET_EXCEEDED",
    `the budget of ${whose} is ${dollars(limitMicros)}, ${dollars(spentMicros)} of it is spent, and the next attempt may cost ${dollars(boundMicros)}`,
  );
}

/** What is said when an attempt has cost more than was reserved for it. */
export function overrun(whose: string): QuorateError {
  return new QuorateError(
    "BUDGET_EXCEEDED",
    `under the budget of ${whose} an attempt cost more than its maxCost, so nothing new is begun; raise that maxCost`,
  );
}

/** What is said when nobody knows what an attempt may cost. */
export function noBound(whose: string): QuorateError {
  return new QuorateError(
    "NO_BOUND",
    `nobody says what an attempt costs at most, and there is a budget of ${whose}; give the agent a maxCost, in dollars or in tokens of a model that has a price, or the budget unbounded: "allow"`,
  );
}
