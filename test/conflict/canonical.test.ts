import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactText, foldedKey } from "../../src/conflict/canonical.ts";
import type { Json } from "../../src/model/json.ts";

function nested(levels: number): Json {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

describe("the canonical text of a position", () => {
  test("does not depend on the order of keys, on case, or on spaces around texts, at any depth", () => {
    expect(foldedKey({ a: [" Yes "], b: 1 })).toBe(foldedKey({ b: 1, a: ["yes"] }));
    expect(foldedKey("  Hold\n")).toBe(foldedKey("hold"));
    expect(foldedKey("caf\u00e9")).toBe(foldedKey("CAFE\u0301"));
  });

  test("keeps values of different kinds apart", () => {
    const values: Json[] = [
      "1",
      1,
      true,
      "true",
      null,
      "null",
      [],
      {},
      "[]",
      "",
      [1],
      ["1"],
      { a: 1 },
      { A: 1 },
    ];
    expect(new Set(values.map(foldedKey)).size).toBe(values.length);
    expect(foldedKey(-0)).toBe(foldedKey(0));
  });

  test("leaves members out that are undefined, as JSON does", () => {
    expect(foldedKey({ a: 1, b: undefined })).toBe(foldedKey({ a: 1 }));
  });

  test("takes __proto__ for the key that it is", () => {
    const own: unknown = JSON.parse('{"__proto__": 1}');
    expect(foldedKey(own)).not.toBe(foldedKey({}));
  });

  test.each([
    ["undefined", undefined, /undefined/],
    ["a function", () => 1, /function/],
    ["a bigint", 1n, /bigint/],
    ["NaN", [Number.NaN], /NaN/],
    ["infinity", { a: Number.POSITIVE_INFINITY }, /Infinity/],
    ["a date", new Date(0), /class/],
    ["a map", { a: new Map() }, /class/],
    ["a hole", [1, , 2], /undefined/], // oxlint-disable-line no-sparse-arrays
    ["deep nesting", nested(65), /deeper than 64/],
    ["a large list", Array.from({ length: 600_000 }, () => 1), /larger/],
  ])("refuses %s", (_, value, why) => {
    expect(() => foldedKey(value)).toThrow(why);
  });

  test("refuses a cycle, and what would unfold without end", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => foldedKey(cycle)).toThrow(/contains itself/);
    let twins: unknown = "x";
    for (let i = 0; i < 60; i++) twins = [twins, twins];
    expect(() => foldedKey(twins)).toThrow(/larger/);
  });

  test("is the same after a trip through JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const again = JSON.parse(JSON.stringify(value)) as Json;
        expect(foldedKey(again)).toBe(foldedKey(value));
        expect(exactText(again)).toBe(exactText(value as Json));
      }),
    );
  });
});
