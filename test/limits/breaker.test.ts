import { describe, expect, it } from "vitest";
import { QuorateError } from "../../src/index.ts";
import type { LimiterOptions } from "../../src/limits/limiter-options.ts";
import type { RateLimiter } from "../../src/limits/rate-limit.ts";
import { limiterOf } from "./limiter-of.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { count, visit } from "./visitor.ts";

const DOWN = { status: 502 };

const guarded = (options: Partial<LimiterOptions> = {}): RateLimiter =>
  limiterOf("openai", { breaker: { failures: 3, cooldownMs: 10_000 }, ...options });

const failTimes = (
  clock: VirtualClock,
  one: RateLimiter,
  times: number,
  error: unknown = DOWN,
): void => {
  for (let n = 0; n < times; n++) visit(clock, [one]).fails(error);
};

describe("a breaker", () => {
  it("is off unless asked for", () => {
    const clock = virtualClock();
    const one = limiterOf("plain");
    failTimes(clock, one, 100);
    expect([visit(clock, [one]).state, one.state.breaker]).toEqual(["passed", "off"]);
  });

  it("opens after so many failures in a row, and says which limiter, until when and why", () => {
    const clock = virtualClock({ nowMs: Date.UTC(2026, 0, 1) });
    const one = guarded();
    failTimes(clock, one, 2);
    visit(clock, [one]).answers();
    failTimes(clock, one, 2);
    expect(one.state.breaker).toBe("closed");
    failTimes(clock, one, 1);
    const refused = visit(clock, [one]);
    expect(refused.state).toBe("refused");
    expect(refused.reason).toMatchObject({
      code: "BREAKER_OPEN",
      message:
        'the limiter "openai" lets no attempt through until 2026-01-01T00:00:10.000Z, after 3 failures in a row',
      cause: DOWN,
    });
  });

  it.each<[string, unknown]>([
    ["a network failure", { code: "ECONNRESET" }],
    ["its cause", new Error("fetch failed", { cause: { code: "UND_ERR_SOCKET" } })],
    ["a timeout", new QuorateError("TIMEOUT", "slow")],
    ["HTTP 500, whatever it says of itself", { status: 500, retryable: false }],
    ["HTTP 503 that says nothing", { status: 503 }],
    ["HTTP 408", { statusCode: 408 }],
  ])("counts %s", (_, error) => {
    const clock = virtualClock();
    const one = guarded();
    failTimes(clock, one, 3, error);
    expect(visit(clock, [one]).state).toBe("refused");
  });

  it.each<[string, unknown]>([
    ["HTTP 429", { status: 429 }],
    ["HTTP 529", { status: 529 }],
    ["HTTP 503 with a Retry-After", { status: 503, headers: { "retry-after": "0" } }],
    ["HTTP 400", { status: 400 }],
    ["an agent's own failure", new Error("no")],
    ["nothing that was thrown", null],
    ["an output that fails its schema", new QuorateError("OUTPUT_INVALID", "bad")],
  ])("does not count %s", (_, error) => {
    const clock = virtualClock();
    const one = guarded({ adaptive: false });
    failTimes(clock, one, 2);
    failTimes(clock, one, 100, error);
    expect(one.state.breaker).toBe("closed");
  });

  it("is told by an output that is no good that there is an answer, and by a refusal nothing", () => {
    const clock = virtualClock();
    const one = guarded({ adaptive: false });
    failTimes(clock, one, 2);
    failTimes(clock, one, 1, new QuorateError("OUTPUT_NOT_JSON", "bad"));
    failTimes(clock, one, 2);
    expect(one.state.breaker).toBe("closed");
    failTimes(clock, one, 1, { status: 429 });
    failTimes(clock, one, 1);
    expect(one.state.breaker).toBe("open");
  });

  it("refuses those who wait too, also where the limiter is full", async () => {
    const clock = virtualClock();
    const one = guarded({ concurrency: 4 });
    const inside = [1, 2, 3, 4].map(() => visit(clock, [one]));
    const waiting = [1, 2, 3].map(() => visit(clock, [one]));
    // Given up, they keep their slots.
    for (const visitor of inside.slice(0, 3)) {
      visitor.permit.ended(DOWN, 0);
    }
    await clock.advance(0);
    expect([count(waiting, "refused"), one.state.inFlight, one.state.waiting]).toEqual([3, 4, 0]);
    for (const visitor of inside) visitor.leaves();
  });

  it("lets one through when it has cooled down, and all when that is answered", async () => {
    const clock = virtualClock();
    const one = guarded();
    failTimes(clock, one, 3);
    await clock.advance(9_999);
    expect(visit(clock, [one]).state).toBe("refused");
    await clock.advance(1);
    const [probe, ...others] = [1, 2, 3].map(() => visit(clock, [one]));
    expect([probe?.state, count(others, "waits"), one.state.breaker]).toEqual([
      "passed",
      2,
      "half-open",
    ]);
    probe?.answers();
    await clock.advance(0);
    expect([count(others, "passed"), one.state.breaker]).toEqual([2, "closed"]);
  });

  it("opens again when that fails, and refuses those who have waited for it", async () => {
    const clock = virtualClock();
    const one = guarded();
    failTimes(clock, one, 3);
    await clock.advance(10_000);
    const probe = visit(clock, [one]);
    const other = visit(clock, [one]);
    await clock.advance(4_000);
    probe.fails({ code: "ECONNREFUSED" });
    await clock.advance(0);
    expect([other.state, one.state.breaker]).toEqual(["refused", "open"]);
    await clock.advance(9_999);
    expect(visit(clock, [one]).state).toBe("refused");
    await clock.advance(1);
    expect(visit(clock, [one]).state).toBe("passed");
  });

  it.each(["leaves", "turnsBack"] as const)(
    "lets another one through when the first %s and says nothing",
    async (how) => {
      const clock = virtualClock();
      const one = guarded();
      failTimes(clock, one, 3);
      await clock.advance(10_000);
      const [probe, other, third] = [1, 2, 3].map(() => visit(clock, [one]));
      probe?.[how]();
      await clock.advance(0);
      expect([other?.state, third?.state]).toEqual(["passed", "waits"]);
      // So does one that has a failure of its own.
      other?.fails(new Error("a mistake in the agent"));
      await clock.advance(0);
      expect(third?.state).toBe("passed");
      third?.answers();
      expect(one.state.breaker).toBe("closed");
    },
  );

  it("lets another one through when the first takes too long, and hears only of that one", async () => {
    const clock = virtualClock();
    const one = guarded();
    failTimes(clock, one, 3);
    await clock.advance(10_000);
    const [hangs, next] = [1, 2].map(() => visit(clock, [one]));
    await clock.advance(9_999);
    expect(next?.state).toBe("waits");
    await clock.advance(1);
    expect(next?.state).toBe("passed");
    hangs?.answers();
    expect(one.state.breaker).toBe("half-open");
    next?.answers();
    expect(one.state.breaker).toBe("closed");
    expect(clock.pending).toBe(0);
  });

  it("does not hear of attempts from before it opened or closed", async () => {
    const clock = virtualClock();
    const one = guarded();
    const old = Array.from({ length: 8 }, () => visit(clock, [one]));
    await clock.advance(1);
    failTimes(clock, one, 3);
    await clock.advance(5_000);
    for (const visitor of old.slice(0, 2)) visitor.answers();
    expect(one.state.breaker).toBe("open");
    for (const visitor of old.slice(2, 4)) visitor.fails(DOWN);
    await clock.advance(5_000);
    // Their failures have not put it off.
    const probe = visit(clock, [one]);
    expect(probe.state).toBe("passed");
    probe.answers();
    for (const visitor of old.slice(4)) visitor.fails(DOWN);
    expect(one.state.breaker).toBe("closed");
  });
});
