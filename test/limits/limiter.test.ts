import { describe, expect, it } from "vitest";
import { namesAt, LIMITER_NAMES } from "../../src/limits/limiter-options.ts";
import { agent, supervisor, type LimiterOptions } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { limiterOf } from "./limiter-of.ts";
import { count, visit } from "./visitor.ts";

const BUSY = { status: 429 };
const busyFor = (retryAfterMs: number): object => ({ ...BUSY, retryAfterMs });

describe("a limiter", () => {
  it("admits by turns of the runs, so that one with a thousand calls does not starve one with eight", async () => {
    const clock = virtualClock();
    const one = limiterOf("one", { concurrency: 1 });
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
    const rate = limiterOf("rate", { callsPerMinute: 3 });
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
    const rate = limiterOf("rate", { tokensPerMinute: 1_000 });
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
    const rate = limiterOf("rate", { tokensPerMinute: 1_000 });
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
    const one = limiterOf("one");
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
    const one = limiterOf("one", { concurrency: 4 });
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
    const one = limiterOf("one");
    const told = visit(clock, [one]);
    expect(told.fails(busyFor(3_600_000))).toEqual([undefined]);
    expect(visit(clock, [one]).state).toBe("passed");
  });

  it("waits longer from burst to burst, until there is an answer", async () => {
    const clock = virtualClock();
    const one = limiterOf("one");
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
    const own = limiterOf("own", { concurrency: 4, adaptive: false });
    const [first] = [1, 2, 3, 4].map(() => visit(clock, [own]));
    expect(first?.fails(busyFor(10_000))).toEqual([undefined]);
    expect(own.state.limit).toBe(4);
    expect(visit(clock, [own]).state).toBe("passed");
  });
});

describe("the limiters of a team", () => {
  it.each<[string, unknown, string]>([
    ["that are a list", ["a"], "limiters is"],
    ["with an empty name", { "": {} }, 'limiters has an entry whose name is ""'],
    ["with a name of two lines", { "a\nb": {} }, "without control characters"],
    ["that are no settings", { a: 4 }, "limiters.a is 4"],
    ["with an option that there is not", { a: { concurency: 1 } }, 'no option "concurency"'],
    ["with no room", { a: { concurrency: 0 } }, "limiters.a.concurrency is 0"],
    ["with half a call", { a: { callsPerMinute: 0.5 } }, "callsPerMinute is 0.5"],
    ["with tokens in words", { a: { tokensPerMinute: "1k" } }, 'tokensPerMinute is "1k"'],
    ["with an adaptive that is none", { a: { adaptive: 1 } }, "adaptive is 1"],
    ["with a breaker of another kind", { a: { breaker: 5 } }, "breaker is 5"],
    [
      "with a breaker that never closes",
      { a: { breaker: { cooldownMs: Infinity } } },
      "cooldownMs",
    ],
    ["with a breaker of no failures", { a: { breaker: { failures: 0 } } }, "breaker.failures is 0"],
    ["for everybody of a name", { a: { everybody: "reader" } }, 'everybody is "reader"'],
  ])("are refused %s", (_, limiters, why) => {
    const make = (): unknown =>
      supervisor({
        name: "team",
        agents: { a: agent({ name: "a", run: () => 1 }) },
        limiters: limiters as Record<string, LimiterOptions>,
      });
    expect(make).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS", message: expect.stringContaining(why) }),
    );
  });

  it("are named in a list, each once, or by the tier and the model", () => {
    expect(LIMITER_NAMES.take(["a", "b", "a"], "it")).toEqual(["a", "b"]);
    const asked = { tier: "small", model: "mini" };
    expect(namesAt(({ model }) => (model === "mini" ? ["b"] : ["a"]), asked, "it")).toEqual(["b"]);
    const threw = (): never => {
      throw new Error("no limiter for mini");
    };
    expect(() => LIMITER_NAMES.take("a", "it")).toThrow('it is "a"; use ["openai"]');
    expect(() => LIMITER_NAMES.take([{ name: "a" }], "it")).toThrow(
      "it has an entry that is of type",
    );
    expect(() => namesAt(() => undefined as never, asked, "it")).toThrow("limiters is missing");
    expect(() => namesAt(threw, asked, "it")).toThrow("limiters failed: no limiter for mini");
  });
});
