import { hearOptions } from "../async/hear.ts";
import { QuorateError } from "../errors.ts";
import { checkKeys, checkKind, shown } from "../policy/check-kind.ts";
import { isUsd, MAX_USD, microsOf } from "./micros.ts";

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
