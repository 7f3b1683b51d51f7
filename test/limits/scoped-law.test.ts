import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/async/cancellation.ts";
import { memory } from "../../src/index.ts";
import { limiterOf } from "./limiter-of.ts";
import type { Limiter } from "../../src/limits/limiter.ts";
import { makeLimit } from "../../src/limits/limit.ts";
import {
  scopeQueues,
  type ScopeQueue,
  type ScopeQueues,
} from "../../src/limits/scope/scope-queue.ts";
import { sharedBudget, sharedState } from "../../src/limits/scope/shared-budget.ts";
import { scopedIn } from "../../src/limits/scope/shared-slots.ts";
import { storeLimiter } from "../../src/limits/scope/store-limiter.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { asking } from "./permits.ts";

const LIFE_MS = 120_000;

const limits = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  callsPerMinute: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Infinity)),
  tokensPerMinute: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(Infinity)),
});

const attempt = fc.record({
  /** By which of two processes, and for which of its runs. */
  process: fc.nat({ max: 1 }),
  run: fc.nat({ max: 1 }),
  comesMs: fc.integer({ min: 0, max: 30_000 }),
  /** The first limiter, the second one, the budget, and what its process has for itself. */
  needs: fc.record({ a: fc.boolean(), b: fc.boolean(), money: fc.boolean(), own: fc.boolean() }),
  tokens: fc.nat({ max: 8 }),
  usdMicros: fc.integer({ min: 1, max: 40 }),
  costs: fc.nat({ max: 40 }),
  takesMs: fc.nat({ max: 20_000 }),
  givesUpAfterMs: fc.option(fc.nat({ max: 40_000 }), { nil: undefined }),
  end: fc.constantFrom("answers", "throttled", "is never made", "dies"),
});
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

const sleep = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.timer(ms, resolve));

describe("what processes share under a scope", () => {
  it("is never overdrawn, wakes everybody who may go, is given back by whoever dies, and leaves no queue behind", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(limits, limits),
        fc.integer({ min: 20, max: 200 }),
        fc.array(attempt, { minLength: 1, maxLength: 16 }),
        async (options, limitMicros, attempts) => {
          const clock = virtualClock();
          const store = memory({ clock }).store;
          const money = sharedBudget({ limitMicros, scope: "money", unbounded: "refuse" });
          const used = new Set<ScopeQueue>();
          const processes = [0, 1].map(() => {
            const queues = scopeQueues();
            const use: ScopeQueues["use"] = (values, scoped) => {
              const queue = queues.use(values, scoped);
              used.add(queue);
              return queue;
            };
            const limiter: Limiter = storeLimiter({
              values: store.values,
              clock,
              queues: { ...queues, use },
              failed: (cause) => cause as never,
            });
            const [a, b] = options.map(
              (one, index) => limiterOf("x", { scope: `${index}`, ...one }).limit,
            );
            return { limiter, queues, a, b, own: makeLimit(2) };
          });
          const atWork = [0, 0];
          const begun: { readonly which: number; readonly atMs: number }[] = [];
          let spent = 0;

          const come = async (one: Attempt): Promise<string> => {
            await sleep(clock, one.comesMs);
            const here = processes[one.process];
            if (here === undefined) throw new Error("no such process");
            const which = [one.needs.a ? [0] : [], one.needs.b ? [1] : []].flat();
            const shared = which.flatMap((index) => (index === 0 ? here.a : here.b) ?? []);
            const cancellation = new Cancellation();
            const request = asking([...shared, ...(one.needs.own ? [here.own] : [])], {
              runId: `${one.process} ${one.run}`,
              scoped: [...scopedIn(shared), ...(one.needs.money ? [money] : [])],
              tokens: one.tokens,
              usdMicros: one.needs.money ? one.usdMicros : undefined,
              lifeMs: LIFE_MS,
            });
            using _patience =
              one.givesUpAfterMs === undefined
                ? undefined
                : clock.timer(one.givesUpAfterMs, () => cancellation.cancel("gave up"));
            let permit;
            try {
              permit = await here.limiter.acquire(request, cancellation);
            } catch (reason) {
              return reason === "gave up" ? reason : (reason as { code: string }).code;
            }
            for (const index of which) {
              atWork[index] = (atWork[index] ?? 0) + 1;
              const { concurrency = 0, callsPerMinute = 0 } = options[index] ?? {};
              expect(atWork[index]).toBeLessThanOrEqual(concurrency);
              if (one.end !== "is never made") begun.push({ which: index, atMs: clock.now() });
              const recent = begun.filter(
                (other) => other.which === index && other.atMs > clock.now() - 60_000,
              );
              expect(recent.length).toBeLessThanOrEqual(callsPerMinute);
            }
            if (one.end !== "is never made") await sleep(clock, one.takesMs);
            // What a process that dies holds stays held until it expires.
            if (one.end === "dies") await sleep(clock, LIFE_MS - one.takesMs);
            for (const index of which) atWork[index] = (atWork[index] ?? 0) - 1;
            if (one.end === "dies") {
              if (one.needs.money) spent += one.usdMicros;
              // Here it is one process all the same, whose own slots it gives back.
              permit.leaveBehind();
              void permit.release(0);
              return "died";
            }
            if (one.end === "is never made") {
              await permit.discard();
              return "passed";
            }
            permit.ended(one.end === "throttled" ? { status: 429 } : undefined, one.tokens);
            const costs = one.needs.money ? Math.min(one.costs, one.usdMicros) : 0;
            spent += costs;
            await permit.release(costs);
            return "passed";
          };

          const fates = Promise.all(attempts.map(come));
          let settled = false;
          void fates.then(
            () => (settled = true),
            () => (settled = true),
          );
          for (let n = 0; n < 10_000 && (await clock.next()); n++);
          expect(settled).toBe(true);
          for (const [index, fate] of (await fates).entries()) {
            const { givesUpAfterMs, needs } = attempts[index] as Attempt;
            if (fate === "gave up") expect(givesUpAfterMs).toBeDefined();
            else if (fate === "BUDGET_EXCEEDED") expect(needs.money).toBe(true);
            else expect(["passed", "died"]).toContain(fate);
          }
          await clock.advance(LIFE_MS + 1);
          expect(await sharedState(store.values, "money", clock.now())).toEqual({
            spentMicros: spent,
            reservedMicros: 0,
            overran: false,
          });
          expect(spent).toBeLessThanOrEqual(limitMicros);
          expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
          for (const { queues, a, b } of processes) {
            for (const scoped of [...scopedIn([a, b].flatMap((one) => one ?? [])), money]) {
              expect(used).not.toContain(queues.use(store.values, scoped));
            }
          }
        },
      ),
    );
  });
});
