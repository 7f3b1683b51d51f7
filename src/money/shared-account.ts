import { checkText, checkValues } from "../policy/given.ts";
import { QuorateError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Values } from "../store/values.ts";
import { exceeded, noBound, overrun, type CheckedBudget } from "./budget.ts";

/** What a store keeps of a budget that runs share, of whatever process. Money in micro-dollars. */
interface Kept {
  readonly spent: number;
  /** An attempt cost more than was reserved for it. */
  readonly overran?: true;
  /** What is reserved, by reservation: how much, and until when its process is given to settle it, in ms since 1970. */
  readonly open: Reservations;
  /** Those of them that were given up as dead, and are in `spent` in full: what is settled after all takes their place. */
  readonly lost?: Reservations;
}

type Reservations = Readonly<Record<string, readonly [micros: number, untilMs: number]>>;

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

/**
 * Charges a reservation, once, with what it came to. One that was given up as dead is put right; where the budget was begun anew
 * since then, nothing of it is counted any more, and the new one is charged.
 */
export async function settleShared(
  values: Values,
  scope: string,
  { id, boundMicros, nowMs }: Pick<Wanted, "id" | "boundMicros" | "nowMs">,
  chargedMicros: number,
): Promise<void> {
  await values.change(BUDGET_PREFIX + scope, (value) => {
    const { lost, ...kept } = withoutDead(keptFrom(value), nowMs);
    const { [id]: _settled, ...open } = kept.open;
    const { [id]: counted, ...others } = lost ?? {};
    return {
      ...kept,
      spent: kept.spent - (counted?.[0] ?? 0) + chargedMicros,
      open,
      ...lostOf(others),
      ...(chargedMicros > (boundMicros ?? Infinity) && { overran: true }),
    };
  });
}

/** Charges what was settled with more; `overran` where it is more than was reserved for it. */
export async function raiseShared(
  values: Values,
  scope: string,
  moreMicros: number,
  overran: boolean,
): Promise<void> {
  await values.change(BUDGET_PREFIX + scope, (value) => {
    const kept = keptFrom(value);
    return { ...kept, spent: kept.spent + moreMicros, ...(overran && { overran }) };
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
export async function budgetState(
  store: { readonly values: Values },
  scope: string,
): Promise<BudgetState> {
  checkValues(store, "budgetState");
  checkText(scope, "budgetState: scope");
  return sharedState(store.values, scope, await store.values.now());
}

/**
 * Begins a budget that runs share anew: what was spent under its scope, and an overrun, are forgotten. What is reserved for
 * attempts under way stays, and is charged to the new one.
 */
export async function resetBudget(
  store: { readonly values: Values },
  scope: string,
): Promise<void> {
  checkValues(store, "resetBudget");
  checkText(scope, "resetBudget: scope");
  await store.values.change(BUDGET_PREFIX + scope, (value) => {
    const open = isKept(value) ? value.open : {};
    return Object.keys(open).length === 0 ? undefined : { ...EMPTY, open };
  });
}

/** What a store has under a budget's key. Throws `STORE_FAILED` for what is no budget: then nothing can be promised. */
function keptFrom(value: Json | undefined): Kept {
  if (value === undefined) return EMPTY;
  // One of an earlier version may have been settled to less than nothing.
  const kept: unknown = value;
  if (isKept(kept)) return kept.spent < 0 ? { ...kept, spent: 0 } : kept;
  throw new QuorateError(
    "STORE_FAILED",
    "the store has something else where a shared budget is kept; begin it anew with resetBudget()",
  );
}

function isKept(value: unknown): value is Kept {
  const { spent, open, lost = {} } = Object(value) as Partial<Kept>;
  return isMicros(spent) && isReservations(open) && isReservations(lost);
}

function isReservations(value: unknown): value is Reservations {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => Array.isArray(one) && one.every(isMicros))
  );
}

function isMicros(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function reservedOf({ open }: Kept): number {
  return Object.values(open).reduce((sum, [micros]) => sum + micros, 0);
}

// How long one that was given up is remembered. A process that has not said in a day what became of an attempt is dead.
const LOST_MS = 86_400_000;

/** What is left when those reservations are counted as spent whose process must have died. */
function withoutDead(kept: Kept, nowMs: number): Kept {
  const { lost, ...rest } = kept;
  const dead = Object.entries(kept.open).filter(([, [, untilMs]]) => untilMs < nowMs);
  const forgotten = Object.entries(lost ?? {}).some(([, one]) => isForgotten(one, nowMs));
  if (dead.length === 0 && !forgotten) return kept;
  const open = { ...kept.open };
  let { spent } = kept;
  for (const [id, [micros]] of dead) {
    spent += micros;
    delete open[id];
  }
  const given = [...Object.entries(lost ?? {}), ...dead];
  const known = given.filter(([, one]) => !isForgotten(one, nowMs));
  return { ...rest, spent, open, ...lostOf(Object.fromEntries(known)) };
}

function isForgotten([, untilMs]: Reservations[string], nowMs: number): boolean {
  return untilMs + LOST_MS < nowMs;
}

function lostOf(lost: Reservations): Pick<Kept, "lost"> {
  return Object.keys(lost).length === 0 ? {} : { lost };
}
