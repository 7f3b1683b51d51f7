import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { refused, withStore, type OpenStore } from "./checks.ts";
import { finished, started } from "./run-events.ts";

// A store notices a change by another process within a second.
const TOLD_WITHIN_MS = 1_000;
const LOOKS = 50;

/** Resolves once `isSo`; if that never happens, the check that follows reports it. */
async function until(isSo: () => boolean): Promise<void> {
  for (let look = 0; look < LOOKS && !isSo(); look += 1) await setTimeout(TOLD_WITHIN_MS / LOOKS);
}

/** Watchers of values are notified of changes. */
export function watchingCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "tells who watches values of each change below their prefix", async (store) => {
      const seen: unknown[] = [];
      using _watch = store.values.watch("a/", () => {
        seen.push(store.values.get("a/1"));
      });
      await store.values.change("a/1", () => 2);
      // A notified watcher reads the changed value. One may be notified without a change, for instance by a store that polls.
      assert.equal(await seen.at(-1), 2);
      const before = seen.length;
      await store.values.changeAll(["b/1", "a/1"], () => [2, 3]);
      assert.ok(seen.length > before);
      assert.equal(await seen.at(-1), 3);
    }),
    withStore(open, "tells who watches of values that are erased", async (store) => {
      await store.append([started("run"), finished("run", 2)]);
      await store.values.change("a/1", () => 1, { runId: "run" });
      let told = 0;
      using _watch = store.values.watch("a/", () => {
        told += 1;
      });
      await store.erase({ run: "run" });
      assert.ok(told > 0);
    }),
    withStore(open, "tells every watcher that is there, and none that has left", async (store) => {
      const told = { first: 0, second: 0 };
      let whenItLeft = 0;
      const first = store.values.watch("", () => {
        told.first += 1;
      });
      using _second = store.values.watch("", () => {
        told.second += 1;
        if (told.second > 1) return;
        first[Symbol.dispose]();
        whenItLeft = told.first;
      });
      await store.values.change("key", () => 1);
      await store.values.change("key", () => 2);
      assert.ok(told.second >= 2);
      assert.ok(whenItLeft > 0);
      assert.equal(told.first, whenItLeft);
      first[Symbol.dispose]();
    }),
    withStore(open, "refuses to watch what is not a prefix", async (store) => {
      await refused("BAD_OPTIONS", () => store.values.watch(1 as never, () => {}));
      await refused("BAD_OPTIONS", () => store.values.watch("a", undefined as never));
    }),
    withStore(open, "tells who watches values that the store is closed", async (store) => {
      let told = 0;
      store.values.watch("a/", () => {
        told += 1;
      });
      await store.close();
      assert.ok(told > 0);
    }),
  ];
}

/** The same from a second store that has the values open. */
export function sharedWatchingCases(
  open: OpenStore,
  another: (store: Store) => Store | Promise<Store>,
): readonly ContractCase[] {
  return [
    withStore(open, "tells who watches of what another one changed", async (mine) => {
      const theirs = await another(mine);
      try {
        let told = 0;
        using _watch = mine.values.watch("a/", () => {
          told += 1;
        });
        await theirs.values.change("a/1", () => 1);
        await until(() => told > 0);
        assert.ok(told > 0, `was not told within ${TOLD_WITHIN_MS} ms`);
        assert.equal(await mine.values.get("a/1"), 1);
      } finally {
        await theirs.close();
      }
    }),
  ];
}
