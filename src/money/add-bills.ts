import { objectsIn, readGiven } from "../check/given.ts";
import { addCost, NO_COST, type Cost } from "../model/call.ts";
import type { Amount, Bill, BillLine, Saved, TotalSpent, Wasted } from "../model/outcome.ts";

export const NONE: Amount = Object.freeze({ calls: 0, usdMicros: 0 });

export const NOTHING_SAVED: Saved = Object.freeze({
  cache: NONE,
  joined: NONE,
  fork: NONE,
  duplicates: NONE,
  batch: NONE,
  tier: NONE,
  earlyStop: NONE,
});

export const NOTHING_WASTED: Wasted = Object.freeze({ retries: NONE, late: NONE, inDoubt: NONE });

/** An amount plus this many calls and this much money. */
export function add(a: Amount, calls: number, money: SavedMoney): Amount {
  const sum = { calls: a.calls + calls };
  if (a.usdMicros !== "unknown" && money.usdMicros !== "unknown") {
    return { ...sum, usdMicros: a.usdMicros + money.usdMicros };
  }
  const atLeast = knownOf(a) + knownOf(money);
  return { ...sum, usdMicros: "unknown", ...(atLeast > 0 && { atLeast }) };
}

/** Money of an amount or of a cost, in micro-dollars. */
type SavedMoney = Pick<Amount, "usdMicros" | "atLeast"> | Pick<Cost, "usdMicros" | "atLeast">;

function knownOf({ usdMicros, atLeast }: SavedMoney): number {
  if (usdMicros !== "unknown") return usdMicros;
  return (typeof atLeast === "object" ? atLeast.usdMicros : atLeast) ?? 0;
}

/** The bill of a task that shares another's run: no agent was asked for it. */
export function sharedBill({ calls, spent }: Bill): Bill {
  const duplicates = add(NONE, calls, spent);
  const saved = { ...NOTHING_SAVED, duplicates };
  return { calls: 0, attempts: 0, spent: NO_COST, saved, wasted: NOTHING_WASTED, lines: [] };
}

/** Amount by amount. */
export function addEach<T extends Saved | Wasted>(a: T, b: T | undefined): T {
  if (b === undefined) return a;
  const [one, other] = [a, b] as object[] as readonly Readonly<Record<string, Amount>>[];
  // An amount that is zero may be absent.
  const names = Object.keys({ ...one, ...other });
  return Object.fromEntries(
    names.map((name) => {
      const more = other?.[name] ?? NONE;
      return [name, add(one?.[name] ?? NONE, more.calls, more)];
    }),
  ) as unknown as T;
}

/**
 * The sum of bills; an empty bill if there are none. A bill from a log of an earlier version may lack what was saved, what was wasted
 * and its lines.
 */
export function addBills(bills: Iterable<Bill>): Bill {
  let [calls, attempts, spent] = [0, 0, NO_COST];
  let [unreported, unpriced] = [0, 0];
  let [saved, wasted] = [NOTHING_SAVED, NOTHING_WASTED];
  let explored: Amount | undefined;
  const lines: BillLine[] = [];
  const given = objectsIn(bills, "addBills");
  readGiven("a bill given to addBills", given, () => {
    for (const bill of given) {
      calls += bill.calls;
      attempts += bill.attempts;
      const { unreportedCalls = 0, unpricedCalls = 0, ...cost } = bill.spent;
      spent = addCost(spent, cost);
      unreported += unreportedCalls;
      unpriced += unpricedCalls;
      const { saved: less, wasted: vain, lines: more, explored: learned }: Partial<Bill> = bill;
      if (learned !== undefined) explored = add(explored ?? NONE, learned.calls, learned);
      saved = addEach(saved, less);
      wasted = addEach(wasted, vain);
      for (const line of more ?? []) lines.push(line);
    }
  });
  const all = spentWith(spent, unreported, unpriced);
  return {
    calls,
    attempts,
    spent: all,
    saved,
    wasted,
    ...(explored !== undefined && { explored }),
    lines: merged(lines),
  };
}

/** What was spent, with the number of calls whose cost is not fully known, if there are any. */
export function spentWith(cost: Cost, unreported: number, unpriced: number): TotalSpent {
  if (unreported + unpriced === 0) return cost;
  return {
    ...cost,
    ...(unreported > 0 && { unreportedCalls: unreported }),
    ...(unpriced > 0 && { unpricedCalls: unpriced }),
  };
}

/** Lines of the same agent and model as one, in the order of their first. */
export function merged<Line extends BillLine>(lines: readonly Line[]): readonly Line[] {
  const byPair = new Map<string, Line>();
  for (const line of lines) {
    // Most have no model, and no two such keys are the same.
    const key = line.model === null ? `=${line.agent}` : JSON.stringify([line.agent, line.model]);
    const sum = byPair.get(key);
    byPair.set(key, sum === undefined ? line : together(sum, line));
  }
  return byPair.size === lines.length ? lines : [...byPair.values()];
}

function together<Line extends BillLine>(a: Line, b: BillLine): Line {
  return {
    ...a,
    calls: a.calls + b.calls,
    attempts: a.attempts + b.attempts,
    cost: addCost(a.cost, b.cost),
    durationMs: a.durationMs + b.durationMs,
  };
}
