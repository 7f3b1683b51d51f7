import { AsyncLocalStorage } from "node:async_hooks";
import type { Lane } from "./admission.ts";

/** An attempt, or a batch of them, that holds a slot in each of its lanes. */
export interface Holder {
  /** The agent that is asked. */
  readonly agent: string;
  readonly lanes: readonly Lane[];
  /** The attempt that began the run of this one. */
  readonly within: Holder | undefined;
  /** For which lanes something that it began waits; made when the first one does. */
  waits: Map<Lane, number> | undefined;
  /** It has given its slots back. */
  over: boolean;
}

const current = new AsyncLocalStorage<Holder>();

/** Calls `work`, and knows from everything that it begins, runs of teams too, that `holder` may be waiting for that. */
export function holding<T>(holder: Holder, work: () => T): T {
  return current.run(holder, work);
}

/** The agent on whose behalf the code that asks runs, also when its attempt is over; `undefined` for nobody's. */
export function agentHere(): string | undefined {
  return current.getStore()?.agent;
}

export function holderOf(agent: string, lanes: readonly Lane[]): Holder {
  return { agent, lanes, within: current.getStore(), waits: undefined, over: false };
}

/** The attempts that have begun what runs now, and still hold their slots: the innermost first. */
export function holdersHere(): readonly Holder[] {
  const holders: Holder[] = [];
  for (let next = current.getStore(); next !== undefined; next = next.within) {
    if (!next.over) holders.push(next);
  }
  return holders;
}

/** Something that these began waits for a slot in `lane`, until {@link goOn}. */
export function wait(holders: readonly Holder[], lane: Lane): void {
  for (const holder of holders) {
    holder.waits ??= new Map();
    holder.waits.set(lane, (holder.waits.get(lane) ?? 0) + 1);
    for (const held of holder.lanes) (held.waiting ??= new Set()).add(holder);
  }
}

export function goOn(holders: readonly Holder[], lane: Lane): void {
  for (const holder of holders) {
    const { waits } = holder;
    const left = (waits?.get(lane) ?? 0) - 1;
    if (left > 0) waits?.set(lane, left);
    else waits?.delete(lane);
    if (waits !== undefined && waits.size > 0) continue;
    for (const held of holder.lanes) held.waiting?.delete(holder);
  }
}

/**
 * Whether no slot of a lane ever becomes free: each is held by an attempt that waits for a slot in this lane, or in another one of
 * which the same is true.
 */
export function isStuck(lane: Lane, known: Map<Lane, boolean> = new Map()): boolean {
  const before = known.get(lane);
  if (before !== undefined) return before;
  const holders = [...(lane.waiting ?? [])].filter(({ over }) => !over);
  if (lane.inFlight < lane.limit || holders.length < lane.inFlight) return false;
  // In a circle all of them are stuck, unless one turns out not to be.
  known.set(lane, true);
  const stuck = holders.every(({ waits }) =>
    [...(waits?.keys() ?? [])].some((other) => isStuck(other, known)),
  );
  known.set(lane, stuck);
  return stuck;
}
