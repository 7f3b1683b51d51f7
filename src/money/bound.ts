import { hear } from "../model/hear.ts";
import { integer } from "../check/kinds.ts";
import { option, options, type Option, type Options } from "../check/options.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { requireSync } from "../check/require-sync.ts";
import type { AskedAt } from "../describe/tier.ts";
import { microsOf, usDollars } from "./micros.ts";
import { mostMicros, type Price } from "./price.ts";

/** The greatest cost of one attempt: dollars, or tokens of a model that has a price. */
export interface CostBound {
  readonly usd?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** Whether a bound says that nothing is spent, for any task. */
export function isFree(maxCost: MaxCost | undefined): boolean {
  return typeof maxCost === "object" && maxCost.usd === 0;
}

/** A bound, or a function that makes one from a task. The function must be synchronous, and gets the task after its schema. */
export type MaxCost<Task = never> = CostBound | ((task: Task, asked: AskedAt) => CostBound);

/** A bound in the form for computing: `usdMicros` is `undefined` if it is unknown. */
export interface Bound {
  readonly usdMicros: number | undefined;
  /** Input and output together; 0 if unknown. */
  readonly tokens: number;
}

export const UNBOUNDED: Bound = Object.freeze({ usdMicros: undefined, tokens: 0 });

const BOUND: Options<CostBound> = options(
  { usd: usDollars(), inputTokens: integer(0), outputTokens: integer(0) },
  { instead: "use { usd: 0.05 }, or (task) => ({ usd })" },
);

/** A bound, or a function that makes one. */
export const MAX_COST: Option<MaxCost | undefined> = option(
  (given, what) => (typeof given === "function" ? (given as MaxCost) : BOUND.take(given, what)),
  "",
);

/** The result of such a function. */
const MADE_BOUND = options(BOUND.table, { instead: "return { usd: 0.05 }" }).needed();

/**
 * The greatest cost of one attempt. Throws `BAD_OPTIONS` if the agent's function fails or does not return a bound: the call
 * then fails, because nothing can be promised.
 */
export function boundOf(
  maxCost: MaxCost | undefined,
  input: unknown,
  asked: AskedAt,
  price: Price | undefined,
  what: string,
): Bound {
  if (maxCost === undefined) return UNBOUNDED;
  let bound = maxCost as CostBound;
  if (typeof maxCost === "function") {
    try {
      const made = requireSync(() => maxCost(input as never, asked), "it");
      hear(made);
      bound = MADE_BOUND.take(made, "what it returns");
    } catch (cause) {
      const why = describeThrown(cause);
      throw new QuorateError("BAD_OPTIONS", `the maxCost of ${what} failed: ${why}`, { cause });
    }
  }
  const { usd, inputTokens = 0, outputTokens = 0 } = bound;
  const tokens = inputTokens + outputTokens;
  if (usd !== undefined) return { usdMicros: microsOf(usd, "up"), tokens };
  if (price === undefined || tokens === 0) return { usdMicros: undefined, tokens };
  return { usdMicros: mostMicros(price, { inputTokens, outputTokens }), tokens };
}
