import { memory, type Clock } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";

/** What a store takes its time for. */
interface Slow {
  /** Until an append is kept, in ms of the clock; by the place of the append among all, from 0. */
  readonly appendMs?: (at: number) => number;
  /** Until a value is read or changed, in ms of the clock. */
  readonly valueMs?: number;
}

/** A store in memory that needs time. What it is given for one run is done in the order in which it was given. */
export function slowStore(clock: Clock, { appendMs = () => 20, valueMs = 0 }: Slow = {}) {
  const inMemory = memory({ resumable: true, clock, keepRuns: 10_000 }).store;
  let appends = 0;
  let last: Promise<unknown> = Promise.resolve();
  const after = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.timer(ms, resolve);
    });
  const late = <Args extends readonly unknown[], T>(work: (...args: Args) => T) =>
    valueMs === 0 ? work : async (...args: Args) => after(valueMs).then(() => work(...args));
  const { values } = inMemory;
  const store: Store = {
    ...inMemory,
    values: { ...values, get: late(values.get), change: late(values.change) },
    append(events, fence) {
      const taken = after(appendMs(appends++));
      const before = last;
      const kept = Promise.all([taken, before]).then(() => inMemory.append(events, fence));
      last = kept.catch(() => {});
      return kept;
    },
  };
  return { store, inMemory };
}
