// Money where it meets what else may happen to an attempt: a queue, a limiter that says come later, a store that fails, a crash.

import { describe, expect, it } from "vitest";
import { agent, budgets, memory, supervisor, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const busy = (): Error => Object.assign(new Error("busy"), { status: 429, retryAfterMs: 1 });

describe("a budget that runs share", () => {
  it("wakes who waits for it in another run at once when an attempt is settled", async () => {
    const clock = virtualClock({ nowMs: Date.now() });
    const store = memory().store;
    const began: number[] = [];
    const a = agent({
      name: "a",
      maxCost: { usd: 0.6 },
      run: async (_task: unknown, { report }) => {
        began.push(clock.monotonic());
        await new Promise<void>((resolve) => void clock.timer(25, resolve));
        report({ usdMicros: 100_000 });
        return 1;
      },
    });
    const budget = { usd: 1, scope: "today" };
    const team = supervisor({ name: "team", agents: { a }, budget, clock, backend: { store } });
    const running = [1, 2, 3].map((task) => team.run(task));
    await clock.advance(1_000);
    await Promise.all(running);
    expect(began).toEqual([0, 25, 50]);
  });

  it("gives back what is reserved for an attempt whose beginning the store does not keep", async () => {
    const inMemory = memory().store;
    const store: Store = {
      ...inMemory,
      async append(events, fence) {
        await undefined;
        if (events.some(({ type }) => type === "call.started")) throw new Error("disk full");
        inMemory.append(events, fence);
      },
    };
    let asked = 0;
    const a = agent({ name: "a", maxCost: { usd: 0.6 }, run: () => ++asked });
    const budget = { usd: 1, scope: "today" };
    const team = supervisor({ name: "team", agents: { a }, budget, backend: { store } });
    await expect(team.run(1)).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(asked).toBe(0);
    expect(await budgets({ store }).of("today")).toEqual({
      spentMicros: 0,
      reservedMicros: 0,
      overran: false,
    });
  });

  it.each(["before", "after"])(
    "gives back what is reserved for an attempt that is cancelled %s the reservation is kept",
    async (when) => {
      const inMemory = memory().store;
      const leaving = new AbortController();
      const store: Store = {
        ...inMemory,
        values: {
          ...inMemory.values,
          async changeAll(...given) {
            if (when === "before") leaving.abort("enough");
            await undefined;
            const made = inMemory.values.changeAll(...given);
            if (when === "after") leaving.abort("enough");
            return made;
          },
        },
      };
      let asked = 0;
      const a = agent({ name: "a", maxCost: { usd: 0.6 }, run: () => ++asked });
      const budget = { usd: 1, scope: "today" };
      const team = supervisor({ name: "team", agents: { a }, budget, backend: { store } });
      expect(await rejection(team.run(1, { signal: leaving.signal }))).toBe("enough");
      expect(asked).toBe(0);
      expect(await budgets({ store }).of("today")).toMatchObject({
        spentMicros: 0,
        reservedMicros: 0,
      });
    },
  );

  it("is put right when an attempt is settled that another process had taken for dead", async () => {
    // The store's time counts, whatever the processes have.
    const time = virtualClock();
    const store = memory({ clock: time }).store;
    const here = virtualClock({ nowMs: 1_000_000_000_000 });
    const there = virtualClock({ nowMs: 1_000_003_600_000 });
    const budget = { usd: 1, scope: "today" };
    const one = (name: string, clock: typeof here, delayMs: number) =>
      supervisor({
        name,
        agents: {
          a: agent({
            name: "a",
            maxCost: { usd: 0.4 },
            run: async (_task: unknown, { report }) => {
              await new Promise<void>((resolve) => void clock.timer(delayMs, resolve));
              report({ usdMicros: 50_000 });
              return 1;
            },
          }),
        },
        budget,
        clock,
        backend: { store },
      });
    const slow = one("slow", here, 100).run(1);
    await here.advance(10);
    // By then whoever had reserved must have died.
    await time.advance(3_600_000);
    const quick = one("quick", there, 1).run(1);
    await there.advance(10);
    await quick;
    expect(await budgets({ store }).of("today")).toMatchObject({ spentMicros: 450_000 });
    await here.advance(100);
    await slow;
    expect(await budgets({ store }).of("today")).toEqual({
      spentMicros: 100_000,
      reservedMicros: 0,
      overran: false,
    });
  });
});

describe("an attempt that was told to come later", () => {
  it.each([
    ["with a limiter that learns from it", ["provider"]],
    ["without one", []],
  ])("is a repetition all the same when it was paid for, %s", async (_, limiters) => {
    const clock = virtualClock();
    let asked = 0;
    const a = agent({
      name: "a",
      retries: 2,
      maxCost: { usd: 1 },
      limiters,
      run: (_task: unknown, { report }) => {
        asked++;
        report({ usdMicros: 1 });
        throw busy();
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: { provider: {} }, clock });
    const plan = await team.plan("task");
    const running = team.run("task");
    for (let turn = 0; turn < 100 && (await clock.next()); turn++);
    const { results, bill } = await running;
    expect(asked).toBe(3);
    expect(results.a).toMatchObject({ status: "failed", attempts: 3 });
    expect(bill.spent.usdMicros).toBeLessThanOrEqual(plan.worst.usdMicros as number);
  });

  it("is none when it was not, and is charged nothing", async () => {
    const clock = virtualClock();
    let asked = 0;
    const a = agent({
      name: "a",
      retries: 0,
      maxCost: { usd: 1 },
      run: (_task: unknown, { report }) => {
        if (++asked < 3) throw busy();
        report({ usdMicros: 400_000 });
        return "answer";
      },
    });
    const team = supervisor({ name: "team", agents: { a }, budget: { usd: 1 }, clock });
    const running = team.run("task");
    for (let turn = 0; turn < 100 && (await clock.next()); turn++);
    const { runId, results } = await running;
    expect(results.a).toMatchObject({ status: "ok", attempts: 3 });
    const log = await team.backend.store.read(runId);
    expect(log.findLast(({ type }) => type === "call.succeeded")).toMatchObject({
      charged: 400_000,
    });
  });
});

describe("a run that is resumed", () => {
  const teamIn = (usd: number) => {
    const a = agent({
      name: "a",
      maxCost: { usd: 0.3 },
      inDoubt: "fail",
      run: (_task: unknown, { report }) => {
        report({ usdMicros: 100_000 });
        return 1;
      },
    });
    const b = agent({ name: "b", maxCost: { usd: 0.3 }, run: () => 2 });
    return supervisor({ name: "team", agents: { a, b }, mode: "sequence", budget: { usd } });
  };
  const diedAfter = (log: readonly RunEvent[], type: RunEvent["type"]) => {
    const store = memory({ resumable: true }).store;
    const kept = log.slice(0, log.findIndex((event) => event.type === type) + 1);
    store.append(kept.map((event, index) => ({ ...event, seq: index + 1 })));
    store.release("run", 1);
    return store;
  };

  it("still knows after another crash what was reserved for an attempt that may not be repeated", async () => {
    const store = memory({ resumable: true }).store;
    await teamIn(1).run("task", { runId: "run", backend: { store } });
    const died = diedAfter(store.read("run"), "call.started");
    const first = await teamIn(0.59).resume("run", { backend: { store: died } });
    expect(first.results).toMatchObject({
      a: { error: { code: "IN_DOUBT" } },
      b: { error: { code: "BUDGET_EXCEEDED" } },
    });
    const log = died.read("run").filter(({ type }) => type !== "run.resumed");
    expect(log.find(({ type }) => type === "call.failed")).toMatchObject({ charged: 300_000 });
    const second = await teamIn(0.59).resume("run", {
      backend: { store: diedAfter(log, "call.failed") },
    });
    expect(second.results.b).toMatchObject({ error: { code: "BUDGET_EXCEEDED" } });
    const third = await teamIn(0.6).resume("run", {
      backend: { store: diedAfter(log, "call.failed") },
    });
    expect(third.results.b.status).toBe("ok");
  });

  describe("after an attempt has cost more than its maxCost", () => {
    const overrunningIn = (maxCost: unknown) => {
      const asked: string[] = [];
      const named = (name: string, usdMicros: number, more: object) =>
        agent({
          name,
          maxCost: { usd: 0.000_001 },
          ...more,
          run: (_task: unknown, { report }) => {
            asked.push(name);
            report({ usdMicros });
            return name;
          },
        });
      const a = named("a", 5, { maxCost });
      const [b, c] = [named("b", 1, {}), named("c", 1, {})];
      const agents = { a, b, c };
      return {
        asked,
        team: supervisor({ name: "team", agents, mode: "sequence", budget: { usd: 1 } }),
      };
    };
    const resumedWith = async (before: unknown, now: unknown) => {
      const store = memory({ resumable: true }).store;
      await overrunningIn(before).team.run("task", { runId: "run", backend: { store } });
      const died = diedAfter(store.read("run"), "call.succeeded");
      const { team, asked } = overrunningIn(now);
      const { results } = await team.resume("run", { backend: { store: died } });
      return { results, asked };
    };
    const small = { usd: 0.000_001 };

    it.each([
      ["is that still", small, small],
      ["is made of the task", () => small, () => small],
    ])("begins nothing new under that budget where its maxCost %s", async (_how, before, now) => {
      const { results, asked } = await resumedWith(before, now);
      expect(asked).toEqual([]);
      expect(results).toMatchObject({
        a: { status: "ok" },
        b: { error: { code: "BUDGET_EXCEEDED", message: expect.stringContaining("raise") } },
        c: { error: { code: "BUDGET_EXCEEDED" } },
      });
    });

    it("goes on where its maxCost was raised to what it had cost", async () => {
      const { results, asked } = await resumedWith(small, { usd: 0.000_005 });
      expect(asked).toEqual(["b", "c"]);
      expect(results).toMatchObject({ b: { status: "ok" }, c: { status: "ok" } });
    });
  });
});
