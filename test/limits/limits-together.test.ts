import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/async/cancellation.ts";
import { enter } from "../../src/limits/admission.ts";
import { budgetLimit } from "../../src/limits/budget-limit.ts";
import { makeLimit, type Limit } from "../../src/limits/limit.ts";
import type { LimiterOptions } from "../../src/limits/limiter-options.ts";
import type { RateLimiter } from "../../src/limits/rate-limit.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { limiterOf } from "./limiter-of.ts";
import { permitFor } from "./permits.ts";

const MINUTE_MS = 60_000;

const some = (most: number) =>
  fc.oneof(fc.integer({ min: 1, max: most }), fc.constant(Number.POSITIVE_INFINITY));

const limiterOptions: fc.Arbitrary<LimiterOptions> = fc.record({
  concurrency: some(3),
  callsPerMinute: some(6),
  tokensPerMinute: some(12),
  adaptive: fc.boolean(),
  breaker: fc.oneof(
    fc.constant(false),
    fc.record({
      failures: fc.integer({ min: 1, max: 3 }),
      cooldownMs: fc.integer({ min: 1, max: 90_000 }),
    }),
  ),
});

const BUSY = { status: 429 };
const BUSY_UNTIL = { status: 429, retryAfterMs: 7_000 };

/** What becomes of an attempt once it has passed. */
const ends = fc.constantFrom(
  "answers",
  BUSY,
  BUSY_UNTIL,
  { status: 500 },
  "is cancelled",
  "is never made",
);

const attempt = fc.record({
  comesMs: fc.integer({ min: 0, max: 90_000 }),
  owner: fc.nat({ max: 2 }),
  // Where it passes: plain limits, limiters, and a budget.
  plain: fc.integer({ min: 0, max: 3 }),
  rated: fc.integer({ min: 0, max: 7 }),
  spends: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  tokens: fc.integer({ min: 0, max: 12 }),
  takesMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40_000 })),
  end: ends,
  givesUpAfterMs: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }),
});
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

interface Passed {
  readonly rates: readonly RateLimiter[];
  readonly tokens: number;
  readonly atMs: number;
  made: boolean;
}

/** Chosen by the bits of a number. */
const chosen = <T>(all: readonly T[], bits: number): T[] =>
  all.filter((_, index) => (bits & (1 << index)) !== 0);

const sleep = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.timer(ms, resolve));

describe("limits of all kinds together", () => {
  it("let everybody pass who may, in time, and never more than they may", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 2 }),
        fc.array(limiterOptions, { minLength: 3, maxLength: 3 }),
        fc.array(attempt, { minLength: 1, maxLength: 25 }),
        async (limits, options, attempts) => {
          const clock = virtualClock();
          const plain = limits.map((limit) => makeLimit(limit));
          const rated = options.map((one) => limiterOf("a limiter", one));
          const budget = budgetLimit(
            { limitMicros: 8, unbounded: "allow", scope: undefined },
            "it",
          );
          const all: readonly Limit[] = [...plain, ...rated.map((one) => one.limit), budget];
          const passed: Passed[] = [];

          const checkLimits = (): void => {
            const nowMs = clock.monotonic();
            for (const [index, one] of rated.entries()) {
              const {
                concurrency = 0,
                callsPerMinute = 0,
                tokensPerMinute = 0,
              } = options[index] ?? {};
              const recent = passed.filter(
                ({ rates, atMs, made }) => made && rates.includes(one) && atMs > nowMs - MINUTE_MS,
              );
              expect(one.limit.inFlight).toBeLessThanOrEqual(concurrency);
              expect(recent.length).toBeLessThanOrEqual(callsPerMinute);
              const tokens = recent.reduce((sum, next) => sum + next.tokens, 0);
              expect(tokens).toBeLessThanOrEqual(tokensPerMinute);
            }
            for (const [index, one] of plain.entries()) {
              expect(one.inFlight).toBeLessThanOrEqual(limits[index] ?? 0);
            }
          };

          // Nobody is asleep who could go: what holds the first of every queue is what will wake it.
          const checkAwake = (): void => {
            for (const { queue, inFlight, concurrency, condition, alarm } of all) {
              const { first } = queue;
              if (first === undefined || inFlight >= concurrency || alarm !== undefined) continue;
              expect(condition?.waitMs(first.permit)).toBe(Infinity);
            }
          };

          const come = async (one: Attempt): Promise<string> => {
            await sleep(clock, one.comesMs);
            const cancellation = new Cancellation();
            const rates = chosen(rated, one.rated);
            const slots = [...chosen(plain, one.plain), ...rates.map((rate) => rate.limit)];
            const gates = one.spends === undefined ? slots : [...slots, budget];
            // A token more than the limiter has in a minute passes as well, alone: not what is counted here.
            const most = Math.min(
              one.tokens,
              ...rates.map((rate) => options[rated.indexOf(rate)]?.tokensPerMinute ?? 0),
            );
            const asks = { runId: `run ${one.owner}`, usdMicros: one.spends, tokens: most };
            const permit = permitFor(gates, asks, clock);
            using _patience =
              one.givesUpAfterMs === undefined
                ? undefined
                : clock.timer(one.givesUpAfterMs, () => cancellation.cancel("gave up"));
            try {
              await enter(permit, cancellation);
            } catch (reason) {
              checkAwake();
              return reason === "gave up" ? reason : (reason as { code: string }).code;
            }
            const mine = { rates, tokens: most, atMs: clock.monotonic(), made: true };
            passed.push(mine);
            checkLimits();
            checkAwake();
            if (one.end !== "is never made") await sleep(clock, one.takesMs);
            if (one.end === "answers" || typeof one.end === "object") {
              const tokens = one.end === "answers" ? most : 0;
              // What was turned away used nothing.
              if (one.end !== "answers" && one.end.status === 429) {
                passed[passed.indexOf(mine)] = { ...mine, tokens: 0 };
              }
              permit.ended(one.end === "answers" ? undefined : one.end, tokens);
            }
            if (one.end === "is never made") mine.made = false;
            if (one.end === "is never made") void permit.discard();
            else void permit.release(1);
            checkAwake();
            return "passed";
          };

          const fates = Promise.all(attempts.map(come));
          let settled = false;
          void fates.then(
            () => (settled = true),
            () => (settled = true),
          );
          while (await clock.next());
          // No timer is left: whoever has not come through now never will.
          expect(settled).toBe(true);
          for (const [index, fate] of (await fates).entries()) {
            const { givesUpAfterMs, spends, rated: bits } = attempts[index] as Attempt;
            const guarded = chosen(options, bits).some(({ breaker }) => breaker !== false);
            if (fate === "gave up") expect(givesUpAfterMs).toBeDefined();
            else if (fate === "BUDGET_EXCEEDED") expect(spends).toBeDefined();
            else if (fate === "BREAKER_OPEN") expect(guarded).toBe(true);
            else expect(fate).toBe("passed");
          }
          for (const { inFlight, queue, hold, alarm } of all) {
            expect([inFlight, queue.size, hold, alarm]).toEqual([0, 0, undefined, undefined]);
          }
          expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
        },
      ),
    );
  });
});
