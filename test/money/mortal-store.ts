import type { Store } from "../../src/ports/index.ts";
import type { MemoryStore } from "../../src/store/memory.ts";

/** At which of its writes a store ends, and how: its process dies before it or after it, or it can keep nothing from there on. */
export interface Death {
  readonly at: number;
  readonly how: "dies" | "dies after it" | "fails";
}

/** A store that will end. */
export interface Mortal {
  readonly store: Store;
  readonly dead: boolean;
  /** It works again, as if it had never failed. */
  mend(): void;
}

/**
 * A memory store that ends at its n-th write, of events or of a value; one that fails lets go of no run either. What was written before
 * stays in `memory`.
 */
export function mortal(memory: MemoryStore, { at, how }: Death): Mortal {
  let writes = 0;
  let mended = false;

  function write<T>(work: () => T): T | Promise<never> {
    writes++;
    if (writes < at || mended) return work();
    if (how === "fails") throw new Error("no space left on device");
    if (how === "dies after it" && writes === at) work();
    return new Promise<never>(() => {});
  }

  return {
    get dead() {
      return writes >= at;
    },
    mend() {
      mended = true;
    },
    store: {
      ...memory,
      append: (events, fence) => write(() => memory.append(events, fence)),
      // Not counted, so that what dies, dies of what it has to keep.
      release(runId, fence) {
        if (how === "fails" && writes >= at && !mended) throw new Error("no space left on device");
        memory.release(runId, fence);
      },
      values: {
        ...memory.values,
        change: (key, make, options) => write(() => memory.values.change(key, make, options)),
        changeAll: (keys, make, options) =>
          write(() => memory.values.changeAll(keys, make, options)),
      },
    },
  };
}
