import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type AgentContext, type Outcome } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

/** What one caller does: which team it asks about which task, when it leaves, if it does, and with which money. */
const callers = fc.record({
  team: fc.nat({ max: 1 }),
  task: fc.nat({ max: 1 }),
  startsMs: fc.nat({ max: 60 }),
  leavesMs: fc.option(fc.nat({ max: 120 }), { nil: undefined }),
  poor: fc.boolean(),
  scope: fc.constantFrom(undefined, "tenant"),
});

/** What the n-th attempt at anything does. */
const fates = fc.record({
  takesMs: fc.nat({ max: 50 }),
  fails: fc.boolean(),
  deaf: fc.boolean(),
});

describe("whoever asks the same, and whenever they come, leave or fail", () => {
  it("one asks at a time, all get an answer or their own reason, and nothing is left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(callers, { minLength: 1, maxLength: 8 }),
        fc.array(fates, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (scheduler, asking, fate, slow) => {
          const clock = virtualClock();
          const inMemory = memory({ clock }).store;
          // A store that answers later, in any order.
          const later = async <T>(made: T): Promise<T> => {
            await scheduler.schedule(Promise.resolve());
            return made;
          };
          const store = {
            ...inMemory,
            values: slow
              ? {
                  ...inMemory.values,
                  get: (key: string) => later(inMemory.values.get(key)),
                  change: async (...given: Parameters<typeof inMemory.values.change>) => {
                    await later(undefined);
                    return inMemory.values.change(...given);
                  },
                }
              : inMemory.values,
          };
          const inFlight = new Map<string, number>();
          const most = new Map<string, number>();
          let attempts = 0;

          const run = async (task: { n: number; scope: string }, context: AgentContext) => {
            const { takesMs, fails, deaf } = fate[attempts++ % fate.length] ?? {};
            const key = JSON.stringify(task);
            const now = (inFlight.get(key) ?? 0) + 1;
            inFlight.set(key, now);
            most.set(key, Math.max(most.get(key) ?? 0, now));
            context.report({ usdMicros: 10, inputTokens: 1, outputTokens: 1 });
            try {
              await new Promise<void>((resolve, reject) => {
                const timer = clock.timer(takesMs ?? 0, resolve);
                if (deaf === true) return;
                context.signal.addEventListener("abort", () => {
                  timer[Symbol.dispose]();
                  reject(context.signal.reason);
                });
              });
            } finally {
              inFlight.set(key, (inFlight.get(key) ?? 0) - 1);
            }
            if (fails === true) throw new Error("the agent's own");
            return { answer: key };
          };
          const teams = [0, 1].map((n) =>
            supervisor({
              name: `team ${n}`,
              concurrency: 2,
              backend: { store },
              clock,
              agents: {
                one: agent({
                  name: "one",
                  version: "1",
                  retries: 0,
                  // As long as the longest answer takes: who is deaf has stopped then.
                  graceMs: 60,
                  maxCost: { usd: 0.00001 },
                  cache: true,
                  run,
                }),
              },
            }),
          );

          const ends = asking.map(
            async ({ team, task, startsMs, leavesMs, poor, scope }, index) => {
              await new Promise<void>((resolve) => clock.timer(startsMs, resolve));
              const leaving = new AbortController();
              const reason = new Error(`caller ${index} leaves`);
              const timer =
                leavesMs === undefined
                  ? undefined
                  : clock.timer(leavesMs, () => leaving.abort(reason));
              try {
                // A scope of its own is another content, so the task says it for the count.
                return await teams[team]?.run({ n: task, scope: scope ?? "" }, {
                  signal: leaving.signal,
                  ...(scope !== undefined && { cache: { scope } }),
                  ...(poor && { budget: { usd: 0 } }),
                } as never);
              } catch (thrown) {
                expect(thrown).toBe(reason);
                return undefined;
              } finally {
                timer?.[Symbol.dispose]();
              }
            },
          );
          const all = Promise.all(ends);
          let settled = false;
          void all.finally(() => (settled = true)).catch(() => {});
          for (let turn = 0; turn < 2_000 && !settled; turn++) {
            if (scheduler.count() > 0) await scheduler.waitOne();
            else if (!(await clock.next())) await Promise.resolve();
          }
          expect(settled).toBe(true);
          const outcomes = await all;

          for (const [index, outcome] of outcomes.entries()) {
            if (outcome === undefined) continue;
            const { poor, task, scope } = asking[index] ?? {};
            const { one } = (outcome as Outcome).results;
            if (one?.status === "ok") {
              expect(one.output).toEqual({
                answer: JSON.stringify({ n: task, scope: scope ?? "" }),
              });
            } else if (one?.status === "failed") {
              const own = poor === true ? ["BUDGET_EXCEEDED", "AGENT_FAILED"] : ["AGENT_FAILED"];
              expect(own).toContain(one.error.code);
            } else {
              expect.unreachable();
            }
          }
          for (const at of most.values()) expect(at).toBe(1);
          // Whatever goes on for nobody ends too; and no claim is left behind.
          while (scheduler.count() > 0 || (await clock.next())) {
            if (scheduler.count() > 0) await scheduler.waitOne();
          }
          const left = inMemory.values.list("cache/");
          expect(left.filter(({ value }) => "asking" in (value as object))).toEqual([]);
          expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
        },
      ),
    );
  });
});
