import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deadlines } from "../../src/async/deadlines.ts";
import { systemClock, type Clock } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

describe("deadlines of one delay", () => {
  it("fire when the delay is over, in the order in which they were set", async () => {
    const clock = virtualClock();
    const list = deadlines(clock, 100);
    const fired: string[] = [];
    list.add(() => fired.push(`a at ${clock.monotonic()}`), clock.monotonic());
    await clock.advance(40);
    list.add(() => fired.push(`b at ${clock.monotonic()}`), clock.monotonic());
    list.add(() => fired.push(`c at ${clock.monotonic()}`), clock.monotonic());
    await clock.advance(60);
    expect(fired).toEqual(["a at 100"]);
    await clock.advance(40);
    expect(fired).toEqual(["a at 100", "b at 140", "c at 140"]);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("take one timer of the clock, however many there are", () => {
    const clock = virtualClock();
    const list = deadlines(clock, 100);
    const all = Array.from({ length: 1_000 }, () => list.add(() => {}, 0));
    expect(clock.pending).toBe(1);
    for (const one of all) one[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  it("let one that fires dispose of others that are due, and set new ones", async () => {
    const clock = virtualClock();
    const list = deadlines(clock, 100);
    const fired: string[] = [];
    list.add(() => {
      fired.push("first");
      second[Symbol.dispose]();
      list.add(() => fired.push("set by the first"), clock.monotonic());
    }, 0);
    const second = list.add(() => fired.push("second"), 0);
    list.add(() => fired.push("third"), 0);
    await clock.advance(100);
    expect(fired).toEqual(["first", "third"]);
    await clock.advance(100);
    expect(fired).toEqual(["first", "third", "set by the first"]);
    expect(clock.pending).toBe(0);
  });

  it("bear with a timer that rings early", async () => {
    const clock = virtualClock();
    const early: Clock = { ...clock, timer: (delayMs, fire) => clock.timer(delayMs * 0.9, fire) };
    const list = deadlines(early, 100);
    let firedAtMs = 0;
    list.add(() => {
      firedAtMs = clock.monotonic();
    }, 0);
    await clock.advance(1_000);
    expect(firedAtMs).toBeGreaterThanOrEqual(100);
    expect(firedAtMs).toBeLessThan(102);
  });

  it("do not hold the process when none is left, on the machine's clock", () => {
    const list = deadlines(systemClock, 60_000);
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const one = list.add(() => {}, systemClock.monotonic());
    const during = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    const after = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    expect([during - before, after - before]).toEqual([1, 0]);
  });

  it("fire once each, at their time, unless disposed of before", async () => {
    const step = fc.record({
      does: fc.constantFrom("set" as const, "set" as const, "dispose" as const, "wait" as const),
      number: fc.nat({ max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (script) => {
        const clock = virtualClock();
        const list = deadlines(clock, 50);
        const set: { dueMs: number; disposed: boolean; firedAtMs: number[]; timer: Disposable }[] =
          [];
        for (const { does, number } of script) {
          if (does === "set") {
            const firedAtMs: number[] = [];
            const nowMs = clock.monotonic();
            const timer = list.add(() => firedAtMs.push(clock.monotonic()), nowMs);
            set.push({ dueMs: nowMs + 50, disposed: false, firedAtMs, timer });
          } else if (does === "dispose") {
            const one = set[number % Math.max(1, set.length)];
            if (one === undefined) continue;
            one.disposed ||= one.firedAtMs.length === 0;
            one.timer[Symbol.dispose]();
          } else {
            await clock.advance(number);
          }
        }
        await clock.advance(100);
        for (const one of set) expect(one.firedAtMs).toEqual(one.disposed ? [] : [one.dueMs]);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
