import type { Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { holds, refused, withStore, type OpenStore } from "./checks.ts";
import { answered, started, wholeRun } from "./run-events.ts";

/** What a store that outlives its process can do in addition. */
export interface StoreHarness {
  /** Opens a store's contents again, as another owner; the first store may be closed by now, or continue beside it. */
  open(store: Store): Store | Promise<Store>;
  /** Makes every write of a store fail until the result is disposed of. Adds the cases for a failing store. */
  breakDown?(store: Store): Disposable | Promise<Disposable>;
}

/** Closing, and opening again. */
export function closingCases(
  open: OpenStore,
  harness: StoreHarness | undefined,
): readonly ContractCase[] {
  return [
    withStore(open, "refuses everything once it is closed", async (store) => {
      await store.append([started("run")]);
      await store.close();
      await refused("STORE_FAILED", () => store.append([answered("run", 2)]));
      await refused("STORE_FAILED", () => store.read("run"));
      await refused("STORE_FAILED", () => store.follow("run").next());
      await refused("STORE_FAILED", () => store.run("run"));
      await refused("STORE_FAILED", () => store.runs());
      await refused("STORE_FAILED", () => store.take("run"));
      await refused("STORE_FAILED", () => store.release("run", 1));
      await refused("STORE_FAILED", () => store.prune(0));
      await refused("STORE_FAILED", () => store.erase({ run: "run" }));
      await refused("STORE_FAILED", () => store.values.get("key"));
      await refused("STORE_FAILED", () => store.values.change("key", () => 1));
      await refused("STORE_FAILED", () => store.values.changeAll(["a", "b"], () => [1, 2]));
      await refused("STORE_FAILED", () => store.values.now());
      await refused("STORE_FAILED", () => store.values.list(""));
    }),
    withStore(open, "can be closed twice, also at the same time", async (store) => {
      await Promise.all([store.close(), store.close()]);
      await store.close();
    }),
    withStore(open, "settles what was appended before it closed", async (store) => {
      const kept = [
        store.append([started("a")]),
        store.append([started("b")]),
        store.append([answered("a", 2)]),
      ];
      await store.close();
      await Promise.all(kept);
    }),
    ...(harness === undefined ? [] : [reopenCase(open, harness)]),
  ];
}

function reopenCase(open: OpenStore, harness: StoreHarness): ContractCase {
  return withStore(
    open,
    "has everything, and continues, when it is opened again",
    async (store) => {
      await store.append(wholeRun("ended", 5));
      void store.append([started("open")]);
      await store.close();
      const again = await harness.open(store);
      try {
        await holds(again, "ended", wholeRun("ended", 5));
        await refused("LEASE_LOST", () => again.append([answered("open", 2)]));
        const fence = await again.take("open");
        await refused("SEQ_TAKEN", () => again.append([answered("open", 1)], fence));
        await again.append([answered("open", 2)], fence);
        await holds(again, "open", [started("open"), answered("open", 2)]);
      } finally {
        await again.close();
      }
    },
  );
}
