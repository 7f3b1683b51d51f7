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

/** Counts what a run takes, as it happens. What it counts is counted by `whole` too. */
export class Tally {
  readonly #whole: Tally | undefined;
  #calls = 0;
  #attempts = 0;
  #spent = NO_COST;

  constructor(whole?: Tally) {
    this.#whole = whole;
  }

  called(): void {
    this.#calls++;
    this.#whole?.called();
  }

  attempted(cost: Cost): void {
    this.#attempts++;
    this.#spent = addCost(this.#spent, cost);
    this.#whole?.attempted(cost);
  }

  bill(): Bill {
    return { calls: this.#calls, attempts: this.#attempts, spent: this.#spent };
  }
}
