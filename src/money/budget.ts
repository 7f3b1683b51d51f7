import { fitting, word } from "../check/kinds.ts";
import { option, options, type Checked, type Option, type Options } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { dollars, microsOf, usDollars } from "./micros.ts";

/** The greatest amount that may be spent. It is kept by reserving the greatest cost of each attempt before it starts. */
export interface Budget {
  /** US dollars; kept in whole micro-dollars, rounded down. */
  readonly usd: number;
  /**
   * Shared by all runs that name it, including those of other processes with the same store. It does not refill: put the day into the name for a
   * daily budget. Without it, each run has the budget for itself.
   */
  readonly scope?: string;
  /**
   * What happens to an attempt whose greatest cost is unknown. Default `"refuse"`: it is not made, with `NO_BOUND`. `"allow"`: it is made as
   * long as something of the budget is left, so that more may be spent.
   */
  readonly unbounded?: "refuse" | "allow";
}

/** A budget, checked. */
export interface CheckedBudget {
  readonly limitMicros: number;
  readonly scope: string | undefined;
  readonly unbounded: "refuse" | "allow";
}

/** A budget, and its owner. */
export interface OwnedBudget {
  readonly budget: CheckedBudget;
  /** The place of the team or agent that has it; empty for the root. */
  readonly place: string;
  /** For messages. */
  readonly whose: string;
}

const MAX_SCOPE = 200;

/** The name under which something is shared through a store. */
export const SCOPE: Option<string | undefined> = fitting(
  (given) =>
    typeof given === "string" && given !== "" && given.length <= MAX_SCOPE && given.isWellFormed(),
  `use 1 to ${MAX_SCOPE} characters of valid Unicode`,
);

export const BUDGET: Options<Budget, "unbounded"> = options(
  {
    usd: usDollars().needed(),
    scope: SCOPE,
    unbounded: word("refuse", "allow").or("refuse"),
  },
  { instead: "use { usd: 2 }" },
);

/** One budget or several. */
export const BUDGETS: Option<readonly CheckedBudget[]> = option<readonly CheckedBudget[]>(
  (given, what) => {
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    return Object.freeze(list.map((one) => checked(BUDGET.needed().take(one, what))));
  },
  "",
).or(Object.freeze([]));

function checked({ usd, scope, unbounded }: Checked<typeof BUDGET>): CheckedBudget {
  return Object.freeze({ limitMicros: microsOf(usd, "down"), scope, unbounded });
}

/** The error of an attempt that does not fit into a budget. */
export function exceeded(
  whose: string,
  limitMicros: number,
  spentMicros: number,
  boundMicros: number,
): QuorateError {
  return new QuorateError(
    "BUDGET_EXCEEDED",
    `the budget of ${whose} is ${dollars(limitMicros)}, ${dollars(spentMicros)} of it is spent, and the next attempt may cost ${dollars(boundMicros)}; raise the budget, or lower maxCost`,
  );
}

/** The error of an attempt whose greatest cost is unknown, under a budget of which nothing is left. */
export function usedUp(whose: string, limitMicros: number, spentMicros: number): QuorateError {
  return new QuorateError(
    "BUDGET_EXCEEDED",
    `the budget of ${whose} is ${dollars(limitMicros)}, and ${dollars(spentMicros)} is spent; raise the budget`,
  );
}

/** The error after an attempt of the agent `by` has cost more than was reserved for it; earlier versions have not kept whose it was. */
export function overrun(whose: string, by: string | undefined): QuorateError {
  const [attempt, maxCost] =
    by === undefined ? ["an attempt", "that maxCost"] : [`an attempt of "${by}"`, "it"];
  return new QuorateError(
    "BUDGET_EXCEEDED",
    `under the budget of ${whose} ${attempt} cost more than its maxCost, so no further attempt is made; raise ${maxCost}`,
  );
}

/** An attempt whose greatest cost in dollars is unknown. */
export interface Unbounded {
  readonly agent: string;
  /** How many tokens it may use; 0 if unknown. */
  readonly tokens: number;
  readonly modelName?: string | undefined;
}

/** The error of an attempt whose greatest cost is unknown. */
export function noBound(whose: string, { agent, tokens, modelName }: Unbounded): QuorateError {
  const [why, what] =
    tokens === 0
      ? [`nothing says what an attempt of "${agent}" costs at most`, "give it a maxCost"]
      : modelName === undefined
        ? [`"${agent}" has a maxCost in tokens and no model`, "give it a model that has a price"]
        : [
            `the maxCost of "${agent}" is in tokens of "${modelName}", which has no price`,
            `give prices: { ${JSON.stringify(modelName)}: … } to the team`,
          ];
  const dollars = tokens === 0 ? ", as in { usd: 0.05 }" : ", or a maxCost in dollars";
  return new QuorateError(
    "NO_BOUND",
    `${why}, and there is a budget of ${whose}; ${what}${dollars}, or the budget unbounded: "allow"`,
  );
}
