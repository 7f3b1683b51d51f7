import { describe, expect, it } from "vitest";
import { lane, lanesAt, checkLanes, type LaneOptions } from "../../src/limits/lane.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { count, visit } from "./visitor.ts";

const BUSY = { status: 429 };
const busyFor = (retryAfterMs: number): object => ({ ...BUSY, retryAfterMs });

describe("a lane", () => {
  it("admits by turns of the runs, so that one with a thousand calls does not starve one with eight", async () => {
    const clock = virtualClock();
    const one = lane({ name: "one", concurrency: 1 });
    const order: string[] = [];
    const first = visit(clock, [one]);
    const all = [
      ...Array.from({ length: 1_000 }, () => "big"),
      ...Array.from({ length: 8 }, () => "small"),
    ].map((name) => ({ name, visitor: visit(clock, [one], { runId: name }) }));
    expect(one.state).toEqual({ limit: 1, inFlight: 1, waiting: 1_008, breaker: "off" });
    first.answers();
    for (let served = 0; served < 16; served++) {
      await clock.advance(0);
      const next = all.findIndex(({ visitor }) => visitor.state === "passed");
      const [{ name, visitor } = { name: "nobody", visitor: first }] = all.splice(next, 1);
      order.push(name);
      visitor.answers();
    }
    expect(order).toEqual(Array.from({ length: 8 }, () => ["big", "small"]).flat());
    for (const { visitor } of all) visitor.cancel("enough");
    await clock.advance(0);
  });

  it("lets so many calls begin in a minute, and what was never made does not count", async () => {
    const clock = virtualClock();
    const rate = lane({ name: "rate", callsPerMinute: 3 });
    const early = [1, 2, 3].map(() => visit(clock, [rate]));
    const late = [1, 2].map(() => visit(clock, [rate]));
    for (const one of early.slice(0, 2)) one.answers();
    await clock.advance(20_000);
    expect(count(late, "passed")).toBe(0);
    early[2]?.turnsBack();
    await clock.advance(0);
    expect(count(late, "passed")).toBe(1);
    await clock.advance(40_249);
    expect(count(late, "passed")).toBe(1);
    await clock.advance(1);
    expect(count(late, "passed")).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("counts the tokens that are expected at first, and those that were used then", async () => {
    const clock = virtualClock();
    const rate = lane({ name: "rate", tokensPerMinute: 1_000 });
    const first = visit(clock, [rate], { tokens: 800 });
    const second = visit(clock, [rate], { tokens: 600 });
    expect([first.state, second.state]).toEqual(["passed", "waits"]);
    first.answers(400);
    await clock.advance(0);
    expect(second.state).toBe("passed");
    // It took more than was expected.
    second.answers(900);
    const third = visit(clock, [rate], { tokens: 1 });
    expect(third.state).toBe("waits");
    await clock.advance(60_250);
    expect(third.state).toBe("passed");
  });

  it("takes what nobody reported for what was expected, but what was turned away for nothing", async () => {
    const clock = virtualClock();
    const rate = lane({ name: "rate", tokensPerMinute: 1_000 });
    visit(clock, [rate], { tokens: 500 }).answers();
    // It may go on using some: what it had reported is not all.
    visit(clock, [rate], { tokens: 400 }).fails({ status: 500 }, 10);
    const away = visit(clock, [rate], { tokens: 100 });
    const next = visit(clock, [rate], { tokens: 100 });
    expect(next.state).toBe("waits");
    away.fails(BUSY);
    await clock.advance(0);
    expect(next.state).toBe("passed");
    expect(visit(clock, [rate], { tokens: 1 }).state).toBe("waits");
  });

  it("is narrowed by what is turned away and widened by answers; who waits is admitted then", async () => {
    const clock = virtualClock();
    const one = lane({ name: "one" });
    const burst = Array.from({ length: 8 }, () => visit(clock, [one]));
    await clock.advance(10);
    const waits = burst.slice(0, 3).map((visitor) => visitor.fails(BUSY));
    expect(one.state.limit).toBe(4);
    // Not all at the same time, and not again at once.
    expect(new Set(waits.flat()).size).toBe(3);
    for (const visitor of burst.slice(3)) visitor.leaves();
    const again = Array.from({ length: 9 }, () => visit(clock, [one]));
    expect(count(again, "passed")).toBe(4);
    for (const visitor of again.slice(0, 3)) visitor.answers();
    await clock.advance(0);
    expect([count(again, "passed"), one.state.limit]).toEqual([7, 4]);
    again[3]?.answers();
    await clock.advance(0);
    // One has left, and there is room for one more.
    expect([count(again, "passed"), one.state.limit, one.state.inFlight]).toEqual([9, 5, 5]);
  });

  it("keeps what `Retry-After` says for everybody, who was told it a little longer than others", async () => {
    const clock = virtualClock();
    const one = lane({ name: "one", concurrency: 4 });
    const [told, ...others] = [1, 2, 3].map(() => visit(clock, [one]));
    const [waitMs] = told?.fails(busyFor(10_000)) ?? [];
    expect(waitMs).toBeGreaterThanOrEqual(10_000);
    expect(waitMs).toBeLessThanOrEqual(11_000);
    for (const other of others) other.answers();
    const waiting = visit(clock, [one]);
    await clock.advance(9_999);
    expect(waiting.state).toBe("waits");
    await clock.advance(1);
    expect(waiting.state).toBe("passed");
    // A shorter one does not take back a longer one.
    const more = visit(clock, [one]);
    waiting.fails(busyFor(5_000));
    more.fails(busyFor(1_000));
    const last = visit(clock, [one]);
    await clock.advance(4_999);
    expect(last.state).toBe("waits");
    await clock.advance(1);
    expect(last.state).toBe("passed");
  });

  it("does not keep a call for longer than it waits, nor the others", () => {
    const clock = virtualClock();
    const one = lane({ name: "one" });
    const told = visit(clock, [one]);
    expect(told.fails(busyFor(3_600_000))).toEqual([undefined]);
    expect(visit(clock, [one]).state).toBe("passed");
  });

  it("waits longer from burst to burst, until there is an answer", async () => {
    const clock = virtualClock();
    const one = lane({ name: "one" });
    const waitsIn = async (bursts: number): Promise<number> => {
      let last = 0;
      for (let burst = 0; burst < bursts; burst++) {
        await clock.advance(1);
        const told = visit(clock, [one]);
        await clock.advance(1);
        last = told.fails({ status: 429, retryAfterMs: 0 })[0] ?? Infinity;
      }
      return last;
    };
    let longest = 0;
    for (let times = 0; times < 20; times++) {
      longest = Math.max(longest, await waitsIn(6));
      visit(clock, [one]).answers();
      expect(await waitsIn(1)).toBeLessThanOrEqual(500);
      visit(clock, [one]).answers();
    }
    expect(longest).toBeGreaterThan(500);
    expect(longest).toBeLessThanOrEqual(500 * 2 ** 5);
  });

  it("only limits where it is not adaptive", () => {
    const clock = virtualClock();
    const own = lane({ name: "own", concurrency: 4, adaptive: false });
    const [first] = [1, 2, 3, 4].map(() => visit(clock, [own]));
    expect(first?.fails(busyFor(10_000))).toEqual([undefined]);
    expect(own.state.limit).toBe(4);
    expect(visit(clock, [own]).state).toBe("passed");
  });
});

describe("lane()", () => {
  it.each<[string, LaneOptions, string]>([
    ["nothing", undefined as never, "lane() is given"],
    ["no name", {} as never, "name is missing"],
    ["an empty name", { name: "" }, 'name is ""'],
    ["a name of two lines", { name: "a\nb" }, "without control characters"],
    [
      "an option that there is not",
      { name: "a", concurency: 1 } as never,
      'no option "concurency"',
    ],
    ["no room", { name: "a", concurrency: 0 }, 'lane "a": concurrency is 0'],
    ["half a call", { name: "a", callsPerMinute: 0.5 }, "callsPerMinute is 0.5"],
    ["tokens in words", { name: "a", tokensPerMinute: "1k" as never }, 'tokensPerMinute is "1k"'],
    ["an adaptive that is none", { name: "a", adaptive: 1 as never }, "adaptive is 1"],
    ["a breaker of another kind", { name: "a", breaker: 5 as never }, "breaker is 5"],
    ["a breaker that never closes", { name: "a", breaker: { cooldownMs: Infinity } }, "cooldownMs"],
    [
      "a breaker with no failures",
      { name: "a", breaker: { failures: 0 } },
      "breaker.failures is 0",
    ],
  ])("refuses %s", (_, options, why) => {
    expect(() => lane(options)).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS", message: expect.stringContaining(why) }),
    );
  });

  it("is given in a list, each lane once, or by the tier and the model", () => {
    const [a, b] = [lane({ name: "a" }), lane({ name: "b" })];
    expect(checkLanes([a, b, a], "it")).toEqual([a, b]);
    const asked = { tier: "small", model: "mini" };
    expect(lanesAt(undefined, asked, "it")).toEqual([]);
    expect(lanesAt(({ model }) => (model === "mini" ? [b] : [a]), asked, "it")).toEqual([b]);
    const threw = (): never => {
      throw new Error("no lane for mini");
    };
    for (const [given, why] of [
      [a, "it: lanes is of type object"],
      [[{ name: "a" }], "it: lanes has one that is of type object"],
    ] as const) {
      expect(() => checkLanes(given as never, "it")).toThrow(why);
    }
    expect(() => lanesAt(() => undefined as never, asked, "it")).toThrow("it: lanes is undefined");
    expect(() => lanesAt(threw, asked, "it")).toThrow("it: lanes failed: no lane for mini");
  });
});
