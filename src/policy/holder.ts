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
  /** It has given its slots back, or will within its grace, whatever it waits for. */
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

/**
 * The attempts that wait for what runs now, and hold their slots meanwhile: the innermost first. For what one that is over has left
 * behind nobody waits.
 */
export function holdersHere(): readonly Holder[] {
  const holders: Holder[] = [];
  for (let next = current.getStore(); next?.over === false; next = next.within) holders.push(next);
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
export function isStuck(lane: Lane): boolean {
  if (!isHeldByWaiting(lane)) return false;
  const stuck = new Set([lane]);
  for (const one of stuck) {
    for (const other of waitedFor(one)) if (isHeldByWaiting(other)) stuck.add(other);
  }
  // Those of which a holder waits for lanes alone that are not stuck are not stuck either, until none of them is left.
  for (let size = -1; size !== stuck.size;) {
    ({ size } = stuck);
    for (const one of stuck) {
      const goesOn = holdersOf(one).some(({ waits }) => !anyOf(waits, stuck));
      if (goesOn) stuck.delete(one);
    }
  }
  return stuck.has(lane);
}

function holdersOf({ waiting }: Lane): readonly Holder[] {
  return [...(waiting ?? [])].filter(({ over }) => !over);
}

function isHeldByWaiting(lane: Lane): boolean {
  return lane.inFlight >= lane.limit && holdersOf(lane).length >= lane.inFlight;
}

function waitedFor(lane: Lane): readonly Lane[] {
  return holdersOf(lane).flatMap(({ waits }) => [...(waits?.keys() ?? [])]);
}

function anyOf(waits: Holder["waits"], lanes: ReadonlySet<Lane>): boolean {
  return [...(waits?.keys() ?? [])].some((lane) => lanes.has(lane));
}
