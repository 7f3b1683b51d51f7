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

/** A tally; what it counts is counted by `whole` too. */
export function tally(whole?: Tally): Tally {
  let calls = 0;
  let attempts = 0;
  let spent = NO_COST;
  return {
    called() {
      calls++;
      whole?.called();
    },
    attempted() {
      attempts++;
      whole?.attempted();
    },
    spent(cost) {
      spent = addCost(spent, cost);
      whole?.spent(cost);
    },
    bill: () => ({ calls, attempts, spent }),
  };
}
