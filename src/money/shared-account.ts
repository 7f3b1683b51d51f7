import { QuorateError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Values } from "../store/values.ts";
import { exceeded, noBound, overrun } from "./account.ts";
import type { CheckedBudget } from "./budget.ts";

/** What a store keeps of a budget that runs share, of whatever process. Money in micro-dollars. */
interface Kept {
  readonly spent: number;
  /** An attempt cost more than was reserved for it. */
  readonly overran?: true;
  /** What is reserved, by reservation: how much, and until when its process is given to settle it, in ms since 1970. */
  readonly open: Readonly<Record<string, readonly [micros: number, untilMs: number]>>;
}

/** How a budget that runs share stands, in micro-dollars. */
export interface BudgetState {
  readonly spentMicros: number;
  /** For attempts under way. What was reserved by a process that has died counts as spent when its time is over. */
  readonly reservedMicros: number;
  /** An attempt cost more than was reserved for it: nothing new is begun. */
  readonly overran: boolean;
}

const EMPTY: Kept = Object.freeze({ spent: 0, open: {} });

/** Begins the keys of shared budgets. */
export const BUDGET_PREFIX = "budget/";

/** A reservation to be made. */
export interface Wanted {
  /** Another for each attempt, of whatever process. */
  readonly id: string;
  readonly boundMicros: number | undefined;
  readonly nowMs: number;
  /** When it counts as spent in full, as its process must have died. */
  readonly untilMs: number;
}

/**
 * Reserves what an attempt may cost: `true` when that is done, `false` when open reservations have to be settled first. Rejects
 * with `BUDGET_EXCEEDED` and `NO_BOUND`, as the account of a run does, and when the store fails.
 *
 * A reservation whose process has died is never settled: it counts as spent in full when its time is over, as nobody
 * knows what became of it.
 */
export async function reserveShared(
  values: Values,
  { limitMicros, scope = "", unbounded }: CheckedBudget,
  { id, boundMicros, nowMs, untilMs }: Wanted,
): Promise<boolean> {
  const whose = `"${scope}"`;
  let fits = false;
  await values.change(BUDGET_PREFIX + scope, (value) => {
    const kept = withoutDead(keptFrom(value), nowMs);
    if (kept.overran === true) throw overrun(whose);
    if (boundMicros === undefined && unbounded === "refuse") throw noBound(whose);
    const bound = boundMicros ?? 0;
    if (kept.spent + bound > limitMicros) throw exceeded(whose, limitMicros, kept.spent, bound);
    fits = kept.spent + reservedOf(kept) + bound <= limitMicros;
    if (!fits) return value;
    return { ...kept, open: { ...kept.open, [id]: [bound, untilMs] } };
  });
  return fits;
}

/** Charges a reservation, once, with what it came to; one that was given up as dead is put right. */
export async function settleShared(
  values: Values,
  scope: string,
  { id, boundMicros, nowMs }: Pick<Wanted, "id" | "boundMicros" | "nowMs">,
  chargedMicros: number,
): Promise<void> {
  await values.change(BUDGET_PREFIX + scope, (value) => {
    const kept = withoutDead(keptFrom(value), nowMs, id);
    const { [id]: mine, ...open } = kept.open;
    // It was counted as spent in full meanwhile.
    const counted = mine === undefined ? (boundMicros ?? 0) : 0;
    return {
      ...kept,
      spent: kept.spent - counted + chargedMicros,
      open,
      ...(chargedMicros > (boundMicros ?? Infinity) && { overran: true }),
    };
  });
}

/** How a shared budget stands; all zero for one that nobody has used. */
export async function sharedState(
  values: Values,
  scope: string,
  nowMs: number,
): Promise<BudgetState> {
  const kept = withoutDead(keptFrom(await values.get(BUDGET_PREFIX + scope)), nowMs);
  return {
    spentMicros: kept.spent,
    reservedMicros: reservedOf(kept),
    overran: kept.overran === true,
  };
}

/** How a budget that runs share stands, by its scope; all zero for one that nobody has used. */
export function budgetState(
  store: { readonly values: Values },
  scope: string,
): Promise<BudgetState> {
  return sharedState(store.values, scope, Date.now());
}

/**
 * Begins a budget that runs share anew: what was spent under its scope, and an overrun, are forgotten. What is reserved for
 * attempts under way stays, and is charged to the new one.
 */
export async function resetBudget(
  { values }: { readonly values: Values },
  scope: string,
): Promise<void> {
  await values.change(BUDGET_PREFIX + scope, (value) => {
    const open = isKept(value) ? value.open : {};
    return Object.keys(open).length === 0 ? undefined : { ...EMPTY, open };
  });
}

/** What a store has under a budget's key. Throws `STORE_FAILED` for what is no budget: then nothing can be promised. */
function keptFrom(value: Json | undefined): Kept {
  if (value === undefined) return EMPTY;
  if (isKept(value)) return value;
  throw new QuorateError(
    "STORE_FAILED",
    "the store has something else where a shared budget is kept; begin it anew with resetBudget()",
  );
}

function isKept(value: unknown): value is Kept & Json {
  const { spent, open } = Object(value) as Partial<Kept>;
  return (
    isMicros(spent) &&
    typeof open === "object" &&
    open !== null &&
    Object.values(open).every((one) => Array.isArray(one) && one.every(isMicros))
  );
}

function isMicros(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function reservedOf({ open }: Kept): number {
  return Object.values(open).reduce((sum, [micros]) => sum + micros, 0);
}

function withoutDead(kept: Kept, nowMs: number, but?: string): Kept {
  const dead = Object.entries(kept.open).filter(
    ([id, [, untilMs]]) => untilMs < nowMs && id !== but,
  );
  if (dead.length === 0) return kept;
  const open = { ...kept.open };
  let { spent } = kept;
  for (const [id, [micros]] of dead) {
    spent += micros;
    delete open[id];
  }
  return { ...kept, spent, open };
}
