import { addCost, NO_COST, UNKNOWN_COST, type Cost } from "../model/call.ts";
import type { Amount, Bill, BillLine, Saved, Wasted } from "../model/outcome.ts";
import { add, addEach, merged, NONE, NOTHING_SAVED, NOTHING_WASTED } from "./add-bills.ts";
import { asLeft, costOf, countOf, linesOf, type Entry } from "./bill-entry.ts";

/**
 * The calls of one team of a run, with a scope for each nested team: a bill is made at the end of every team, and must not
 * look at the calls of all others.
 *
 * What was computed is kept until something in the scope changes. If a scope has nothing computed, no scope around it has.
 */
export interface Scope {
  readonly parent: Scope | undefined;
  /** Its nested teams, and its own repetitions. */
  readonly inner: Scope[];
  /** Its own calls, in the order in which they were first asked. */
  readonly calls: Entry[];
  /** The calls that were stopped early, even before they had begun. */
  readonly stopped: Set<string>;
  /** The calls that a panel left out, and whether they would have cost nothing: they never began. */
  readonly leftOut: Map<string, boolean>;
  /** The calls that were made only to learn from them. */
  readonly explored: Set<string>;
  /** The call of its team; `undefined` for that of the run. */
  readonly call: string | undefined;
  sums: Sums | undefined;
  lines: readonly OrderedLine[] | undefined;
}

/** A line, and the index of its first call among all calls of the run. */
type OrderedLine = BillLine & { readonly order: number };

export interface Sums extends Omit<Bill, "lines" | "spent"> {
  readonly spent: Cost;
  /** Calls that reported nothing, and calls whose money is not fully known. */
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

/** The sums over its calls, including those of nested teams. */
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

/** The lines of its bill, in the order in which their agents and models were first asked. */
export function linesIn(scope: Scope): readonly BillLine[] {
  // Its own calls are already in order.
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

/** The calls on the bill, as they are if no further event comes. */
function billed({ calls }: Scope): readonly Entry[] {
  return calls.filter(isBilled).map(asLeft);
}

/** Whether a call is on the bill: for a team, the calls of its agents are, unless its answer existed already. */
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
    // A call that was asked again at a more expensive tier has saved nothing.
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

/** The cost of its own calls that were made only to learn from them, with those that replaced them. */
function exploredBy(entries: readonly Entry[], { explored }: Scope): Amount {
  const viaOf = new Map(entries.map(({ callId, via }) => [callId, via?.callId]));
  // A log may come from anyone: calls that replace each other in a circle are visited once.
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
