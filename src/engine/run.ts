import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { addCost, NO_COST, type Cost } from "../call.ts";
import type { Bill } from "../outcome.ts";
import type { Engine } from "./engine.ts";
import type { Journal } from "./journal.ts";

/** What every call of a run shares, down to the innermost nested supervisor. */
export interface Run {
  readonly journal: Journal;
  readonly cancellation: Cancellation;
  readonly clock: Clock;
  readonly engine: Engine;
  readonly tally: Tally;
}

/** Counts what a run takes, as it happens. */
export interface Tally {
  called(): void;
  attempted(): void;
  spent(cost: Cost): void;
  bill(): Bill;
}

export function tally(): Tally {
  let calls = 0;
  let attempts = 0;
  let spent = NO_COST;
  return {
    called() {
      calls++;
    },
    attempted() {
      attempts++;
    },
    spent(cost) {
      spent = addCost(spent, cost);
    },
    bill: () => ({ calls, attempts, spent }),
  };
}
