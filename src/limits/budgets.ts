import { BACKEND, TEXT } from "../check/arguments.ts";
import type { Store } from "../store/store.ts";
import {
  BUDGET_PREFIX,
  resetShared,
  sharedState,
  type BudgetState,
} from "./scope/shared-budget.ts";

/** A budget that runs share, and its state. */
export interface ScopedBudget extends BudgetState {
  readonly scope: string;
}

/** The budgets that runs share, in any process: those with a `scope`. Each method rejects with `STORE_FAILED` if the store fails. */
export interface Budgets {
  /** All that a run has used, in the order of their scopes. */
  list(): Promise<readonly ScopedBudget[]>;
  /** The state of one; all zero if no run has used it. */
  of(scope: string): Promise<BudgetState>;
  /**
   * Resets one: spending under its scope, and an overrun, are forgotten. Reservations of running attempts stay, and are
   * charged to the new one.
   */
  reset(scope: string): Promise<void>;
}

/** The shared budgets of a backend, to read and reset. */
export function budgets(backend: { readonly store: Store }): Budgets {
  BACKEND.needed().take(backend, "budgets: backend");
  const { values } = backend.store;
  return {
    async list() {
      const found: ScopedBudget[] = [];
      const nowMs = await values.now();
      for (let after = ""; ;) {
        const kept = await values.list(BUDGET_PREFIX, { after });
        const last = kept.at(-1);
        if (last === undefined) return found;
        for (const { key } of kept) {
          const scope = key.slice(BUDGET_PREFIX.length);
          found.push({ scope, ...(await sharedState(values, scope, nowMs)) });
        }
        after = last.key;
      }
    },
    async of(scope) {
      TEXT.take(scope, "budgets: scope");
      return sharedState(values, scope, await values.now());
    },
    async reset(scope) {
      TEXT.take(scope, "budgets: scope");
      await resetShared(values, scope);
    },
  };
}
