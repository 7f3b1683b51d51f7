import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Values } from "../../store/values.ts";
import { overrun, type CheckedBudget } from "../../money/budget.ts";
import { hasRoomFor } from "../budget-limit.ts";
import { heldFor, untilOf, type Hold, type Scoped } from "./scoped.ts";

/** What a store keeps of a budget that runs of any process share. Money in micro-dollars. */
interface KeptBudget {
  readonly spent: number;
  /** An attempt cost more than was reserved for it. */
  readonly overran?: true;
  /** Whose attempt that was. */
  readonly overranBy?: string;
  /** The reservations: how much, and until when the process may settle it, in ms since 1970. */
  readonly open: Reservations;
  /** Those whose process counts as dead, with what of them is in `spent`: a later settlement replaces that. */
  readonly lost?: Reservations;
}

type Reservations = Readonly<Record<string, readonly [micros: number, untilMs: number]>>;

/** The state of a shared budget, in micro-dollars. */
export interface BudgetState {
  readonly spentMicros: number;
  /** For running attempts. A dead process's reservation counts as spent when its time is over. */
  readonly reservedMicros: number;
  /** An attempt cost more than was reserved for it: nothing new begins. */
  readonly overran: boolean;
}

const EMPTY: KeptBudget = Object.freeze({ spent: 0, open: {} });

/** The prefix of the keys of shared budgets. */
export const BUDGET_PREFIX = "budget/";

/** A budget that runs of any process share; its scope is its name in messages. */
export function sharedBudget(budget: CheckedBudget): Scoped {
  const { scope = "" } = budget;
  const whose = `"${scope}"`;
  return {
    key: BUDGET_PREFIX + scope,
    waitsFor: { kind: "budget", name: scope },
    fair: false,
    take(value, hold, nowMs) {
      const { id, usdMicros } = hold;
      const kept = withoutDead(keptFrom(value), nowMs);
      // Whatever there is left: it is at work.
      if (hold.goesOn === true) return { kept: asJson(takenOver(kept, hold, nowMs)) };
      if (kept.overran === true) throw overrun(whose, kept.overranBy);
      const balance = { spent: kept.spent, reserved: reservedOf(kept) };
      if (!hasRoomFor(budget, whose, balance, hold)) {
        const filledBy = (ids: ReadonlySet<string>): boolean =>
          !hasRoomFor(budget, whose, { ...balance, reserved: reservedOf(kept, ids) }, hold);
        return { waitMs: Infinity, filledBy };
      }
      const reserved = [usdMicros ?? 0, untilOf(hold, nowMs)] as const;
      return { kept: { ...kept, open: { ...kept.open, [id]: reserved } } };
    },
    release(value, { id, attempt, agent, usdMicros }, { chargedMicros, again }, nowMs) {
      const { lost, ...kept } = withoutDead(keptFrom(value), nowMs);
      const { [id]: reserved, ...open } = kept.open;
      const { [id]: counted, ...others } = lost ?? {};
      // It is settled already, or another process goes on with the attempt and settles it.
      const isSettled =
        reserved === undefined &&
        counted === undefined &&
        (again === true || attempt !== undefined);
      return {
        ...kept,
        spent: kept.spent - (counted?.[0] ?? 0) + (isSettled ? 0 : chargedMicros),
        open,
        ...lostOf(others),
        ...(chargedMicros > (usdMicros ?? Infinity) && overrunBy(agent, kept)),
      };
    },
    renew(value, hold, nowMs) {
      return asJson(heldAgain(withoutDead(keptFrom(value), nowMs), hold.id, hold, nowMs));
    },
    raise(value, moreMicros, overran) {
      const kept = keptFrom(value);
      const spent = kept.spent + moreMicros;
      return { ...kept, spent, ...(overran !== undefined && overrunBy(overran, kept)) };
    },
  };
}

/** The state of a shared budget; all zero if no run has used it. */
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

/** Resets a shared budget: reservations of running attempts stay, those of dead processes are forgotten. */
export async function resetShared(values: Values, scope: string): Promise<void> {
  await values.change(BUDGET_PREFIX + scope, (value, nowMs) => {
    const { open, lost = {} } = isKept(value) ? withoutDead(value, nowMs) : EMPTY;
    // They count nothing, but if one goes on after all, the new budget is charged.
    const forgotten = Object.entries(lost).map(([id, [, untilMs]]) => [id, [0, untilMs]] as const);
    if (Object.keys(open).length === 0 && forgotten.length === 0) return undefined;
    return { ...EMPTY, open, ...lostOf(Object.fromEntries(forgotten)) };
  });
}

/** An attempt that goes on reserves what it had reserved before. If there is nothing, it is settled already. */
function takenOver(kept: KeptBudget, hold: Hold, nowMs: number): KeptBudget {
  const id = heldFor({ ...kept.lost, ...kept.open }, hold);
  return id === undefined ? kept : heldAgain(kept, id, hold, nowMs);
}

/** What is kept under an id is reserved for its whole life again, even if it was given up in the meantime. */
function heldAgain(
  { lost = {}, ...kept }: KeptBudget,
  id: string,
  hold: Hold,
  nowMs: number,
): KeptBudget {
  const { [id]: counted, ...others } = lost;
  const { [id]: reserved, ...open } = kept.open;
  if (reserved === undefined && counted === undefined) return { ...kept, ...lostOf(lost) };
  return {
    ...kept,
    spent: kept.spent - (counted?.[0] ?? 0),
    open: { ...open, [hold.id]: [hold.usdMicros ?? 0, untilOf(hold, nowMs)] },
    ...lostOf(others),
  };
}

/** The value under a budget's key. Throws `STORE_FAILED` if it is not a budget: then nothing can be promised. */
function keptFrom(value: Json | undefined): KeptBudget {
  if (value === undefined) return EMPTY;
  // A value of an earlier version may have been settled to less than nothing.
  const kept: unknown = value;
  if (isKept(kept)) return kept.spent < 0 ? { ...kept, spent: 0 } : kept;
  throw new QuorateError(
    "STORE_FAILED",
    "the store holds something else where a shared budget is kept; reset the budget with budgets(backend).reset()",
  );
}

function isKept(value: unknown): value is KeptBudget {
  const { spent, open, lost = {}, overranBy } = Object(value) as Partial<KeptBudget>;
  const isNamed = overranBy === undefined || typeof overranBy === "string";
  return isNamed && isMicros(spent) && isReservations(open) && isReservations(lost);
}

/** The agent whose attempt was the first to overrun it. */
function overrunBy(agent: string, { overran }: KeptBudget): Partial<KeptBudget> {
  return overran === true ? {} : { overran: true, overranBy: agent };
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

/** What is reserved, under any id or under one of these. */
function reservedOf({ open }: KeptBudget, ids?: ReadonlySet<string>): number {
  const counted = Object.entries(open).filter(([id]) => ids?.has(id) ?? true);
  return counted.reduce((sum, [, [micros]]) => sum + micros, 0);
}

// How long a given-up reservation is remembered. A process that has not settled an attempt in a day is dead.
const LOST_MS = 86_400_000;

/** The rest, after reservations whose process must have died are counted as spent. */
function withoutDead(kept: KeptBudget, nowMs: number): KeptBudget {
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

function asJson(kept: KeptBudget): Json {
  return kept as unknown as Json;
}

function lostOf(lost: Reservations): Pick<KeptBudget, "lost"> {
  return Object.keys(lost).length === 0 ? {} : { lost };
}
