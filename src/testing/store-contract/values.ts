import assert from "node:assert/strict";
import type { Json } from "../../model/json.ts";
import type { Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { holds, refused, throughJson, withStore, type OpenStore } from "./checks.ts";
import { finished, started } from "./run-events.ts";

const ANY_JSON: readonly Json[] = [
  null,
  false,
  0,
  -1.5e-300,
  2 ** 53,
  "",
  "a\0b \u2028 \ud800 🚀",
  [],
  [[null, { deep: [1] }]],
  JSON.parse('{"__proto__":{"admin":true},"constructor":1,"code":"x","value":1}'),
];

/** Wrong results of `make`, which no store can keep. */
const NO_JSON: readonly (() => unknown)[] = [
  () => NaN,
  () => 10n,
  () => () => 1,
  () => new Map(),
  () => ({ at: new Date(0) }),
  () => Promise.resolve(1),
  () => Promise.reject(new Error("nobody waits for this")),
];

const LARGE_CHARS = 3_000_000;

/** The value plus one. */
export function more(value: Json | undefined): Json {
  return typeof value === "number" ? value + 1 : 1;
}

const become = (store: Store, key: string, value: Json | undefined): Promise<unknown> =>
  changed(store, key, () => value);

// A promise, also if a store throws or answers synchronously.
async function changed(
  store: Store,
  key: string,
  make: (value: Json | undefined) => unknown,
): Promise<Json | undefined> {
  return store.values.change(key, make as (value: Json | undefined) => Json | undefined);
}

/** A value is what was made of it, whichever store changes it. */
export function valueCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "has no value of a key that it does not know", async (store) => {
      assert.equal(await store.values.get("nothing"), undefined);
      assert.deepEqual(await store.values.list(""), []);
    }),
    withStore(open, "makes a value of none, another of that, and removes it", async (store) => {
      const given: unknown[] = [];
      for (const next of [{ n: 1 }, { n: 2 }, undefined, { n: 3 }]) {
        const after = await changed(store, "key", (value) => {
          given.push(value);
          return next;
        });
        assert.deepEqual(after, next);
        assert.deepEqual(await store.values.get("key"), next);
      }
      assert.deepEqual(throughJson(given), throughJson([undefined, { n: 1 }, { n: 2 }, undefined]));
    }),
    withStore(open, "gives any JSON value back as it was, of any size", async (store) => {
      const values = [...ANY_JSON, "é".repeat(LARGE_CHARS)];
      for (const [index, value] of values.entries()) await become(store, `key-${index}`, value);
      for (const [index, value] of values.entries()) {
        const read = await store.values.get(`key-${index}`);
        // Compared by hand: printing a diff of the large one would take minutes.
        assert.ok(JSON.stringify(read) === JSON.stringify(value), `the value ${index}`);
      }
    }),
    withStore(open, "shares no value with who made it, or with who reads it", async (store) => {
      const mine = { list: [1] };
      const after = await become(store, "key", mine);
      mine.list.push(2);
      for (const value of [after, await store.values.get("key")]) {
        assert.deepEqual(value, { list: [1] });
        assert.ok(Object.isFrozen(value) && Object.isFrozen((value as typeof mine).list));
      }
      const listed = await store.values.list("");
      assert.ok(Object.isFrozen(listed[0]?.value));
      const change = changed(store, "key", (value) => {
        (value as typeof mine).list.push(3);
        return value;
      });
      await assert.rejects(change, TypeError);
      assert.deepEqual(await store.values.get("key"), { list: [1] });
    }),
    withStore(open, "leaves a value alone when what was given is returned", async (store) => {
      for (const value of [{ n: 1 }, "text", null]) {
        await become(store, "key", value);
        assert.deepEqual(await changed(store, "key", (given) => given), value);
        assert.deepEqual(await store.values.get("key"), value);
      }
      assert.equal(await changed(store, "nothing", (given) => given), undefined);
      assert.equal((await store.values.list("")).length, 1);
    }),
    withStore(open, "loses no change of many that are asked for at once", async (store) => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) => changed(store, `key-${index % 2}`, more)),
      );
      // In the order in which they were added.
      assert.deepEqual(
        answers,
        Array.from(answers, (_, index) => 1 + Math.floor(index / 2)),
      );
      assert.equal(await store.values.get("key-1"), 100);
    }),
    withStore(
      open,
      "refuses alone a change whose make throws, with what it threw",
      async (store) => {
        await become(store, "key", "before");
        await store.append([started("other")]);
        for (const thrown of [new Error("no"), "a text", undefined, { code: "ERR_SQLITE_ERROR" }]) {
          const [broken, ...besides] = await Promise.allSettled([
            changed(store, "key", () => {
              // oxlint-disable-next-line typescript/only-throw-error -- it is what make may do
              throw thrown;
            }),
            changed(store, "besides", more),
            (async () => store.append([started(`run-${String(thrown)}`)]))(),
          ]);
          assert.ok(broken.status === "rejected" && broken.reason === thrown);
          for (const { status } of besides) assert.equal(status, "fulfilled");
        }
        assert.equal(await store.values.get("key"), "before");
        assert.equal(await store.values.get("besides"), 4);
        assert.equal((await store.runs()).length, 5);
      },
    ),
    withStore(open, "refuses alone what is not JSON, and keeps the value", async (store) => {
      await become(store, "key", "before");
      for (const make of NO_JSON) {
        const [broken, besides] = await Promise.allSettled([
          refused("BAD_OPTIONS", () => changed(store, "key", make)),
          changed(store, "besides", more),
        ]);
        if (broken.status === "rejected") throw broken.reason;
        assert.equal(besides.status, "fulfilled");
      }
      assert.equal(await store.values.get("key"), "before");
      assert.equal(await store.values.get("besides"), NO_JSON.length);
    }),
    withStore(open, "keeps values and runs apart", async (store) => {
      await become(store, "run", "value");
      await store.append([started("run")]);
      assert.equal((await store.runs()).length, 1);
      await become(store, "run", undefined);
      await store.append([finished("run", 2)]);
      await holds(store, "run", [started("run"), finished("run", 2)]);
      await become(store, "run", "value");
      assert.equal(await store.prune(Infinity), 1);
      assert.equal(await store.values.get("run"), "value");
    }),
    withStore(open, "settles the changes that were asked for before it closed", async (store) => {
      const kept = [changed(store, "a", more), changed(store, "b", more)];
      await store.close();
      assert.deepEqual(await Promise.all(kept), [1, 1]);
    }),
  ];
}

/** The same with two stores that have the same values open. */
export function sharedValueCases(
  open: OpenStore,
  another: (store: Store) => Store | Promise<Store>,
): readonly ContractCase[] {
  return [
    withStore(open, "has values that another changes, and both lose no change", async (mine) => {
      const theirs = await another(mine);
      try {
        await become(mine, "key", "mine");
        assert.equal(await theirs.values.get("key"), "mine");
        await become(theirs, "key", 0);
        const changes = [mine, theirs].flatMap((store) =>
          Array.from({ length: 50 }, () => changed(store, "key", more)),
        );
        assert.equal(new Set(await Promise.all(changes)).size, 100);
        assert.equal(await mine.values.get("key"), 100);
      } finally {
        await theirs.close();
      }
    }),
    withStore(open, "has its values when it is opened again", async (store) => {
      await become(store, "key", { n: 1 });
      void become(store, "late", 1);
      await store.close();
      const again = await another(store);
      try {
        const listed = await again.values.list("");
        assert.deepEqual(throughJson(listed), [
          { key: "key", value: { n: 1 } },
          { key: "late", value: 1 },
        ]);
      } finally {
        await again.close();
      }
    }),
  ];
}
