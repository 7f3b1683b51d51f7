import type { Usage } from "../model/call.ts";
import { nothingBy, type Spent } from "../money/spent.ts";
import { usageSum, type UsageSum } from "../money/usage-sum.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** What one attempt reports, and what of that has been told. A class, as an attempt is one. */
export class ReportSum {
  readonly #sum: UsageSum;
  #told: Spent;
  #last: Usage | undefined;
  #hasMore = false;
  #refused = false;

  constructor(configured: Pick<ConfiguredAgent, "prices" | "modelName" | "free">) {
    this.#sum = usageSum(configured);
    this.#told = nothingBy(configured);
  }

  /** Adds a report. Answers whether it is the first since it was told. */
  add(usage: Usage): boolean {
    const isFirst = !this.#hasMore;
    this.#hasMore = true;
    this.#last = usage;
    this.#sum.add(usage);
    return isFirst;
  }

  /** One of them cannot be read. Answers whether it is the first such. */
  refuse(): boolean {
    const isFirst = !this.#refused;
    this.#refused = true;
    return isFirst;
  }

  /** All that was reported so far is told now. */
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
