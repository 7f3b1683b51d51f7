import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { refused, withStore, type OpenStore } from "./checks.ts";
import { more } from "./values.ts";

// Above U+FFFF a character is two code units, both below U+E000: as UTF-8 such keys have another order.
const KEYS = [
  "a",
  "a\0",
  "a\0b",
  "a/",
  "a/1",
  "a/10",
  "a/2",
  "ab",
  "a😀",
  "a\ue000",
  "a\uffff",
  "a\uffff\uffff",
  "b",
  "é",
  "e\u0301",
  "__proto__",
  "constructor",
  "' OR 1=1 --",
  "a%",
  "a_",
  "A/1",
  "😀",
  "\uffff",
  "x".repeat(1_000),
];

const NO_KEYS: readonly unknown[] = ["", "x".repeat(1_001), "\ud800", "a\udc00", undefined, 1, {}];

const MANY = 1_050;
const HOUR_MS = 3_600_000;

/** Which values exist: their keys, their order, and how long they last. */
export function valueKeyCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "keeps values of strange keys apart", async (store) => {
      for (const key of KEYS) await store.values.change(key, () => ({ key }));
      for (const key of KEYS) assert.deepEqual(await store.values.get(key), { key });
      for (const key of KEYS) await store.values.change(key, () => undefined);
      assert.deepEqual(await store.values.list(""), []);
    }),
    withStore(open, "refuses what is not a key", async (store) => {
      for (const none of NO_KEYS) {
        const key = none as string;
        await refused("BAD_OPTIONS", () => store.values.get(key));
        await refused("BAD_OPTIONS", () => store.values.change(key, more));
        if (key === "" || key === undefined) continue;
        await refused("BAD_OPTIONS", () => store.values.list(key));
        await refused("BAD_OPTIONS", () => store.values.list("", { after: key }));
      }
    }),
    withStore(open, "lists values by their prefix, in the order of code units", async (store) => {
      for (const key of KEYS) await store.values.change(key, () => key.length);
      for (const prefix of ["", "a", "a/", "a\uffff", "😀", "z", "A", "x".repeat(1_000)]) {
        for (const after of ["", "a", "a/1", "a/11", "a😀", "b", "\uffff\uffff"]) {
          const listed = await store.values.list(prefix, { after });
          const expected = KEYS.toSorted()
            .filter((key) => key.startsWith(prefix) && key > after)
            .map((key) => ({ key, value: key.length }));
          assert.deepEqual(listed, expected, `${prefix} after ${after}`);
        }
      }
    }),
    withStore(open, "lists at most limit values, 1,000 by default", async (store) => {
      const key = (index: number): string => `key-${String(index).padStart(4, "0")}`;
      await Promise.all(
        Array.from({ length: MANY }, async (_, index) => store.values.change(key(index), more)),
      );
      assert.equal((await store.values.list("key")).length, 1_000);
      for (const [limit, count] of [
        [0, 0],
        [1, 1],
        [2.9, 2],
        [NaN, 0],
        [-1, 0],
        [Infinity, MANY],
      ] as const)
        assert.equal((await store.values.list("", { limit })).length, count, `limit ${limit}`);
      const rest = await store.values.list("", { after: key(999) });
      assert.deepEqual(
        rest.map((one) => one.key),
        Array.from({ length: MANY - 1_000 }, (_, index) => key(1_000 + index)),
      );
    }),
    withStore(open, "has no value that has expired, and any that has not", async (store) => {
      for (const [key, expiresAtMs] of [
        ["past", Date.now() - 1],
        ["never", Infinity],
        ["later", Date.now() + HOUR_MS],
        ["long ago", -Infinity],
      ] as const)
        assert.equal(await store.values.change(key, more, { expiresAtMs }), 1);
      const listed = (await store.values.list("")).map(({ key }) => key);
      assert.deepEqual(listed, ["later", "never"]);
      assert.equal(await store.values.get("past"), undefined);
      assert.equal(await store.values.get("later"), 1);
      for (const key of ["past", "long ago"]) assert.equal(await store.values.change(key, more), 1);
      assert.equal(await store.values.change("later", more), 2);
      assert.equal((await store.values.list("")).length, 4);
    }),
    withStore(open, "has the expiry of the last change that wrote", async (store) => {
      const past = { expiresAtMs: Date.now() - 1 };
      const later = { expiresAtMs: Date.now() + HOUR_MS };
      await store.values.change("key", () => ({ n: 1 }), later);
      await store.values.change("key", (value) => value, past);
      assert.deepEqual(await store.values.get("key"), { n: 1 });
      await store.values.change("key", () => ({ n: 1 }), past);
      assert.equal(await store.values.get("key"), undefined);
      await store.values.change("key", () => ({ n: 1 }));
      await store.prune(Infinity);
      assert.deepEqual(await store.values.get("key"), { n: 1 });
    }),
    withStore(open, "refuses an expiry that is no time", async (store) => {
      for (const none of [NaN, "1", null, new Date()]) {
        const options = { expiresAtMs: none as number };
        await refused("BAD_OPTIONS", () => store.values.change("key", more, options));
      }
      assert.equal(await store.values.get("key"), undefined);
    }),
    withStore(open, "forgets no value that has not expired, and counts none", async (store) => {
      const later = { expiresAtMs: Date.now() + HOUR_MS };
      const past = { expiresAtMs: Date.now() - 1 };
      await store.values.change("never", more);
      await store.values.change("later", more, later);
      await store.values.change("past", more, past);
      for (const beforeMs of [NaN, 0, Infinity]) assert.equal(await store.prune(beforeMs), 0);
      const listed = (await store.values.list("")).map(({ key }) => key);
      assert.deepEqual(listed, ["later", "never"]);
    }),
  ];
}
