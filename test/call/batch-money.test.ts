import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  agent,
  judge,
  limiters,
  memory,
  supervisor,
  type Budget,
  type LimiterState,
  type RunEvent,
  type Supervisor,
  type Usage,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sharedState } from "../../src/limits/scope/shared-budget.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";
import { batching, outputs, pause, tenfold, upTo } from "./batching.ts";

describe("what a batch reports", () => {
  it("is one task's where it says whose, and everybody's in equal whole parts where it does not", async () => {
    const { team } = batching((tasks, { report }) => {
      report({ usdMicros: 10, inputTokens: 7, model: "m1" });
      report({ usdMicros: 5, outputTokens: 3 }, 1);
      return tenfold(tasks);
    });
    const running = upTo(3).map((task) => team.run(task));
    const costs = (await Promise.all(running)).map(
      ({ results: { a } }) => a.status === "ok" && a.cost,
    );
    expect(costs).toEqual([
      { usdMicros: 4, inputTokens: 3, outputTokens: "unknown" },
      { usdMicros: 8, inputTokens: 2, outputTokens: 3 },
      { usdMicros: 3, inputTokens: 2, outputTokens: "unknown" },
    ]);
    const log = (await team.backend.store.read(
      (await running[0])?.runId ?? "",
    )) as readonly RunEvent[];
    expect(log.find(({ type }) => type === "call.succeeded")).toMatchObject({ model: "m1" });
  });

  it.each<[string, object, unknown]>([
    ["what is no amount", { usdMicros: -1, inputTokens: 1.5, outputTokens: NaN }, undefined],
    ["a task that is none", { usdMicros: 5 }, 2],
    ["a task before the first", { usdMicros: 5 }, -1],
    ["a task by a name", { usdMicros: 5 }, "constructor"],
    ["a task by nothing", { usdMicros: 5 }, null],
  ])("is nothing where it is about %s", async (_, usage, index) => {
    const { team } = batching((tasks, { report }) => {
      report(usage, index as number);
      return tenfold(tasks);
    });
    for (const { results } of await Promise.all([1, 2].map((task) => team.run(task)))) {
      const unknown = { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" };
      expect(results.a).toMatchObject({ status: "ok", cost: unknown });
    }
  });

  it("counts when the batch is cancelled or fails, too", async () => {
    const { team } = batching((_, { report }) => {
      report({ usdMicros: 9 });
      throw Object.assign(new Error("no"), { retryable: false });
    });
    const [one, two] = await Promise.all([1, 2].map((task) => team.run(task)));
    expect([one?.results.a, two?.results.a]).toMatchObject([
      { status: "failed", cost: { usdMicros: 5 } },
      { status: "failed", cost: { usdMicros: 4 } },
    ]);
  });
});

/** A team whose agent's batches cost so much a task, under a budget. */
function paying(
  budget: Budget,
  { usd, costs }: { readonly usd: (task: number) => number; readonly costs: number },
  store: Store = memory().store,
) {
  const clock = virtualClock();
  const asked: (readonly number[])[] = [];
  const a = agent({
    name: "a",
    maxCost: (task: number) => ({ usd: usd(task) }),
    run: async (task: number, { report }) => {
      asked.push([task]);
      await pause(clock, 10);
      report({ usdMicros: costs });
    },
    batch: {
      run: async (tasks, { report }) => {
        asked.push(tasks);
        await pause(clock, 10);
        for (const index of tasks.keys()) report({ usdMicros: costs }, index);
        return tasks.map(() => undefined);
      },
    },
  });
  return {
    clock,
    asked,
    team: supervisor({ name: "team", agents: { a }, budget, backend: { store }, clock }),
  };
}

describe("budgets", () => {
  it("are each run's own in a batch, and who is refused drops out of it alone", async () => {
    const usd = (task: number): number => (task === 2 ? 2 : 0.5);
    const { clock, asked, team } = paying({ usd: 1 }, { usd, costs: 400_000 });
    const running = upTo(3).map((task) => team.run(task));
    await clock.advance(10);
    const outcomes = await Promise.all(running);
    expect(asked).toEqual([[1, 3]]);
    expect(outcomes.map(({ results }) => results.a)).toMatchObject([
      { status: "ok" },
      { status: "failed", error: { code: "BUDGET_EXCEEDED" }, attempts: 0 },
      { status: "ok" },
    ]);
    const log = (await team.backend.store.read(outcomes[2]?.runId ?? "")) as readonly RunEvent[];
    expect(log.find(({ type }) => type === "call.started")).toMatchObject({
      reserved: 500_000,
      batch: 2,
    });
    expect(log.find(({ type }) => type === "call.succeeded")).toMatchObject({ charged: 400_000 });
  });

  it("refuse every call of a batch by itself when nobody says what it costs", async () => {
    const { team, batches } = batching(tenfold, { budget: { usd: 1 } });
    for (const output of await outputs([1, 2].map((task) => team.run(task)))) {
      expect(output).toContain("NO_BOUND");
    }
    expect(batches).toEqual([]);
  });

  it("let what fits go; what has to wait for it goes alone, and holds no slot meanwhile", async () => {
    const budget = { usd: 1, scope: "all" };
    const { clock, asked, team } = paying(budget, { usd: () => 0.4, costs: 100_000 });
    const running = upTo(3).map((task) => team.run(task));
    await clock.advance(0);
    expect(asked).toEqual([[1, 2]]);
    const { values } = team.backend.store;
    const held = await sharedState(values, "all", clock.now());
    expect(held).toMatchObject({ reservedMicros: 800_000 });
    await clock.advance(500);
    for (const { status } of await Promise.all(running)) expect(status).toBe("complete");
    expect(asked).toEqual([[1, 2], [3]]);
    const state = { spentMicros: 300_000, reservedMicros: 0 };
    expect(await sharedState(values, "all", clock.now())).toMatchObject(state);
  });

  it("say so where one task cost more than was reserved for it, and begin nothing more", async () => {
    const { clock, team } = paying({ usd: 1, scope: "all" }, { usd: () => 0.1, costs: 200_000 });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(10);
    for (const { runId } of await Promise.all(running)) {
      const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
      expect(log.filter(({ type }) => type === "budget.overran").length).toBe(1);
    }
    expect((await team.run(3)).results.a).toMatchObject({ error: { code: "BUDGET_EXCEEDED" } });
  });

  it("are never overspent and always settled, whoever is batched with whom and leaves when", async () => {
    const plans = fc.array(
      fc.record({
        bound: fc.integer({ min: 1, max: 60 }),
        cost: fc.nat(60),
        atMs: fc.nat(20),
        cancelAtMs: fc.option(fc.nat(60)),
        end: fc.constantFrom("answers", "fails", "is silent"),
      }),
      { minLength: 1, maxLength: 20 },
    );
    const limits = fc.record({
      usd: fc.integer({ min: 0, max: 400 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
      maxSize: fc.integer({ min: 2, max: 6 }),
      ms: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(plans, limits, async (all, { usd, concurrency, maxSize, ms }) => {
        const clock = virtualClock();
        const store = memory({ clock }).store;
        let [spent, most] = [0, 0];
        const charge = (task: number, report: (usage: Usage) => void): unknown => {
          const { end, cost, bound } = all[task] ?? { end: "answers", cost: 0, bound: 0 };
          spent += Math.min(cost, bound);
          most = Math.max(most, spent);
          if (end !== "is silent") report({ usdMicros: Math.min(cost, bound) });
          return end === "fails" ? Object.assign(new Error("later"), { retryable: true }) : task;
        };
        const a = agent({
          name: "a",
          maxCost: (task: number) => ({ usd: (all[task]?.bound ?? 0) / 1e6 }),
          timeoutMs: 30,
          graceMs: 5,
          backoff: { baseMs: 4 },
          run: async (task: number, { report }) => {
            const answer = charge(task, report);
            await pause(clock, ms);
            if (answer instanceof Error) throw answer;
            return answer;
          },
          batch: {
            maxSize,
            waitMs: 5,
            run: async (tasks, { report }) => {
              const answers = tasks.map((task, index) =>
                charge(task, (usage) => report(usage, index)),
              );
              await pause(clock, ms);
              return answers as Error[];
            },
          },
        });
        const budget = { usd: usd / 1e6, scope: "all" };
        const team = supervisor({
          name: "team",
          agents: { a },
          budget,
          concurrency,
          backend: { store },
          clock,
        });
        const running = all.map(async ({ atMs, cancelAtMs }, task) => {
          await pause(clock, atMs);
          const controller = new AbortController();
          if (cancelAtMs !== null) clock.timer(cancelAtMs, () => controller.abort(new Error("x")));
          return team.run(task, { signal: controller.signal });
        });
        const settled = Promise.allSettled(running);
        await clock.advance(20_000);
        for (const { status, ...end } of await settled) {
          if (status === "rejected") expect(end).toMatchObject({ reason: { message: "x" } });
        }
        expect(most).toBeLessThanOrEqual(usd);
        const state = await sharedState(store.values, "all", clock.now());
        expect(state).toMatchObject({ reservedMicros: 0, overran: false });
        expect(state.spentMicros).toBeGreaterThanOrEqual(spent);
        expect(state.spentMicros).toBeLessThanOrEqual(usd);
        expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
      }),
    );
  });
});

/** How the limiter of a team stands. */
const standing = ({ backend }: Pick<Supervisor, "backend">): LimiterState | undefined =>
  limiters(backend)["provider"];

const failing = (status: number): Error => Object.assign(new Error("down"), { status });

describe("limiters", () => {
  it("are told once of a batch: what was turned away queues again, together", async () => {
    const clock = virtualClock();
    const asked: (readonly number[])[] = [];
    const named = { provider: { concurrency: 8 } };
    const a = agent({
      name: "a",
      retries: 0,
      limiters: ["provider"],
      run: (_task: number) => {},
      batch: {
        run: (tasks) => {
          asked.push(tasks);
          if (asked.length > 1) return tasks.map(() => undefined);
          throw Object.assign(new Error("slow down"), { status: 429, retryAfterMs: 1_000 });
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    const running = upTo(3).map((task) => team.run(task));
    await clock.advance(0);
    expect(standing(team)).toMatchObject({ inFlight: 0, limit: 1 });
    await clock.advance(5_000);
    for (const { results } of await Promise.all(running)) expect(results.a.status).toBe("ok");
    expect(asked).toEqual([upTo(3), upTo(3)]);
    expect(standing(team)).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it("have a slot for a batch and its tokens, which stay within a minute's", async () => {
    const clock = virtualClock();
    const asked: [number, number][] = [];
    const named = { provider: { concurrency: 1, tokensPerMinute: 1_000 } };
    const a = agent({
      name: "a",
      limiters: ["provider"],
      timeoutMs: 600_000,
      maxCost: { inputTokens: 300 },
      run: (_task: number) => void asked.push([clock.monotonic(), 1]),
      batch: {
        run: (tasks) => {
          asked.push([clock.monotonic(), tasks.length]);
          return tasks.map(() => undefined);
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    const running = upTo(7).map((task) => team.run(task));
    await clock.advance(300_000);
    for (const { status } of await Promise.all(running)) expect(status).toBe("complete");
    expect(asked.map(([, size]) => size)).toEqual([3, 3, 1]);
    for (const [index, [atMs]] of asked.entries())
      expect(atMs).toBeGreaterThanOrEqual(index * 60_000);
    expect(standing(team)).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it("take a batch that answered anything for an answer, whatever single tasks came to", async () => {
    const clock = virtualClock();
    const named = { provider: { breaker: { failures: 1, cooldownMs: 60_000 } } };
    const a = agent({
      name: "a",
      retries: 0,
      limiters: ["provider"],
      run: (_task: number) => {},
      batch: {
        run: (tasks) => tasks.map((task) => (task < 3 ? failing(500) : undefined)),
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    await Promise.all(upTo(3).map((task) => team.run(task)));
    expect(standing(team)?.breaker).toBe("closed");
    await Promise.all([1, 2].map((task) => team.run(task)));
    expect(standing(team)?.breaker).toBe("open");
  });

  it("know of all the tokens of a batch that queues, and of nobody who has left", async () => {
    const clock = virtualClock();
    const sizes: number[] = [];
    const named = { provider: { concurrency: 1, tokensPerMinute: 10_000 } };
    const a = agent({
      name: "a",
      limiters: ["provider"],
      maxCost: { inputTokens: 10 },
      run: (_task: number) => {
        sizes.push(1);
        return pause(clock, 100);
      },
      batch: {
        run: async (tasks) => {
          sizes.push(tasks.length);
          await pause(clock, 100);
          return tasks.map(() => undefined);
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    const controller = new AbortController();
    const { signal } = controller;
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(10);
    running.push(team.run(3), team.run(4));
    await clock.advance(10);
    running.push(team.run(5));
    await clock.advance(10);
    const leaving = [6, 7].map((task) => rejection(team.run(task, { signal })));
    await clock.advance(10);
    expect(standing(team)).toMatchObject({ inFlight: 1, waiting: 3 });
    controller.abort(new Error("enough"));
    await Promise.all(leaving);
    expect(standing(team)).toMatchObject({ inFlight: 1, waiting: 2 });
    await clock.advance(300);
    await Promise.all(running);
    expect([sizes, standing(team)?.inFlight]).toEqual([[2, 2, 1], 0]);
  });

  it("that are closed by their breaker refuse every call of a batch", async () => {
    const clock = virtualClock();
    let batches = 0;
    const named = { provider: { breaker: { failures: 1, cooldownMs: 60_000 } } };
    const a = agent({
      name: "a",
      retries: 0,
      limiters: ["provider"],
      run: (_task: number) => {},
      batch: {
        run: () => {
          batches++;
          throw failing(500);
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    const codes = async (): Promise<readonly unknown[]> => {
      const running = [1, 2].map((task) => team.run(task));
      const outcomes = await Promise.all(running);
      return outcomes.map(({ results }) => results.a.status === "failed" && results.a.error.code);
    };
    expect(await codes()).toEqual(["AGENT_FAILED", "AGENT_FAILED"]);
    expect(await codes()).toEqual(["BREAKER_OPEN", "BREAKER_OPEN"]);
    expect([batches, standing(team)?.inFlight]).toEqual([1, 0]);
  });
});

/** Two who differ, the second one after so long, and a judge who answers many questions at once. */
function disputed(clock: VirtualClock, sizes: number[]) {
  const referee = agent({
    name: "referee",
    run: () => ({ choice: "A", reasoning: "" }),
    batch: {
      waitMs: 1_000,
      run: (tasks: readonly unknown[]) => {
        sizes.push(tasks.length);
        return tasks.map(() => ({ choice: "A", reasoning: "" }));
      },
    },
  });
  const a = agent({ name: "a", run: (_ms: number) => ({ recommendation: 1 }) });
  const b = agent({
    name: "b",
    run: async (ms: number) => {
      await pause(clock, ms);
      return { recommendation: 2 };
    },
  });
  return supervisor({ name: "team", agents: { a, b }, resolve: [judge({ ask: referee })], clock });
}

describe("the questions to a judge", () => {
  it.each([
    ["about runs that come to them together", [5, 5], 5],
    ["about a run that is to come to them, too", [5, 40], 40],
  ])("are one request: %s", async (_, takeMs, atMs) => {
    const clock = virtualClock();
    const sizes: number[] = [];
    const team = disputed(clock, sizes);
    const running = takeMs.map((ms) => team.run(ms));
    await clock.advance(atMs);
    await Promise.all(running);
    expect([sizes, clock.monotonic()]).toEqual([[4], atMs]);
  });
});

it("a call that goes without others, and whose store fails when its slot is free again, fails its run and nothing else", async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown): void => void unheard.push(reason);
  process.on("unhandledRejection", listen);
  onTestFinished(() => void process.off("unhandledRejection", listen));
  const kept = memory().store;
  const { changeAll } = kept.values;
  let failing = false;
  const store: Store = {
    ...kept,
    values: {
      ...kept.values,
      changeAll: async (keys, make, options) => {
        if (failing && keys.includes("limiter/provider")) throw new Error("disk full");
        return changeAll(keys, make, options);
      },
    },
  };
  const a = agent({
    name: "a",
    limiters: ["provider"],
    maxCost: { usd: 0.1 },
    run() {
      failing = true;
    },
    batch: { run: (tasks) => tasks },
  });
  const budget = { usd: 1, scope: "all" };
  const provider = { scope: "provider", concurrency: 1 };
  const running = supervisor({
    name: "team",
    agents: { a },
    limiters: { provider },
    backend: { store },
    budget,
  }).run(1);
  await expect(running).rejects.toMatchObject({ code: "STORE_FAILED" });
  await new Promise(setImmediate);
  expect(unheard).toEqual([]);
});

it("a batch does not wait for the money of a call whose run is over", async () => {
  const hanging = memory().store;
  const { values } = hanging;
  const store = {
    ...hanging,
    values: { ...values, changeAll: () => new Promise<never>(() => {}) },
  };
  const budget = { usd: 1, scope: "all" };
  const { team, batches } = batching(tenfold, { budget, maxCost: { usd: 0.1 } });
  const controller = new AbortController();
  const stuck = team.run(1, { backend: { store }, signal: controller.signal });
  const others = [2, 3].map((task) => team.run(task));
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(batches).toEqual([]);
  controller.abort(new Error("enough"));
  await expect(stuck).rejects.toThrow("enough");
  expect(await outputs(others)).toEqual([20, 30]);
  expect(batches).toEqual([[2, 3]]);
});

it("who joins a call that is collected is not waited for", async () => {
  const clock = virtualClock();
  const asked: unknown[] = [];
  const a = agent({
    name: "a",
    version: "1",
    cache: true,
    run: (task: number) => void asked.push(task),
    batch: {
      waitMs: 1_000,
      run: (tasks) => {
        asked.push(tasks);
        return tasks.map(() => undefined);
      },
    },
  });
  const team = supervisor({ name: "team", agents: { a }, clock });
  const outcomes = await Promise.all([1, 2, 1, 2, 2].map((task) => team.run(task)));
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from(outcomes, () => "complete"));
  expect([asked, clock.monotonic()]).toEqual([[[1, 2]], 0]);
});
