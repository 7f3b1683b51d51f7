import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { answered, started } from "../../src/testing/store-contract/run-events.ts";

describe("a virtual clock", () => {
  it("stands still until it is told to go", async () => {
    const clock = virtualClock({ nowMs: 1_000 });
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  it("fires what is due, at its own time, and leaves the rest", async () => {
    const clock = virtualClock({ nowMs: 0 });
    const fired: number[] = [];
    for (const delayMs of [30, 10, 20, 31]) clock.timer(delayMs, () => fired.push(clock.now()));
    await clock.advance(30);
    expect(fired).toEqual([10, 20, 30]);
    expect(clock.pending).toBe(1);
  });

  it("fires in the order of time, then of making, whatever is made and cancelled", async () => {
    const timers = fc.array(fc.record({ delayMs: fc.nat({ max: 5 }), cancelled: fc.boolean() }), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(timers, async (made) => {
        const clock = virtualClock();
        const fired: number[] = [];
        const handles = made.map(({ delayMs }, index) =>
          clock.timer(delayMs, () => fired.push(index)),
        );
        handles.forEach(
          (handle, index) => made[index]?.cancelled === true && handle[Symbol.dispose](),
        );
        await clock.advance(5);
        const expected = made
          .map(({ delayMs, cancelled }, index) => ({ delayMs, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .toSorted((a, b) => a.delayMs - b.delayMs || a.index - b.index);
        expect(fired).toEqual(expected.map(({ index }) => index));
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("lets everything that follows from one timer happen before the next", async () => {
    const clock = virtualClock();
    await using store = sqlite({ path: ":memory:" }).store;
    const log: string[] = [];
    const work = async (): Promise<void> => {
      await store.append([started("run")]);
      await setImmediate();
      await store.append([answered("run", 2)]);
      log.push("first is done");
    };
    clock.timer(1, () => void work());
    clock.timer(1, () => log.push("second"));
    await clock.advance(1);
    expect(log).toEqual(["first is done", "second"]);
  });

  it("fires within one advance what a timer makes for that time", async () => {
    const clock = virtualClock({ nowMs: 0 });
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now());
      void Promise.resolve().then(() => clock.timer(10, again));
    };
    clock.timer(10, again);
    await clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
  });

  it("jumps to the next timer, one at a time", async () => {
    const clock = virtualClock({ nowMs: 0 });
    const fired: string[] = [];
    clock.timer(70_000, () => fired.push("b"));
    clock.timer(5, () => fired.push("a"));
    expect(await clock.next()).toBe(true);
    expect([clock.now(), ...fired]).toEqual([5, "a"]);
    expect(await clock.next()).toBe(true);
    expect([clock.now(), ...fired]).toEqual([70_000, "a", "b"]);
    expect(await clock.next()).toBe(false);
  });

  it("counts the timers that would hold a process apart from those that would not", () => {
    const clock = virtualClock();
    const held = clock.timer(1, () => {});
    clock.timer(1, () => {}, { hold: false });
    expect([clock.pending, clock.pendingUnheld]).toEqual([1, 1]);
    held[Symbol.dispose]();
    held[Symbol.dispose]();
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 1]);
  });

  it("rejects with what a timer throws", async () => {
    const clock = virtualClock();
    clock.timer(1, () => {
      throw new Error("no");
    });
    await expect(clock.advance(1)).rejects.toThrow("no");
  });

  it.each([2 ** 31, Infinity, NaN])(
    "refuses a timer of %s ms, which a real clock would fire at once",
    (delayMs) => {
      expect(() => virtualClock().timer(delayMs, () => {})).toThrow(
        expect.objectContaining({ code: "BAD_OPTIONS" }),
      );
    },
  );

  it("refuses to go backwards", async () => {
    await expect(virtualClock().advance(-1)).rejects.toMatchObject({ code: "BAD_OPTIONS" });
    expect(() => virtualClock({ nowMs: NaN })).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });
});
