import { AsyncLocalStorage } from "node:async_hooks";
import type { Limit } from "./limit.ts";
import type { Permit } from "./permit.ts";

/**
 * The running attempt: `holding.run(permit, work)` calls `work`, and everything that it begins, including runs of teams, knows that the holder of
 * `permit` may be waiting for it.
 */
export const holding: AsyncLocalStorage<Permit> = new AsyncLocalStorage<Permit>();

/** The permit of the attempt within which this code runs; `undefined` for none. */
export function permitHere(): Permit | undefined {
  return holding.getStore();
}

/** The agent within whose attempt this code runs, even if the attempt is over; `undefined` for none. */
export function agentHere(): string | undefined {
  return holding.getStore()?.request.agent;
}

/**
 * The runs within which this code runs, even if they are over: those of the innermost attempt first. An attempt has several if it is a batch; there are
 * none outside an attempt.
 */
export function runsHere(): readonly (readonly string[])[] {
  const runs: (readonly string[])[] = [];
  for (let next = holding.getStore(); next !== undefined; next = next.within)
    runs.push(next.runIds);
  return runs;
}

/**
 * The permits of the attempts that wait for the current code and hold their slots in the meantime: the innermost first. Nobody waits for
 * what an attempt that is over has left behind.
 */
export function holdersHere(): readonly Permit[] {
  const holders: Permit[] = [];
  for (let next = holding.getStore(); next?.over === false; next = next.within) holders.push(next);
  return holders;
}

/** Something that their attempts began waits for a slot in `limit`, until {@link goOn}. */
export function wait(holders: readonly Permit[], limit: Limit): void {
  for (const holder of holders) {
    holder.waits ??= new Map();
    holder.waits.set(limit, (holder.waits.get(limit) ?? 0) + 1);
    for (const held of holder.limits) (held.waiting ??= new Set()).add(holder);
  }
}

export function goOn(holders: readonly Permit[], limit: Limit): void {
  for (const holder of holders) {
    const { waits } = holder;
    const left = (waits?.get(limit) ?? 0) - 1;
    if (left > 0) waits?.set(limit, left);
    else waits?.delete(limit);
    if (waits !== undefined && waits.size > 0) continue;
    for (const held of holder.limits) held.waiting?.delete(holder);
  }
}

/**
 * Whether no slot of a limit ever becomes free: each is held by an attempt that waits for a slot in this limit, or in another one for
 * which the same is true.
 */
export function isStuck(limit: Limit): boolean {
  if (!isFilled(limit, holdersOf(limit))) return false;
  const stuck = new Set([limit]);
  for (const one of stuck) {
    for (const other of waitedFor(one)) if (isFilled(other, holdersOf(other))) stuck.add(other);
  }
  // A holder that waits only for limits that are not stuck goes on, which may free its limit; repeat until nothing changes.
  for (let size = -1; size !== stuck.size;) {
    ({ size } = stuck);
    for (const one of stuck) {
      const remaining = holdersOf(one).filter(({ waits }) => anyOf(waits, stuck));
      if (!isFilled(one, remaining)) stuck.delete(one);
    }
  }
  return stuck.has(limit);
}

function holdersOf({ waiting }: Limit): readonly Permit[] {
  return [...(waiting ?? [])].filter(({ over }) => !over);
}

/** Whether these holders leave no room in it, whoever else leaves. */
function isFilled(limit: Limit, holders: readonly Permit[]): boolean {
  const { inFlight, concurrency, filledBy } = limit;
  return filledBy?.(holders) ?? (inFlight >= concurrency && holders.length >= inFlight);
}

function waitedFor(limit: Limit): readonly Limit[] {
  return holdersOf(limit).flatMap(({ waits }) => [...(waits?.keys() ?? [])]);
}

function anyOf(waits: Permit["waits"], limits: ReadonlySet<Limit>): boolean {
  return [...(waits?.keys() ?? [])].some((limit) => limits.has(limit));
}
