import { describe, expect, it } from "vitest";
import { PassingMap } from "../../src/model/passing-map.ts";

describe("a map whose entries come and go", () => {
  it("has what a Map has, in the same order, however often entries were deleted", () => {
    const passing = new PassingMap<number, string>();
    const map = new Map<number, string>();
    for (let i = 0; i < 2_000; i++) {
      for (const one of [passing, map]) one.set(i % 700, `value ${i}`);
      const gone = (i * 13) % 700;
      expect(passing.delete(gone)).toBe(map.delete(gone));
      expect(passing.size).toBe(map.size);
    }
    expect([...passing]).toEqual([...map]);
    expect([...passing.keys()]).toEqual([...map.keys()]);
    expect([...passing.values()]).toEqual([...map.values()]);
    expect(passing.get(1)).toBe(map.get(1));
    expect(passing.has(-1)).toBe(false);
    passing.clear();
    expect([...passing]).toEqual([]);
  });

  it("can lose entries while it is gone through", () => {
    const passing = new PassingMap<number, number>();
    for (let i = 0; i < 200; i++) passing.set(i, i);
    const seen: number[] = [];
    for (const [key] of passing) {
      seen.push(key);
      passing.delete(key);
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(passing.size).toBe(0);
  });
});
