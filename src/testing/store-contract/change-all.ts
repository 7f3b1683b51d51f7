import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { Json } from "../../model/json.ts";
import type { Store } from "../../store/store.ts";
import type { MakeAll } from "../../store/values.ts";
import type { ContractCase } from "../contract.ts";
import { refused, withStore, type OpenStore } from "./checks.ts";
import { more } from "./values.ts";

/** Wrong results of `make`, for two keys. */
const NO_LISTS: readonly (() => unknown)[] = [
  () => undefined,
  () => [1],
  () => [1, 2, 3],
  () => [1, NaN],
  () => [1, () => 2],
  () => ({ 0: 1, 1: 2, length: 2 }),
  () => [1, Promise.reject(new Error("nobody waits for this"))],
  () => Promise.reject(new Error("nobody waits for this")),
];

const NO_KEYS: readonly unknown[] = [
  [],
  ["a", "a"],
  ["a", ""],
  ["a", 1],
  "a",
  undefined,
  Array.from({ length: 1_001 }, (_, index) => `key-${index}`),
];

// A promise, also if a store throws or answers synchronously.
async function changedAll(
  store: Store,
  keys: readonly string[],
  make: MakeAll,
): Promise<readonly (Json | undefined)[]> {
  return store.values.changeAll(keys, make);
}

/** Changing several values in one step, and the store's time. */
export function changeAllCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(
      open,
      "changes several values in one step, in the order of their keys",
      async (store) => {
        await store.values.change("b", () => "there");
        const seen: unknown[] = [];
        const made = await changedAll(store, ["c", "b", "a"], (values) => {
          seen.push(values);
          return [1, undefined, { n: 2 }];
        });
        assert.deepEqual(seen, [[undefined, "there", undefined]]);
        assert.deepEqual(made, [1, undefined, { n: 2 }]);
        const listed = await store.values.list("");
        assert.deepEqual(
          listed.map(({ key, value }) => [key, value]),
          [
            ["a", { n: 2 }],
            ["c", 1],
          ],
        );
      },
    ),
    withStore(
      open,
      "leaves those of several values alone that are returned as they were",
      async (store) => {
        const { values } = store;
        const later = { expiresAtMs: (await values.now()) + 3_600_000 };
        await values.changeAll(["a", "b"], () => [{ n: 1 }, { n: 1 }], later);
        const past = { expiresAtMs: (await values.now()) - 1 };
        await values.changeAll(["a", "b"], ([a]) => [a, { n: 2 }], past);
        assert.deepEqual(await values.get("a"), { n: 1 });
        assert.equal(await values.get("b"), undefined);
      },
    ),
    withStore(
      open,
      "changes none of several values when their make throws or returns no list of JSON",
      async (store) => {
        await changedAll(store, ["a", "b"], () => ["a", "b"]);
        const thrown = new Error("no");
        const throwing = changedAll(store, ["a", "b"], () => {
          throw thrown;
        });
        await assert.rejects(throwing, (error) => error === thrown);
        for (const make of NO_LISTS) {
          await refused("BAD_OPTIONS", () => changedAll(store, ["a", "b"], make as MakeAll));
        }
        assert.deepEqual([await store.values.get("a"), await store.values.get("b")], ["a", "b"]);
      },
    ),
    withStore(
      open,
      "refuses to change several values of what are no different keys",
      async (store) => {
        for (const keys of NO_KEYS) {
          await refused("BAD_OPTIONS", () =>
            changedAll(store, keys as readonly string[], (all) => all),
          );
        }
        assert.deepEqual(await store.values.list(""), []);
      },
    ),
    withStore(
      open,
      "moves amounts between values without loss while others change them",
      async (store) => {
        await changedAll(store, ["a", "b"], () => [100, 0]);
        const moves = Array.from({ length: 50 }, (_, index) =>
          index % 2 === 0
            ? changedAll(store, ["a", "b"], ([a, b]) => [Number(a) - 2, Number(b) + 2])
            : changedAll(store, ["b", "a"], ([b, a]) => [Number(b) - 1, Number(a) + 1]),
        );
        const adds = Array.from({ length: 50 }, async () => store.values.change("a", more));
        await Promise.all([...moves, ...adds]);
        assert.deepEqual([await store.values.get("a"), await store.values.get("b")], [125, 25]);
      },
    ),
    withStore(open, "tells a change the store's own time, which advances", async (store) => {
      const { values } = store;
      const times = [await values.now()];
      await values.change("a", (_value, nowMs) => times.push(nowMs));
      await setTimeout(5);
      await values.changeAll(["a", "b"], (_values, nowMs) => [times.push(nowMs), 1]);
      times.push(await values.now());
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      for (const ms of times) assert.ok(Number.isFinite(ms) && ms > 0);
    }),
    withStore(
      open,
      "has a value expire by its own time, as what was made of it says",
      async (store) => {
        const { values } = store;
        const expiry = {
          expiresAtMs: (made: Json, nowMs: number) => (made === "past" ? nowMs : nowMs + 3_600_000),
        };
        await values.changeAll(["a", "b"], () => ["past", "later"], expiry);
        assert.deepEqual([await values.get("a"), await values.get("b")], [undefined, "later"]);
        const never = { expiresAtMs: () => Infinity };
        await values.change("a", () => "past", never);
        await store.prune(Infinity);
        assert.equal(await values.get("a"), "past");
      },
    ),
    withStore(
      open,
      "refuses only the change whose expiry throws or is not a time",
      async (store) => {
        const thrown = new Error("no");
        const throwing = (): never => {
          throw thrown;
        };
        const [broken, none, besides] = await Promise.allSettled([
          (async () => store.values.change("a", more, { expiresAtMs: throwing }))(),
          refused("BAD_OPTIONS", () => store.values.change("a", more, { expiresAtMs: () => NaN })),
          (async () => store.values.change("b", more))(),
        ]);
        assert.ok(broken.status === "rejected" && broken.reason === thrown);
        if (none.status === "rejected") throw none.reason;
        assert.equal(besides.status, "fulfilled");
        assert.equal(await store.values.get("a"), undefined);
      },
    ),
  ];
}

/** The same with two stores that have the same values open. */
export function sharedChangeAllCases(
  open: OpenStore,
  another: (store: Store) => Store | Promise<Store>,
): readonly ContractCase[] {
  return [
    withStore(open, "never shows only some of several changed values", async (mine) => {
      const theirs = await another(mine);
      try {
        await changedAll(mine, ["a", "b"], () => [0, 0]);
        const add: MakeAll = ([a, b]) => [more(a), more(b)];
        const changes = [mine, theirs].flatMap((store) =>
          Array.from({ length: 40 }, () => changedAll(store, ["a", "b"], add)),
        );
        const looks = Array.from({ length: 20 }, async () => {
          const listed = await theirs.values.list("");
          assert.equal(listed[0]?.value, listed[1]?.value);
        });
        await Promise.all([...changes, ...looks]);
        assert.deepEqual([await mine.values.get("a"), await theirs.values.get("b")], [80, 80]);
      } finally {
        await theirs.close();
      }
    }),
  ];
}
