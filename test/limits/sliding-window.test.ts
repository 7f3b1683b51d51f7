import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slidingWindow } from "../../src/limits/sliding-window.ts";

const MINUTE_MS = 60_000;

describe("so much in any minute", () => {
  it("passes at once while the minute has room, and then when what is a minute old makes some", () => {
    const calls = slidingWindow(2);
    calls.add(1, 100);
    calls.add(1, 30_000);
    expect(calls.waitMs(1, 30_000)).toBe(30_250);
    expect(calls.waitMs(1, 60_249)).toBe(1);
    expect(calls.waitMs(1, 60_250)).toBe(0);
    expect(calls.waitMs(2, 60_250)).toBe(30_000);
    expect(calls.waitMs(2, 500_000)).toBe(0);
  });

  it("has room for who needs more than a minute has by itself, when nothing else is left of it", () => {
    const tokens = slidingWindow(100);
    expect(tokens.waitMs(1_000, 0)).toBe(0);
    tokens.add(1_000, 0);
    expect(tokens.waitMs(1, 0)).toBe(60_250);
    expect(tokens.waitMs(0, 0)).toBe(60_250);
    expect(tokens.waitMs(1, 60_250)).toBe(0);
    tokens.add(1, 60_250);
    expect(tokens.waitMs(1_000, 60_250)).toBe(60_250);
  });

  it("takes back what was not used, as long as it counts, and counts what was used besides", () => {
    const tokens = slidingWindow(100);
    tokens.add(80, 0);
    tokens.correct(80, 30, 0, 10_000);
    expect(tokens.waitMs(70, 10_000)).toBe(0);
    expect(tokens.waitMs(71, 10_000)).toBeGreaterThan(0);
    tokens.correct(30, 100, 0, 20_000);
    expect(tokens.waitMs(1, 20_000)).toBe(40_250);
    // What was there at first is a minute old, what came later is not.
    expect(tokens.waitMs(30, 60_250)).toBe(0);
    expect(tokens.waitMs(31, 60_250)).toBeGreaterThan(0);
    tokens.correct(100, 0, 0, 100_000);
    expect(tokens.waitMs(100, 80_250)).toBe(0);
  });

  it("stands still on a clock that goes back", () => {
    const calls = slidingWindow(1);
    calls.add(1, 100_000);
    expect(calls.waitMs(1, 50_000)).toBeGreaterThan(MINUTE_MS);
    expect(calls.waitMs(1, 160_250)).toBe(0);
  });

  it("never is more than that, and never makes anybody wait for longer than it takes", () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
      amount: fc.integer({ min: 1, max: 10 }),
      really: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 30 }),
        fc.array(step, { maxLength: 60 }),
        (limit, steps) => {
          const window = slidingWindow(limit);
          const used: { atMs: number; amount: number }[] = [];
          let nowMs = 0;
          for (const { afterMs, amount, really } of steps) {
            nowMs += afterMs;
            const waitMs = window.waitMs(amount, nowMs);
            const within = (ms: number): number =>
              used
                .filter(({ atMs }) => atMs > nowMs + waitMs - ms)
                .reduce((sum, { amount: each }) => sum + each, 0);
            // It fits then, and a moment before it would not have.
            expect(within(MINUTE_MS) + amount).toBeLessThanOrEqual(limit);
            if (waitMs > 0) expect(within(MINUTE_MS + 501) + amount).toBeGreaterThan(limit);
            nowMs += waitMs;
            window.add(amount, nowMs);
            const mine = { atMs: nowMs, amount };
            used.push(mine);
            if (really === undefined || really > amount) continue;
            window.correct(amount, really, nowMs, nowMs);
            mine.amount = really;
          }
        },
      ),
    );
  });
});
