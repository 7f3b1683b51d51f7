import type { Usage } from "../model/call.ts";
import { nothingBy, type Spent } from "../money/spent.ts";
import type { Share } from "../money/split-usage.ts";
import { UsageSum } from "../money/usage-sum.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** The sum of what one attempt reports, and what of it was passed on. A class, like an attempt. */
export class ReportSum {
  readonly #sum: UsageSum;
  #told: Spent;
  #last: Usage | undefined;
  #hasMore = false;
  #refused = false;

  constructor(configured: Pick<ConfiguredAgent, "prices" | "modelName" | "free">) {
    this.#sum = new UsageSum(configured);
    this.#told = nothingBy(configured);
  }

  /** Adds a report, or its share in one about a batch. Returns whether it is the first since the last `tell`. */
  add(usage: Usage, share?: Share): boolean {
    const isFirst = !this.#hasMore;
    this.#hasMore = true;
    this.#last = usage;
    this.#sum.add(usage, share);
    return isFirst;
  }

  /** Counts an unreadable report. Returns whether it is the first such. */
  refuse(): boolean {
    const isFirst = !this.#refused;
    this.#refused = true;
    return isFirst;
  }

  /** Everything that was reported so far is passed on now. */
  tell(): void {
    this.#told = this.#sum.spent;
    this.#hasMore = false;
  }

  get spent(): Spent {
    return this.#sum.spent;
  }

  get told(): Spent {
    return this.#told;
  }

  get last(): Usage | undefined {
    return this.#last;
  }
}
