import type { CheckedBudget, OwnedBudget } from "../money/budget.ts";
import { budgetLimit } from "./budget-limit.ts";
import type { Limit } from "./limit.ts";
import type { Scoped } from "./scope/scoped.ts";
import { sharedBudget } from "./scope/shared-budget.ts";

/** The limits of an attempt: in this process, and those that also hold for other processes. */
export interface Passed {
  readonly limits: readonly Limit[];
  readonly scoped: readonly Scoped[];
}

/** The budgets of one run, which last as long as it. */
export class RunBudgets {
  // By the budget: a team has one description, and may be in several places.
  // Most runs have no budgets.
  #known: Map<string, Map<CheckedBudget, Limit>> | undefined;
  #money: Map<readonly OwnedBudget[], Passed> | undefined;
  #all: Map<Passed["limits"], Passed> | undefined;

  /** The money alone. The same object each time for the same list of budgets. */
  money(budgets: readonly OwnedBudget[]): Passed {
    const known = this.#money?.get(budgets);
    if (known !== undefined) return known;
    const own = budgets.filter(({ budget }) => budget.scope === undefined);
    const made = {
      limits: own.map((owned) => this.#of(owned)),
      scoped: oncePerScope(budgets.map(({ budget }) => budget)).map(sharedBudget),
    };
    (this.#money ??= new Map()).set(budgets, made);
    return made;
  }

  /** The slots and the money of an agent, known by its list of limits: an agent at two tiers has one list of budgets and two of limits. */
  all({ limits, scoped }: Passed, budgets: readonly OwnedBudget[]): Passed {
    const known = this.#all?.get(limits);
    if (known !== undefined) return known;
    const money = this.money(budgets);
    const made = {
      limits: [...limits, ...money.limits],
      scoped: [...scoped, ...money.scoped],
    };
    (this.#all ??= new Map()).set(limits, made);
    return made;
  }

  /**
   * Charges what was spent by attempts that were admitted before this process resumed the run; `overran` is the agent of one that cost
   * more than was reserved for it. Shared budgets know of it already.
   */
  charge(budgets: readonly OwnedBudget[], micros: number, overran: string | undefined): void {
    for (const owned of budgets) {
      if (owned.budget.scope === undefined) this.#of(owned).condition?.raise?.(micros, overran);
    }
  }

  #of({ budget, place, whose }: OwnedBudget): Limit {
    this.#known ??= new Map();
    const ofPlace = this.#known.get(place) ?? new Map<CheckedBudget, Limit>();
    this.#known.set(place, ofPlace);
    const made = ofPlace.get(budget) ?? budgetLimit(budget, whose);
    ofPlace.set(budget, made);
    return made;
  }
}

/** Each shared budget once, however many above an attempt name it: the lowest limit counts. */
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
  return [...byScope.values()];
}
