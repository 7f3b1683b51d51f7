import type { CheckedBudget, OwnedBudget } from "../money/budget.ts";
import { budgetLimit, type BudgetLimit } from "./budget-limit.ts";
import type { Limit } from "./limit.ts";

/** The budgets above an attempt. */
export interface BudgetsAbove {
  /** Those of its run. */
  readonly own: readonly Limit[];
  /** Those that runs share, each scope once. */
  readonly scoped: readonly CheckedBudget[];
}

/** The budgets of one run, which last as long as it. */
export class RunBudgets {
  // By the budget: a team has one description, and may sit in several places.
  readonly #known = new Map<string, Map<CheckedBudget, BudgetLimit>>();
  readonly #above = new Map<readonly OwnedBudget[], BudgetsAbove>();

  /** What an attempt under these budgets passes. */
  above(budgets: readonly OwnedBudget[]): BudgetsAbove {
    const known = this.#above.get(budgets);
    if (known !== undefined) return known;
    const own = budgets.filter(({ budget }) => budget.scope === undefined);
    const made = {
      own: own.map((owned) => this.#of(owned).limit),
      scoped: oncePerScope(budgets.map(({ budget }) => budget)),
    };
    this.#above.set(budgets, made);
    return made;
  }

  /** Charges what the run had spent before this process went on with it. Budgets that runs share know of it. */
  charge(budgets: readonly OwnedBudget[], micros: number): void {
    for (const owned of budgets) {
      if (owned.budget.scope === undefined) this.#of(owned).charge(micros);
    }
  }

  #of({ budget, place, whose }: OwnedBudget): BudgetLimit {
    const ofPlace = this.#known.get(place) ?? new Map<CheckedBudget, BudgetLimit>();
    this.#known.set(place, ofPlace);
    const made = ofPlace.get(budget) ?? budgetLimit(budget, whose);
    ofPlace.set(budget, made);
    return made;
  }
}

/**
 * Each shared budget once, however many above an attempt name it: the least of what they say holds. In the order of their
 * scopes, so that two attempts that need the same ones do not each take one that the other is waiting for.
 */
function oncePerScope(budgets: readonly CheckedBudget[]): readonly CheckedBudget[] {
  const byScope = new Map<string, CheckedBudget>();
  for (const budget of budgets) {
    const { scope, limitMicros, unbounded } = budget;
    if (scope === undefined) continue;
    const other = byScope.get(scope) ?? budget;
    byScope.set(scope, {
      scope,
      limitMicros: Math.min(limitMicros, other.limitMicros),
      unbounded: other.unbounded === "refuse" ? "refuse" : unbounded,
    });
  }
  return [...byScope].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, budget]) => budget);
}
