import { addCost, NO_COST, UNKNOWN_COST, type Cost } from "../model/call.ts";
import type { Amount, Bill, BillLine, Saved, Wasted } from "../model/outcome.ts";
import { add, addEach, merged, NONE, NOTHING_SAVED, NOTHING_WASTED } from "./add-bills.ts";
import { asLeft, costOf, countOf, linesOf, type Entry } from "./bill-entry.ts";

/**
 * The calls of one team of a run, each team in it a scope of its own: a bill is asked for at the end of every team, and is not to
 * look at the calls of all others.
 *
 * What is reckoned is kept until something in it changes. Where a scope has nothing reckoned, no scope that it stands in has.
 */
export interface Scope {
  readonly parent: Scope | undefined;
  /** The teams in it, and its own repetitions. */
  readonly inner: Scope[];
  /** Its own calls, in the order in which they were asked first. */
  readonly calls: Entry[];
  /** The calls that were stopped early, also before they had begun. */
  readonly stopped: Set<string>;
  /** The calls that a panel made needless, and whether they had cost nothing: they were never begun. */
  readonly leftOut: Map<string, boolean>;
  /** The calls that were made only to learn from them. */
  readonly explored: Set<string>;
  /** The call of its team; `undefined` for that of the run. */
  readonly call: string | undefined;
  sums: Sums | undefined;
  lines: readonly OrderedLine[] | undefined;
}

/** A line, and which of all calls of the run it is of, or the first of them. */
type OrderedLine = BillLine & { readonly order: number };

export interface Sums extends Omit<Bill, "lines" | "spent"> {
  readonly spent: Cost;
  /** Calls of which nothing was reported, and calls of which the money is not all known. */
  readonly unreported: number;
  readonly unpriced: number;
}

/** A scope in another, or that of the run. */
export function scopeIn(parent?: Scope, call?: string): Scope {
  const scope: Scope = {
    parent,
    inner: [],
    calls: [],
    stopped: new Set(),
    leftOut: new Map(),
    explored: new Set(),
    call,
    sums: undefined,
    lines: undefined,
  };
  if (parent !== undefined) {
    parent.inner.push(scope);
    changed(parent);
  }
  return scope;
}

/** Something in it has changed. */
export function changed(scope: Scope): void {
  for (
    let at: Scope | undefined = scope;
    at !== undefined && (at.sums !== undefined || at.lines !== undefined);
    at = at.parent
  ) {
    at.sums = undefined;
    at.lines = undefined;
  }
}

/** What the calls in it come to, those in its teams included. */
export function sumsOf(scope: Scope): Sums {
  if (scope.sums !== undefined) return scope.sums;
  const entries = billed(scope);
  let [calls, attempts, spent] = [0, 0, NO_COST];
  let [unreported, unpriced] = [0, 0];
  let plain = scope.stopped.size === 0 && scope.leftOut.size === 0;
  for (const entry of entries) {
    calls += countOf(entry);
    attempts += entry.attempts;
    spent = addCost(spent, costOf(entry));
    if (entry.gap === "unreported") unreported++;
    else if (entry.gap === "unpriced") unpriced++;
    plain &&= entry.more === undefined;
  }
  let saved = plain ? NOTHING_SAVED : savedBy(entries, scope);
  let wasted = plain ? NOTHING_WASTED : wastedBy(entries);
  let explored = scope.explored.size === 0 ? undefined : exploredBy(entries, scope);
  for (const inner of scope.inner) {
    const sums = sumsOf(inner);
    calls += sums.calls;
    attempts += sums.attempts;
    spent = addCost(spent, sums.spent);
    unreported += sums.unreported;
    unpriced += sums.unpriced;
    if (sums.saved !== NOTHING_SAVED) saved = addEach(saved, sums.saved);
    if (sums.wasted !== NOTHING_WASTED) wasted = addEach(wasted, sums.wasted);
    if (scope.explored.has(inner.call ?? "")) {
      explored = add(explored ?? NONE, sums.calls, sums.spent);
    } else if (sums.explored !== undefined) {
      explored = add(explored ?? NONE, sums.explored.calls, sums.explored);
    }
  }
  return (scope.sums = {
    calls,
    attempts,
    spent,
    unreported,
    unpriced,
    saved,
    wasted,
    ...(explored !== undefined && { explored }),
  });
}

/** The lines of its bill, in the order in which their agents and models were asked first. */
export function linesIn(scope: Scope): readonly BillLine[] {
  // Its own calls are in their order by themselves.
  if (scope.inner.length === 0) return merged(billed(scope).flatMap(linesOf));
  return orderedLines(scope).map(({ order: _order, ...line }) => line);
}

function orderedLines(scope: Scope): readonly OrderedLine[] {
  if (scope.lines !== undefined) return scope.lines;
  const lines = billed(scope).flatMap((entry) =>
    linesOf(entry).map((line) => ({ ...line, order: entry.order })),
  );
  for (const inner of scope.inner) lines.push(...orderedLines(inner));
  return (scope.lines = merged(lines.sort((a, b) => a.order - b.order)));
}

/** The calls that are on the bill, as they stand where nothing more is said of them. */
function billed({ calls }: Scope): readonly Entry[] {
  return calls.filter(isBilled).map(asLeft);
}

/** Whether a call is on the bill: a team's calls are those of its agents, but where its answer was there already. */
export function isBilled({ isTeam, attempts, more }: Entry): boolean {
  return more?.reused !== undefined || (attempts > 0 && !isTeam);
}

function savedBy(entries: readonly Entry[], { stopped, leftOut }: Scope): Saved {
  const saved: { -readonly [K in keyof Saved]: Saved[K] } = { ...NOTHING_SAVED };
  const askedAgain = new Set(entries.map(({ via }) => via?.callId));
  for (const { callId, more, cost } of entries) {
    if (more === undefined) continue;
    const { reused, count, batched, shared, dearestMicros } = more;
    if (reused !== undefined) {
      saved[reused.by] = add(saved[reused.by], count, reused.saved);
    }
    if (batched > 0) saved.batch = add(saved.batch, batched - shared, UNKNOWN_COST);
    if (dearestMicros === undefined || cost.usdMicros === "unknown") continue;
    // Who was asked once more, at a dearer tier, has saved nothing.
    if (dearestMicros > cost.usdMicros && !askedAgain.has(callId)) {
      saved.tier = add(saved.tier, 1, { usdMicros: dearestMicros - cost.usdMicros });
    }
  }
  if (stopped.size > 0) saved.earlyStop = { calls: stopped.size, usdMicros: "unknown" };
  if (leftOut.size > 0) {
    const areFree = [...leftOut.values()].every((isFree) => isFree);
    saved.panel = { calls: leftOut.size, usdMicros: areFree ? 0 : "unknown" };
  }
  return saved;
}

/** What its own calls took that were made only to learn from them, with those that stood in for them. */
function exploredBy(entries: readonly Entry[], { explored }: Scope): Amount {
  const viaOf = new Map(entries.map(({ callId, via }) => [callId, via?.callId]));
  // A log may be anybody's: calls that stand in for each other in a circle are looked at once.
  const isExplored = (callId: string): boolean => {
    const seen = new Set<string>();
    for (let at: string | undefined = callId; at !== undefined && !seen.has(at);) {
      if (explored.has(at)) return true;
      seen.add(at);
      at = viaOf.get(at);
    }
    return false;
  };
  let sum = NONE;
  for (const entry of entries) {
    if (entry.attempts > 0 && isExplored(entry.callId)) sum = add(sum, 1, costOf(entry));
  }
  return sum;
}

function wastedBy(entries: readonly Entry[]): Wasted {
  let { retries, late, inDoubt } = NOTHING_WASTED;
  for (const { more } of entries) {
    if (more === undefined) continue;
    const { failedAttempts, failedCost, doubtful, doubtfulCost } = more;
    if (failedAttempts > 0) retries = add(retries, failedAttempts, failedCost);
    if (more.late > 0 || more.lateCost !== NO_COST) late = add(late, more.late, more.lateCost);
    if (doubtful > 0) inDoubt = add(inDoubt, doubtful, doubtfulCost);
  }
  return { retries, late, inDoubt };
}
