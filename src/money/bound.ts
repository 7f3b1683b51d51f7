import { hear } from "../async/hear.ts";
import { describeThrown, QuorateError } from "../errors.ts";
import { atOnce } from "../policy/at-once.ts";
import { checkGiven, checkKeys, checkKind, shown } from "../policy/check-kind.ts";
import type { AskedAt } from "../policy/tier.ts";
import { isUsd, MAX_USD, microsOf } from "./micros.ts";
import { priceMicros, type Price } from "./price.ts";

/** What one attempt may cost at most: dollars, or tokens of a model that has a price. */
export interface CostBound {
  readonly usd?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** A bound, or what makes one of a task. The function must not wait, and sees the task after its schema. */
export type MaxCost<Task = never> = CostBound | ((task: Task, asked: AskedAt) => CostBound);

/** A bound as it is reckoned with: `usdMicros` is `undefined` where nobody can say. */
export interface Bound {
  readonly usdMicros: number | undefined;
  /** Input and output together; 0 where nobody says. */
  readonly tokens: number;
}

export const UNBOUNDED: Bound = Object.freeze({ usdMicros: undefined, tokens: 0 });

/** Refuses with `BAD_OPTIONS` what is no bound and makes none. */
export function checkMaxCost(maxCost: MaxCost | undefined, where: string): MaxCost | undefined {
  if (maxCost === undefined || typeof maxCost === "function") return maxCost;
  checkKind(maxCost, `${where}: maxCost`, "object", "use { usd: 0.05 }, or (task) => ({ usd })");
  checkBound(maxCost, `${where}: maxCost`);
  return Object.freeze({ ...maxCost });
}

const BOUND_KEYS: ReadonlySet<string> = new Set(["usd", "inputTokens", "outputTokens"]);

function checkBound(bound: CostBound, what: string): void {
  checkKeys(bound, BOUND_KEYS, what);
  const { usd, inputTokens, outputTokens } = bound;
  for (const [name, value] of Object.entries({ usd, inputTokens, outputTokens })) {
    if (value === undefined) continue;
    if (name === "usd" ? isUsd(value) : Number.isSafeInteger(value) && value >= 0) continue;
    const instead =
      name === "usd" ? `use US dollars from 0 to ${MAX_USD}` : "use a whole number from 0";
    throw new QuorateError("BAD_OPTIONS", `${what}.${name} is ${shown(value)}; ${instead}`);
  }
}

/**
 * What one attempt may cost at most. Throws `BAD_OPTIONS` where the agent's function fails or makes what is no bound: the call
 * fails with it, as nothing can be promised.
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
      const made = atOnce(() => maxCost(input as never, asked), "it");
      hear(made);
      checkGiven(made, "what it returns", "object", "return { usd: 0.05 }");
      checkBound(made, "what it returns");
      bound = made;
    } catch (cause) {
      const why = describeThrown(cause);
      throw new QuorateError("BAD_OPTIONS", `the maxCost of ${what} failed: ${why}`, { cause });
    }
  }
  const { usd, inputTokens = 0, outputTokens = 0 } = bound;
  const tokens = inputTokens + outputTokens;
  if (usd !== undefined) return { usdMicros: microsOf(usd, "up"), tokens };
  if (price === undefined || tokens === 0) return { usdMicros: undefined, tokens };
  return { usdMicros: priceMicros(price, { inputTokens, outputTokens }), tokens };
}
