import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, budgets, memory, supervisor, type Json, type Outcome } from "../../src/index.ts";
import type { Hold } from "../../src/limits/scope/scoped.ts";
import { sharedBudget, resetShared, sharedState } from "../../src/limits/scope/shared-budget.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

const tempPath = tempPaths();

/** One attempt: what it may cost, what it does cost, in micro-dollars, and what becomes of it. */
interface Attempt {
  readonly bound: number;
  readonly cost: number;
  readonly ms: number;
  readonly end: "answers" | "fails" | "hangs" | "is silent";
}

const attempts = fc.record<Attempt>({
  bound: fc.integer({ min: 1, max: 60 }),
  cost: fc.integer({ min: 0, max: 60 }),
  ms: fc.integer({ min: 0, max: 30 }),
  end: fc.constantFrom("answers", "fails", "hangs", "is silent"),
});

const runs = fc.array(
  fc.record({ attempt: attempts, cancelAtMs: fc.option(fc.integer({ min: 0, max: 40 })) }),
  {
    minLength: 1,
    maxLength: 25,
  },
);

describe("a budget that runs share", () => {
  it("is never overspent and always settled, whatever the runs do and when", async () => {
    await fc.assert(
      fc.asyncProperty(
        runs,
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 10 }),
        async (plans, limit, concurrency) => {
          const clock = virtualClock();
          const store = memory({ clock }).store;
          let [spent, most] = [0, 0];
          const payer = agent({
            name: "payer",
            maxCost: ({ bound }: Attempt) => ({ usd: bound / 1e6 }),
            timeoutMs: 20,
            graceMs: 0,
            retries: 1,
            backoff: { baseMs: 5 },
            run: async ({ bound, cost, ms, end }: Attempt, { report, signal }) => {
              const real = Math.min(cost, bound);
              await new Promise<void>((resolve, reject) => {
                clock.timer(ms, resolve);
                if (end !== "hangs") signal.addEventListener("abort", () => reject(signal.reason));
              });
              spent += real;
              most = Math.max(most, spent);
              if (end !== "is silent") report({ usdMicros: real });
              if (end === "fails") throw Object.assign(new Error("no"), { retryable: true });
              return 1;
            },
          });
          const team = supervisor({
            name: "team",
            agents: { payer },
            budget: { usd: limit / 1e6, scope: "all" },
            concurrency,
            backend: { store },
            clock,
          });
          const ended = plans.map(
            async ({ attempt, cancelAtMs }): Promise<Outcome | "cancelled"> => {
              const controller = new AbortController();
              if (cancelAtMs !== null) clock.timer(cancelAtMs, () => controller.abort());
              try {
                return await team.run(attempt, { signal: controller.signal });
              } catch {
                return "cancelled";
              }
            },
          );
          let open = true;
          const all = Promise.all(ended).finally(() => (open = false));
          for (let i = 0; open && i < 500; i++) await clock.advance(10);
          const outcomes = await all;
          await clock.advance(1_000);
          const state = await sharedState(store.values, "all", clock.now());
          expect(most).toBeLessThanOrEqual(limit);
          expect(state.reservedMicros).toBe(0);
          // What was reported late, or not at all, was charged in full.
          expect(state.spentMicros).toBeGreaterThanOrEqual(spent);
          expect(state.spentMicros).toBeLessThanOrEqual(limit);
          expect(state.overran).toBe(false);
          for (const outcome of outcomes) {
            if (outcome === "cancelled") continue;
            const { payer: result } = outcome.results;
            const refused = result?.status === "failed" && result.error.code === "BUDGET_EXCEEDED";
            expect(["complete", "failed"]).toContain(outcome.status);
            // Nobody is refused while what is spent leaves room for everything.
            if (refused) expect(state.spentMicros + 60).toBeGreaterThan(limit);
          }
        },
      ),
    );
  });

  it("is charged once for an attempt, however many above it name it, and the least of them holds", async () => {
    const store = memory().store;
    const scope = "today";
    const payer = agent({
      name: "payer",
      maxCost: { usd: 0.4 },
      budget: { usd: 0.9, scope },
      run: (_: unknown, { report }) => {
        report({ usdMicros: 100_000 });
        return 1;
      },
    });
    const inner = supervisor({ name: "inner", agents: { payer }, budget: { usd: 5, scope } });
    const one = supervisor({
      name: "one",
      agents: { inner },
      budget: { usd: 1, scope },
      backend: { store },
    });
    const ended: string[] = [];
    for (let n = 0; n < 7; n++)
      ended.push((await one.run(n, { budget: { usd: 9, scope } })).status);
    // 0.5 of 0.9 is spent after five of them, and one more may come to 0.4.
    expect(ended).toEqual([...Array.from({ length: 6 }, () => "complete"), "failed"]);
    expect(await budgets({ store }).of(scope)).toEqual({
      spentMicros: 600_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("lets those wait who need several, whatever the order in which these were named", async () => {
    const clock = virtualClock();
    const store = memory({ clock }).store;
    let asked = 0;
    const made = (name: string, scopes: readonly string[]) => {
      const payer = agent({
        name: "payer",
        maxCost: { usd: 0.6 },
        run: async (_: unknown, { report }) => {
          asked++;
          await new Promise<void>((resolve) => clock.timer(20, resolve));
          report({ usdMicros: 50_000 });
          return 1;
        },
      });
      const budget = scopes.map((scope) => ({ usd: 1, scope }));
      return supervisor({ name, agents: { payer }, budget, backend: { store }, clock });
    };
    const teams = [made("ab", ["a", "b"]), made("ba", ["b", "a"]), made("b", ["b"])];
    const all = Promise.all(teams.flatMap((team) => [team.run(1), team.run(2)]));
    await clock.advance(3_000);
    expect((await all).map(({ status }) => status)).toEqual(
      teams.flatMap(() => ["complete", "complete"]),
    );
    expect(asked).toBe(6);
    expect(clock.pending).toBe(0);
  });

  it("ends the run when the store cannot keep what is reserved or spent", async () => {
    for (const failsAt of [1, 2]) {
      const inMemory = memory().store;
      let writes = 0;
      const values: typeof inMemory.values = {
        ...inMemory.values,
        changeAll(...given) {
          if (++writes >= failsAt) throw new Error("no space left on device");
          return inMemory.values.changeAll(...given);
        },
      };
      const payer = agent({ name: "payer", maxCost: { usd: 0.1 }, run: () => 1 });
      const budget = { usd: 1, scope: "today" };
      const store = { ...inMemory, values };
      const team = supervisor({ name: "team", agents: { payer }, budget, backend: { store } });
      await expect(team.run(1)).rejects.toMatchObject({ code: "STORE_FAILED" });
    }
  });

  it("is one budget for several supervisors and teams in teams", async () => {
    const store = memory().store;
    const payer = agent({
      name: "payer",
      maxCost: { usd: 0.4 },
      run: (_: unknown, { report }) => {
        report({ usdMicros: 400_000 });
        return 1;
      },
    });
    const budget = { usd: 1, scope: "today" };
    const inner = supervisor({ name: "inner", agents: { payer }, budget });
    const one = supervisor({ name: "one", agents: { inner }, backend: { store } });
    const other = supervisor({ name: "other", agents: { payer }, budget, backend: { store } });
    expect((await one.run(1)).status).toBe("complete");
    expect((await other.run(1)).status).toBe("complete");
    expect((await other.run(1)).status).toBe("failed");
    expect(await budgets({ store }).of("today")).toEqual({
      spentMicros: 800_000,
      reservedMicros: 0,
      overran: false,
    });
    await budgets({ store }).reset("today");
    expect((await other.run(1)).status).toBe("complete");
  });

  it("is begun anew with what is reserved for attempts under way, so that it is never below nothing", async () => {
    const store = memory().store;
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow = agent({
      name: "slow",
      maxCost: { usd: 0.4 },
      run: async (_: unknown, { report }) => {
        asked.resolve();
        await answer.promise;
        report({ usdMicros: 100_000 });
        return 1;
      },
    });
    const budget = { usd: 1, scope: "today" };
    const running = supervisor({ name: "team", agents: { slow }, budget, backend: { store } }).run(
      1,
    );
    await asked.promise;
    await budgets({ store }).reset("today");
    expect(await budgets({ store }).of("today")).toMatchObject({
      spentMicros: 0,
      reservedMicros: 400_000,
    });
    answer.resolve();
    await running;
    expect(await budgets({ store }).of("today")).toEqual({
      spentMicros: 100_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it.each([
    7,
    "5",
    {},
    { spent: "1", open: {} },
    { spent: 1, open: { id: "x" } },
    { spent: 1, open: { id: [null, 1] } },
  ])("promises nothing where the store has %j for it", async (foreign) => {
    const store = memory().store;
    await store.values.change("budget/today", () => foreign);
    let asked = 0;
    const payer = agent({ name: "payer", maxCost: { usd: 0.1 }, run: () => ++asked });
    const budget = { usd: 1, scope: "today" };
    const team = supervisor({ name: "team", agents: { payer }, budget, backend: { store } });
    await expect(team.run(1)).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(asked).toBe(0);
  });

  it("counts what a process that has died had reserved as spent, when its time is over", async () => {
    const clock = virtualClock();
    const store = memory({ clock }).store;
    const hang = agent({
      name: "hang",
      maxCost: { usd: 0.7 },
      timeoutMs: 1_000,
      run: () => new Promise<never>(() => {}),
    });
    const budget = { usd: 1, scope: "all" };
    const forgotten = supervisor({
      name: "team",
      agents: { hang },
      budget,
      backend: { store },
      clock: virtualClock(),
    });
    forgotten.run(1).catch(() => {});
    await clock.advance(1);
    const payer = agent({ name: "payer", maxCost: { usd: 0.7 }, run: () => 1 });
    const waiting = supervisor({
      name: "next",
      agents: { payer },
      budget,
      backend: { store },
      clock,
    }).run(1);
    await clock.advance(60_000);
    expect(await sharedState(store.values, "all", clock.now())).toMatchObject({
      spentMicros: 0,
      reservedMicros: 700_000,
    });
    await clock.advance(10_000);
    expect((await waiting).results.payer).toMatchObject({ error: { code: "BUDGET_EXCEEDED" } });
    expect(await sharedState(store.values, "all", clock.now())).toMatchObject({
      spentMicros: 700_000,
      reservedMicros: 0,
    });
  });

  /** An attempt that reports 100,000 of at most 700,000, and that the budget takes for dead long before its process does. */
  async function takenForDead(reset: "never" | "after") {
    const [clock, its] = [virtualClock(), virtualClock()];
    const store = memory({ clock }).store;
    let answer = (): void => {};
    const slow = agent({
      name: "slow",
      maxCost: { usd: 0.7 },
      run: async (_: unknown, { report }) => {
        await new Promise<void>((resolve) => (answer = resolve));
        report({ usdMicros: 100_000 });
        return 1;
      },
    });
    const payer = agent({
      name: "payer",
      maxCost: { usd: 0.2 },
      run: (_: unknown, { report }) => report({ usdMicros: 200_000 }),
    });
    const budget = { usd: 1, scope: "all" };
    const team = { budget, backend: { store } };
    const running = supervisor({ name: "slow", agents: { slow }, ...team, clock: its }).run(1);
    await its.advance(1);
    await clock.advance(600_000);
    // It is counted as spent in full when the next one passes.
    const other = supervisor({ name: "other", agents: { payer }, ...team, clock });
    expect((await other.run(1)).status).toBe("complete");
    expect(await sharedState(store.values, "all", clock.now())).toMatchObject({
      spentMicros: 900_000,
      reservedMicros: 0,
    });
    if (reset === "after") {
      await budgets({ store }).reset("all");
      expect((await other.run(2)).status).toBe("complete");
    }
    answer();
    await running;
    return sharedState(store.values, "all", clock.now());
  }

  it("puts right what it had counted in full, as an attempt was taken for dead and ended after all", async () => {
    expect(await takenForDead("never")).toEqual({
      spentMicros: 300_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("takes nothing back that it had forgotten when it was begun anew, and is charged with what ends after that", async () => {
    expect(await takenForDead("after")).toEqual({
      spentMicros: 300_000,
      reservedMicros: 0,
      overran: false,
    });
  });

  it("is never below nothing, whenever it is begun anew and whichever attempts are taken for dead", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ reserves: fc.integer({ min: 1, max: 50 }) }) },
      {
        weight: 3,
        arbitrary: fc.record({ settles: fc.nat(20), charged: fc.integer({ min: 0, max: 9 }) }),
      },
      { weight: 2, arbitrary: fc.record({ waits: fc.constantFrom(200, 200, 100_000_000) }) },
      { weight: 1, arbitrary: fc.constant({ resets: true } as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const { values } = memory().store;
        const budget = sharedBudget({ limitMicros: 1_000, scope: "all", unbounded: "refuse" });
        const open = new Map<string, Hold>();
        let nowMs = 0;
        let charged = 0;
        for (const [at, one] of steps.entries()) {
          if ("reserves" in one) {
            const hold = {
              id: `${at}`,
              agent: "a",
              usdMicros: one.reserves,
              tokens: 0,
              lifeMs: 100,
            };
            let fits = false;
            const take = (kept: Json | undefined): Json | undefined => {
              const taken = budget.take(kept, hold, nowMs);
              fits = "kept" in taken;
              return "kept" in taken ? taken.kept : kept;
            };
            try {
              values.change(budget.key, take);
            } catch (error) {
              expect(error).toMatchObject({ code: "BUDGET_EXCEEDED" });
            }
            if (fits) open.set(hold.id, hold);
          } else if ("settles" in one) {
            const hold = [...open.values()][one.settles % Math.max(open.size, 1)];
            if (hold === undefined) continue;
            open.delete(hold.id);
            const cost = Math.min(one.charged, hold.usdMicros ?? 0);
            charged += cost;
            const leaving = { chargedMicros: cost, result: undefined, discarded: false };
            values.change(budget.key, (kept) => budget.release(kept, hold, leaving, nowMs));
          } else if ("waits" in one) nowMs += one.waits;
          else {
            await resetShared(values, "all");
            charged = 0;
          }
          const state = await sharedState(values, "all", nowMs);
          // What was charged since it was begun anew is never missing, whatever else is counted besides.
          expect(state.spentMicros).toBeGreaterThanOrEqual(charged);
        }
      }),
    );
  });

  it("holds over processes that share a file", async () => {
    const path = tempPath();
    const child = fileURLToPath(new URL("processes/spend.ts", import.meta.url));
    const spending = [1, 2, 3].map(async () => {
      const process = fork(child, [path]);
      const told = once(process, "message");
      const [code] = (await once(process, "exit")) as [number];
      expect(code).toBe(0);
      const [{ spent, refused }] = (await told) as [{ spent: number; refused: number }];
      return { spent, refused };
    });
    const processes = await Promise.all(spending);
    const spent = processes.reduce((sum, one) => sum + one.spent, 0);
    await using store = sqlite({ path }).store;
    const state = await budgets({ store }).of("all");
    expect(state).toEqual({ spentMicros: spent, reservedMicros: 0, overran: false });
    expect(spent).toBeLessThanOrEqual(5_000_000);
    // It is used up but for what no attempt fits into.
    expect(spent).toBeGreaterThan(5_000_000 - 100_000);
    expect(processes.reduce((sum, one) => sum + one.refused, 0)).toBeGreaterThan(0);
  });
});
