import { hearOptions } from "../async/hear.ts";
import { QuorateError } from "../errors.ts";
import { checkKeys, checkKind, shown } from "../policy/check-kind.ts";
import { dollars, isUsd, MAX_USD, microsOf } from "./micros.ts";

/** What may be spent at most: a promise, kept by reserving before each attempt what it may cost. */
export interface Budget {
  /** US dollars; kept in whole micro-dollars, rounded down. */
  readonly usd: number;
  /**
   * Shared by all runs that name it, also of other processes that have the same store, for good: put the day into the name for a
   * budget per day. Where left out, each run has the budget for itself.
   */
  readonly scope?: string;
  /** What becomes of an attempt of which nobody says what it may cost at most: `"refuse"` where left out. */
  readonly unbounded?: "refuse" | "allow";
}

/** A budget, checked. */
export interface CheckedBudget {
  readonly limitMicros: number;
  readonly scope: string | undefined;
  readonly unbounded: "refuse" | "allow";
}

/** A budget, and whose it is. */
export interface OwnedBudget {
  readonly budget: CheckedBudget;
  /** The place of the team or agent that has it; empty for the root. */
  readonly place: string;
  /** For messages. */
  readonly whose: string;
}

const MAX_SCOPE = 200;
const BUDGET_KEYS: ReadonlySet<string> = new Set(["usd", "scope", "unbounded"]);

/** One budget or several, checked. Throws `BAD_OPTIONS`; `where` begins its sentence. */
export function checkBudgets(
  given: Budget | readonly Budget[] | undefined,
  where: string,
): readonly CheckedBudget[] {
  if (given === undefined) return NONE;
  hearOptions(given);
  const list = Array.isArray(given) ? (given as readonly Budget[]) : [given as Budget];
  return Object.freeze(list.map((budget) => checkBudget(budget, `${where}: budget`)));
}

const NONE: readonly CheckedBudget[] = Object.freeze([]);

function checkBudget(budget: Budget, what: string): CheckedBudget {
  checkKind(budget, what, "object", "use { usd: 2 }");
  checkKeys(budget, BUDGET_KEYS, what);
  const { usd, scope, unbounded = "refuse" } = budget;
  checkKind(scope, `${what}.scope`, "string", 'use a name, for instance "nightly 2026-11-22"');
  if (!isUsd(usd)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${what}.usd is ${shown(usd)}; use US dollars from 0 to ${MAX_USD}`,
    );
  }
  if (scope !== undefined && (scope === "" || scope.length > MAX_SCOPE || !scope.isWellFormed())) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${what}.scope is ${shown(scope)}; use 1 to ${MAX_SCOPE} characters of valid Unicode`,
    );
  }
  if (unbounded !== "refuse" && unbounded !== "allow") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${what}.unbounded is ${shown(unbounded)}; use "refuse" or "allow"`,
    );
  }
  return Object.freeze({ limitMicros: microsOf(usd, "down"), scope, unbounded });
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
