import { describe, expect, it } from "vitest";
import type { Json } from "../../src/model/json.ts";
import { memoryStore, type MemoryOptions } from "../../src/store/memory.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { checkValueLaw } from "./value-law.ts";

const more = (value: Json | undefined): Json => (typeof value === "number" ? value + 1 : 1);

const HOUR_MS = 3_600_000;

describe("the values of a memory store", () => {
  it("are there at once", () => {
    const { values } = memoryStore();
    expect(values.change("key", more)).toBe(1);
    expect(values.get("key")).toBe(1);
    expect(values.list("")).toEqual([{ key: "key", value: 1 }]);
  });

  it("do as the port says, whatever is asked of them", async () => {
    await checkValueLaw(300, (clock) => [memoryStore({ clock })]);
  });

  it("are gone from the moment of their expiry, by the clock that was given", async () => {
    const clock = virtualClock();
    const { values } = memoryStore({ clock });
    values.change("key", more, { expiresAtMs: clock.now() + 10 });
    await clock.advance(9);
    expect(values.get("key")).toBe(1);
    expect(values.list("")).toHaveLength(1);
    await clock.advance(1);
    expect(values.list("")).toEqual([]);
    expect(values.get("key")).toBeUndefined();
  });

  it("are at most 10,000 that expire: those written longest ago go first, and no others", () => {
    const clock = virtualClock();
    const { values } = memoryStore({ clock });
    const expiresAtMs = clock.now() + HOUR_MS;
    for (let index = 0; index < 500; index += 1) values.change(`stays-${index}`, more);
    for (let index = 0; index < 30_000; index += 1) {
      values.change(`key-${index}`, more, { expiresAtMs });
      expect(values.get(`key-${index}`)).toBe(1);
      // Written again and again, and so never one of the oldest.
      if (index % 500 === 0) values.change("often", more, { expiresAtMs });
    }
    const kept = values.list("key-", { limit: Infinity });
    expect(kept.length).toBeGreaterThan(8_900);
    expect(kept.length).toBeLessThan(10_000);
    const kinds = kept.map(({ key }) => Number(key.slice(4))).toSorted((a, b) => a - b);
    expect(kinds).toEqual(Array.from(kinds, (_, index) => 30_000 - kinds.length + index));
    expect(values.get("often")).toBe(60);
    expect(values.list("stays-")).toHaveLength(500);
  });

  it("that have expired make room before others", async () => {
    const clock = virtualClock();
    const { values } = memoryStore({ clock });
    const write = (name: string, count: number, lastsMs: number): void => {
      for (let index = 0; index < count; index += 1)
        values.change(`${name}-${index}`, more, { expiresAtMs: clock.now() + lastsMs });
    };
    write("old", 5_000, HOUR_MS);
    write("short", 4_000, 10);
    await clock.advance(10);
    write("new", 3_000, HOUR_MS);
    expect(values.list("old", { limit: Infinity })).toHaveLength(5_000);
    expect(values.list("new", { limit: Infinity })).toHaveLength(3_000);
  });

  it("are at most 64 Mi characters that expire, and the last one whatever its size", () => {
    const { values } = memoryStore();
    const expiresAtMs = Date.now() + HOUR_MS;
    const write = (key: string, mebis: number): unknown =>
      values.change(key, () => "x".repeat(mebis * 1024 * 1024 - 2), { expiresAtMs });
    for (let index = 0; index < 7; index += 1) write(`key-${index}`, 10);
    const keys = (): readonly string[] => values.list("").map(({ key }) => key);
    expect(keys()).toEqual(["key-2", "key-3", "key-4", "key-5", "key-6"]);
    // In the place of another one: no more than before.
    for (let times = 0; times < 3; times += 1) write("key-2", 10);
    expect(keys()).toHaveLength(5);
    write("large", 63);
    expect(keys()).toEqual(["large"]);
  });

  it("can be listed page by page, and changed meanwhile, however many there are", () => {
    const { values } = memoryStore();
    const count = 200_000;
    for (let index = 0; index < count; index += 1)
      values.change(`key-${String(index).padStart(6, "0")}`, more);
    let [seen, after] = [0, ""];
    for (;;) {
      const page = values.list("key", { after });
      if (page.length === 0) break;
      seen += page.length;
      after = page.at(-1)?.key ?? "";
      values.change(after, more);
    }
    expect(seen).toBe(count);
  });

  it.each([null, {}, "now", { now: 1 }])("are refused the clock %s", (clock) => {
    const options = { clock } as unknown as MemoryOptions;
    expect(() => memoryStore(options)).toThrow(expect.objectContaining({ code: "BAD_OPTIONS" }));
  });

  it("tell who watches them of each change below their prefix once, and of no other", async () => {
    const { values } = memoryStore();
    let told = 0;
    using _watch = values.watch("a/", () => {
      told += 1;
    });
    await values.change("b/1", () => 1);
    expect(told).toBe(0);
    await values.change("a/1", () => 2);
    expect(told).toBe(1);
    await values.change("a/1", (value: Json | undefined) => value);
    expect(told).toBe(1);
    await values.changeAll(["b/1", "a/1"], () => [2, undefined]);
    expect(told).toBe(2);
  });
});
