import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aimd, type AdaptiveLimit } from "../../src/limits/aimd.ts";

describe("how many may be in flight", () => {
  it("is as many as there may be at most, until something is turned away", () => {
    expect(aimd(7).limit).toBe(7);
  });

  it("begins small where nobody says how many there may be, and doubles in every round until the first is turned away", () => {
    const width = aimd(Infinity);
    expect(width.limit).toBe(64);
    width.answered(63);
    expect(width.limit).toBe(64);
    for (let round = 1; round <= 4; round++) {
      const before = width.limit;
      for (let n = 0; n < before; n++) width.answered(width.limit);
      expect(width.limit).toBe(2 * before);
    }
    width.turnedAway(1_000, 0, 1);
    expect(width.limit).toBe(500);
    for (let n = 0; n < 500; n++) width.answered(width.limit);
    // Back to where it was turned away, and not beyond it.
    expect(width.limit).toBeLessThan(1_000);
  });

  it("is half of what was in flight, once for a burst, and at least one", () => {
    const width = aimd(Infinity);
    expect(width.turnedAway(16, 0, 100)).toBe(true);
    expect(width.limit).toBe(8);
    // They had been admitted with the first.
    for (let n = 15; n > 8; n--) expect(width.turnedAway(n, 0, 110)).toBe(false);
    expect(width.limit).toBe(8);
    expect(width.turnedAway(8, 150, 200)).toBe(true);
    expect(width.turnedAway(1, 250, 300)).toBe(true);
    expect(width.turnedAway(1, 350, 400)).toBe(true);
    expect(width.limit).toBe(1);
  });

  it("is what of a burst was not turned away, where that is less, and stays there for a while", () => {
    const width = aimd(1_000);
    for (let n = 200; n > 6; n--) width.turnedAway(n, 0, 100 + n);
    expect(width.limit).toBe(6);
    for (let n = 0; n < 40; n++) width.answered(6);
    expect(width.limit).toBe(6);
    for (let n = 0; n < 20; n++) width.answered(6);
    expect(width.limit).toBe(7);
  });

  const answersTo = (width: AdaptiveLimit, limit: number): number => {
    let answers = 0;
    for (; width.limit < limit; answers++) width.answered(width.limit);
    return answers;
  };

  it("comes back fast, stays below where it was turned away, and grows by one in a round beyond", () => {
    const width = aimd(44);
    width.turnedAway(40, 0, 1);
    expect(width.limit).toBe(20);
    // In rounds of thirty or so.
    expect(answersTo(width, 38) / 30).toBeLessThan(10);
    answersTo(width, 39);
    expect(answersTo(width, 40) / 39).toBeGreaterThan(7);
    expect(answersTo(width, 41) / 40).toBeCloseTo(1, 0);
    expect(answersTo(width, 44) / 42).toBeCloseTo(3, 0);
    for (let n = 0; n < 1_000; n++) width.answered(44);
    expect(width.limit).toBe(44);
  });

  it("does not grow by answers where not all of it is used", () => {
    const width = aimd(100);
    width.turnedAway(40, 0, 1);
    for (let n = 0; n < 1_000; n++) width.answered(19);
    expect(width.limit).toBe(20);
    width.answered(20);
    for (let n = 0; n < 100; n++) width.answered(20);
    expect(width.limit).toBe(21);
  });

  it("is at least one and at most what it began with, whatever happens", () => {
    const step = fc.record({
      away: fc.boolean(),
      inFlight: fc.integer({ min: 1, max: 50 }),
      tookMs: fc.nat({ max: 5 }),
    });
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(Infinity)),
        fc.array(step),
        (most, steps) => {
          const width = aimd(most);
          for (const [nowMs, { away, inFlight, tookMs }] of steps.entries()) {
            const before = width.limit;
            const many = Math.min(inFlight, most);
            if (away) width.turnedAway(many, nowMs - tookMs, nowMs);
            else width.answered(many);
            expect(width.limit).toBeGreaterThanOrEqual(1);
            expect(width.limit).toBeLessThanOrEqual(most);
            if (away) expect(width.limit).toBeLessThanOrEqual(before);
            else expect(width.limit).toBeGreaterThanOrEqual(before);
          }
        },
      ),
    );
  });
});
