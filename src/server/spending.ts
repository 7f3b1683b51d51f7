import { addBills } from "../money/add-bills.ts";
import { billOf } from "../money/bill.ts";
import { budgets, type ScopedBudget } from "../limits/budgets.ts";
import type { Bill } from "../model/outcome.ts";
import { knownMicros } from "../report/spent.ts";
import type { RunSummary, Store } from "../store/store.ts";
import type { Backend } from "../team/backend.ts";

/** What runs cost, in total and one by one. */
export interface Spending {
  readonly sinceMs: number | null;
  readonly total: Bill;
  readonly teams: readonly TeamSpent[];
  /** By the day on which the runs began, in the machine's time zone, in order. */
  readonly days: readonly TeamSpent[];
  /** The most expensive runs, as far as costs are known. */
  readonly dearest: readonly SpentRun[];
  /** The total of all teams. */
  readonly all: TeamSpent;
  /** The budgets that runs share. */
  readonly budgets: readonly ScopedBudget[];
  /** Set if there are more runs, which are not included. */
  readonly more?: true;
}

/** Which runs are added up. */
export interface SpendingOf {
  readonly sinceMs: number | null;
  readonly limit: number;
  readonly team?: string;
}

/** What some of the runs cost. Money is in micro-dollars. */
export interface TeamSpent {
  readonly name: string;
  readonly runs: number;
  /** The known cost; with `unknownRuns`, it is a lower limit. */
  readonly usdMicros: number;
  /** The number of runs whose cost is not fully known. */
  readonly unknownRuns: number;
}

export interface SpentRun {
  readonly runId: string;
  readonly team: string;
  readonly startedAtMs: number;
  readonly usdMicros: number;
  /** Set if the cost is not fully known. */
  readonly atLeast?: true;
}

const MAX_DEAREST = 5;

/** What the latest runs of a backend cost. */
export async function spendingOf(
  backend: Backend,
  { sinceMs, limit, team }: SpendingOf,
): Promise<Spending> {
  const { store } = backend;
  const asked = { since: sinceMs ?? 0, limit, ...(team !== undefined && { team }) };
  const runs = await store.runs(asked);
  const bills: Bill[] = [];
  const all = counter();
  const teams = new Map<string, Counter>();
  const days = new Map<string, Counter>();
  const dearest: SpentRun[] = [];
  for (const run of runs) {
    const bill = await billOfRun(store, run);
    const { spent } = bill;
    const usdMicros = knownMicros(spent) ?? 0;
    const { runId, startedAtMs, supervisor } = run;
    bills.push(bill);
    count(all, spent);
    count(within(teams, supervisor.name), spent);
    count(within(days, dayOf(startedAtMs)), spent);
    if (usdMicros === 0) continue;
    const isAll = spent.usdMicros !== "unknown";
    const { name } = supervisor;
    dearest.push({ runId, team: name, startedAtMs, usdMicros, ...(!isAll && { atLeast: true }) });
    if (dearest.length > 2 * MAX_DEAREST) keepDearest(dearest);
  }
  keepDearest(dearest);
  return {
    sinceMs,
    total: addBills(bills),
    teams: spentIn(teams).toSorted((a, b) => b.usdMicros - a.usdMicros),
    days: spentIn(days).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    dearest,
    all: { name: "", ...all },
    budgets: await budgets(backend).list(),
    ...(runs.length >= limit && { more: true }),
  };
}

function keepDearest(runs: SpentRun[]): void {
  runs.sort((a, b) => b.usdMicros - a.usdMicros);
  runs.splice(MAX_DEAREST);
}

/** A run's bill: the one in its last event, else computed from its log so far. */
async function billOfRun(store: Store, { runId, events }: RunSummary): Promise<Bill> {
  const [last] = await store.read(runId, events - 1);
  const bill = last?.type === "run.finished" ? last.bill : undefined;
  return bill !== undefined && isWhole(bill) ? bill : billOf(await store.read(runId));
}

/** Whether a bill has all that its log has: one of an earlier version has no lines, or not the known part of an unknown cost. */
function isWhole({ lines, spent }: Partial<Bill>): boolean {
  const { usdMicros, unreportedCalls, unpricedCalls } = spent ?? {};
  const says = usdMicros !== "unknown" || (unreportedCalls ?? unpricedCalls) !== undefined;
  return Array.isArray(lines) && says;
}

interface Counter {
  runs: number;
  usdMicros: number;
  unknownRuns: number;
}

function counter(): Counter {
  return { runs: 0, usdMicros: 0, unknownRuns: 0 };
}

function count(counter: Counter, spent: Bill["spent"]): void {
  counter.runs++;
  if (spent.usdMicros === "unknown") counter.unknownRuns++;
  counter.usdMicros += knownMicros(spent) ?? 0;
}

function within(counters: Map<string, Counter>, name: string): Counter {
  const known = counters.get(name) ?? counter();
  counters.set(name, known);
  return known;
}

function spentIn(counters: ReadonlyMap<string, Counter>): TeamSpent[] {
  return [...counters].map(([name, counter]) => ({ name, ...counter }));
}

function dayOf(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
