import { describe, expect, it } from "vitest";
import { agent, lane, memory, supervisor, type Agent, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { scripted, virtualClock, type Step } from "../../src/testing/index.ts";

const busy = (fields: object = {}): Step => ({
  error: Object.assign(new Error("too many requests"), { status: 429, ...fields }),
});

const byName = (workers: readonly Agent[]): Record<string, Agent> =>
  Object.fromEntries(workers.map((one) => [one.name, one]));

describe("an attempt that is told to come later", () => {
  it("queues again, which is none of its call's retries", async () => {
    const clock = virtualClock();
    const openai = lane({ name: "openai" });
    const told = scripted("told", [
      ...Array.from({ length: 3 }, () => busy({ retryAfterMs: 1_000 })),
      { output: "ok" },
    ]);
    const team = supervisor({ name: "team", agents: { told }, lanes: [openai], retries: 0, clock });
    const running = team.run("task");
    await clock.advance(20_000);
    const outcome = await running;
    expect(outcome).toMatchObject({
      status: "complete",
      results: { told: { status: "ok", output: "ok", attempts: 4 } },
    });
    told.assertComplete();
    const log = (await team.backend.store.read(outcome.runId)) as readonly RunEvent[];
    const events = log.filter(({ type }) => type.startsWith("call."));
    expect(events.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 3 }, () => ["call.started", "call.requeued"]).flat(),
      "call.started",
      "call.succeeded",
    ]);
    expect(events[1]).toMatchObject({
      lane: "openai",
      error: { code: "AGENT_FAILED", cause: "too many requests" },
    });
    expect(openai.state).toEqual({ limit: 1, inFlight: 0, waiting: 0, breaker: "off" });
  });

  it("fails like any other when it was told twenty times", async () => {
    const clock = virtualClock();
    const script = Array.from({ length: 22 }, () => busy({ retryAfterMs: 10 }));
    const told = scripted("told", script);
    const lanes = [lane({ name: "openai" })];
    const running = supervisor({ name: "team", agents: { told }, lanes, clock }).run("task");
    await clock.advance(3_600_000);
    expect((await running).results.told).toMatchObject({ status: "failed", attempts: 22 });
    told.assertComplete();
  });

  it("fails at once when it would have to wait for longer than its call does", async () => {
    const clock = virtualClock();
    const told = scripted("told", [busy({ retryAfterMs: 60_001 })]);
    const lanes = [lane({ name: "openai" })];
    const running = supervisor({ name: "team", agents: { told }, lanes, clock }).run("task");
    await clock.advance(0);
    expect((await running).results.told).toMatchObject({ status: "failed", attempts: 1 });
  });

  it("is charged nothing under a budget, and holds nothing while it waits", async () => {
    const clock = virtualClock();
    const openai = lane({ name: "openai" });
    let times = 0;
    const told = agent({
      name: "told",
      maxCost: { usd: 0.6 },
      run: async (_task: unknown, { report }) => {
        if (times++ === 0) throw Object.assign(new Error("later"), { status: 529 });
        report({ usdMicros: 500_000 });
        return 1;
      },
    });
    const team = supervisor({
      name: "team",
      agents: { told },
      lanes: [openai],
      budget: { usd: 1 },
      clock,
    });
    const running = team.run("task");
    await clock.advance(0);
    expect(openai.state.inFlight).toBe(0);
    await clock.advance(1_000);
    const outcome = await running;
    expect(outcome.results.told).toMatchObject({ status: "ok", attempts: 2 });
    const log = (await team.backend.store.read(outcome.runId)) as readonly RunEvent[];
    expect(log.filter((event) => "charged" in event)).toMatchObject([
      { type: "call.requeued", charged: 0 },
      { type: "call.succeeded", charged: 500_000 },
    ]);
  });

  it("keeps others of its lane away for as long, of whatever supervisor, and nobody else", async () => {
    const clock = virtualClock();
    const openai = lane({ name: "openai" });
    const told = scripted("told", [busy({ retryAfterMs: 5_000 }), { output: 1 }]);
    const same = scripted("same", [{ output: 2 }]);
    const free = scripted("free", [{ output: 3 }]);
    const one = supervisor({ name: "one", agents: { told }, lanes: [openai], clock }).run("task");
    await clock.advance(0);
    const shared = agent({ ...described("same", same), lanes: [openai] });
    const two = supervisor({ name: "two", agents: { same: shared, free }, clock }).run("task");
    await clock.advance(4_999);
    expect([same.calls.length, free.calls.length, openai.state.waiting]).toEqual([0, 1, 1]);
    await clock.advance(1);
    expect(same.calls).toHaveLength(1);
    await clock.advance(1_000);
    expect((await one).status).toBe("complete");
    expect((await two).status).toBe("complete");
  });
});

describe("a lane that leads to what takes only so many", () => {
  it.each([
    [1, undefined],
    [4, 1_000],
    [8, undefined],
    [32, 1_000],
  ])("finds out that those are %i, and uses them", async (places, retryAfterMs) => {
    const clock = virtualClock();
    const seen = { requests: 0, inFlight: 0, workedMs: 0 };
    const pass = (ms: number): Promise<void> =>
      new Promise((resolve) => void clock.timer(ms, resolve));
    const worker = agent({
      name: "worker",
      timeoutMs: Infinity,
      run: async (task: number) => {
        seen.requests++;
        if (seen.inFlight >= places) {
          await pass(20);
          throw Object.assign(new Error("busy"), { status: 429, retryAfterMs });
        }
        seen.inFlight++;
        const workMs = 1_000 + ((task * 7_919) % 2_000);
        await pass(workMs);
        seen.workedMs += workMs;
        seen.inFlight--;
        return 1;
      },
    });
    const team = supervisor({
      name: "team",
      agents: { worker },
      concurrency: places * 8,
      lanes: [lane({ name: "unknown" })],
      clock,
    });
    const many = places * 30;
    let complete = 0;
    for (let task = 0; task < many; task++) {
      void team.run(task).then(({ status }) => (complete += status === "complete" ? 1 : 0));
    }
    while (await clock.next());
    expect(complete).toBe(many);
    expect(seen.requests / many).toBeLessThan(1.6);
    expect(seen.workedMs / clock.monotonic() / places).toBeGreaterThan(0.75);
  });
});

describe("lanes", () => {
  it("are shared fairly by runs, however many calls each has", async () => {
    const clock = virtualClock();
    const slow = lane({ name: "slow", concurrency: 1 });
    const order: string[] = [];
    const team = (name: string, size: number) =>
      supervisor({
        name,
        concurrency: 1_000,
        lanes: [slow],
        clock,
        agents: byName(
          Array.from({ length: size }, (_, n) =>
            agent({
              name: `${name}${n}`,
              run: async () => {
                order.push(name);
                await new Promise<void>((resolve) => void clock.timer(1, resolve));
                return 1;
              },
            }),
          ),
        ) as never,
      });
    const big = team("big", 100).run("task" as never);
    const small = team("small", 8).run("task" as never);
    await clock.advance(17);
    expect(order.filter((name) => name === "small")).toHaveLength(8);
    expect((await small).status).toBe("complete");
    await clock.advance(100);
    expect((await big).status).toBe("complete");
  });

  it("may be chosen by the tier and the model that an agent is asked at", async () => {
    const clock = virtualClock();
    const [small, large] = [lane({ name: "small" }), lane({ name: "large" })];
    const seen: unknown[] = [];
    const worker = (name: string, tier: string) =>
      agent({
        name,
        tier,
        run: async (_task: unknown, { model }) => {
          seen.push([name, model, small.state.inFlight, large.state.inFlight]);
          return 1;
        },
      });
    const team = supervisor({
      name: "team",
      agents: { a: worker("a", "cheap"), b: worker("b", "dear") },
      mode: "sequence",
      tiers: { cheap: "mini", dear: "maxi" },
      lanes: ({ model }) => (model === "mini" ? [small] : [large]),
      clock,
    });
    expect((await team.run("task")).status).toBe("complete");
    expect(seen).toEqual([
      ["a", "mini", 1, 0],
      ["b", "maxi", 0, 1],
    ]);
  });

  it("are those of the tier that an agent escalates to, also within one run and without a budget", async () => {
    const [small, large] = [lane({ name: "small" }), lane({ name: "large" })];
    const seen: unknown[] = [];
    const grader = agent({
      name: "grader",
      lanes: ({ tier }) => (tier === "cheap" ? [small] : [large]),
      escalateIf: [({ sure }: { recommendation: string; sure: boolean }) => !sure],
      run: async (_task: unknown, { tier }) => {
        seen.push([tier, small.state.inFlight, large.state.inFlight]);
        return { recommendation: "ship", sure: tier === "dear" };
      },
    });
    const team = supervisor({
      name: "team",
      agents: { grader },
      tiers: { cheap: "mini", dear: "maxi" },
    });
    expect((await team.run("task")).status).toBe("complete");
    expect(seen).toEqual([
      ["cheap", 1, 0],
      ["dear", 0, 1],
    ]);
  });

  it("hold by what agents report: the tokens of a minute", async () => {
    const clock = virtualClock();
    const rate = lane({ name: "rate", tokensPerMinute: 1_000 });
    let asked = 0;
    const talker = agent({
      name: "talker",
      maxCost: { inputTokens: 100, outputTokens: 400 },
      run: async (_task: unknown, { report }) => {
        asked++;
        report({ inputTokens: 50, outputTokens: 200 });
        return 1;
      },
    });
    const team = supervisor({ name: "team", agents: { talker }, lanes: [rate], clock });
    const runs = Array.from({ length: 10 }, (_, n) => team.run(n));
    await clock.advance(0);
    // Three took 750, and another one may take 500.
    expect(asked).toBe(3);
    await clock.advance(60_250);
    expect(asked).toBe(6);
    await clock.advance(3 * 60_250);
    for (const outcome of await Promise.all(runs)) expect(outcome.status).toBe("complete");
  });

  it("refuse a call, and not its run, while a breaker is open", async () => {
    const clock = virtualClock();
    const openai = lane({ name: "openai", breaker: { failures: 2, cooldownMs: 1_000 } });
    const down: Step = { error: Object.assign(new Error("bad gateway"), { status: 502 }) };
    const failing = scripted("failing", [down, down, { output: 1 }], { backoff: { baseMs: 0 } });
    const other = scripted("other", [{ output: 1 }, { output: 2 }, { output: 3 }]);
    const guarded = agent({ ...described("failing", failing), lanes: [openai] });
    const team = supervisor({ name: "team", agents: { failing: guarded, other }, clock });
    const first = team.run(1);
    await clock.advance(10);
    expect(await first).toMatchObject({
      status: "partial",
      results: { failing: { attempts: 2, error: { code: "AGENT_FAILED" } } },
    });
    const second = team.run(2);
    await clock.advance(10);
    expect(await second).toMatchObject({
      status: "partial",
      results: { failing: { attempts: 0, error: { code: "BREAKER_OPEN" } }, other: { output: 2 } },
    });
    await clock.advance(1_000);
    const third = team.run(3);
    await clock.advance(10);
    expect((await third).status).toBe("complete");
    failing.assertComplete();
  });

  it("have nobody left of a run that was cancelled while it queued", async () => {
    const clock = virtualClock();
    const rate = lane({ name: "rate", callsPerMinute: 1 });
    const quick = agent({ name: "quick", run: async () => 1 });
    const team = supervisor({ name: "team", agents: { quick }, lanes: [rate], clock });
    const controller = new AbortController();
    await team.run(1);
    const cancelled = team.run(2, { signal: controller.signal });
    const waiting = team.run(3);
    await clock.advance(1_000);
    expect(rate.state.waiting).toBe(2);
    controller.abort("enough");
    await expect(cancelled).rejects.toBe("enough");
    expect(rate.state.waiting).toBe(1);
    await clock.advance(60_000);
    expect((await waiting).status).toBe("complete");
    expect([rate.state.inFlight, rate.state.waiting, clock.pending]).toEqual([0, 0, 0]);
  });
});

/** What a scripted agent does, for another one that differs in its lanes. */
function described<const Name extends string>(name: Name, { run, limits }: Agent) {
  return { name, run: run as never, ...limits };
}

describe("a lane that an agent and its supervisor both name", () => {
  it("is one lane: the agent takes one slot in it", async () => {
    const provider = lane({ name: "provider", concurrency: 1 });
    const a = agent({ name: "a", lanes: [provider], run: () => provider.state.inFlight });
    const team = supervisor({ name: "team", agents: { a }, lanes: [provider] });
    expect((await team.run("task")).results.a).toMatchObject({ status: "ok", output: 1 });
  });
});

it("what is released under a scope is heard of at once, also by who came while the store was told of it", async () => {
  const clock = virtualClock();
  const kept = memory({ clock }).store;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.timer(ms, resolve));
  const { changeAll } = kept.values;
  // The first slot is taken, given back, which takes a while, and asked for meanwhile.
  const delays = [0, 20];
  const values: Store["values"] = {
    ...kept.values,
    changeAll: async (keys, make, options) => {
      await pause(delays.shift() ?? 0);
      return changeAll(keys, make, options);
    },
  };
  const begun: number[] = [];
  const a = agent({
    name: "a",
    lanes: [lane({ name: "provider", scope: "provider", concurrency: 1 })],
    run: async () => {
      begun.push(clock.monotonic());
      await pause(30);
    },
  });
  const team = supervisor({
    name: "team",
    agents: { a },
    backend: { store: { ...kept, values } },
    clock,
  });
  const first = team.run(1);
  await clock.advance(35);
  const second = team.run(2);
  await clock.advance(200);
  await Promise.all([first, second]);
  expect(begun).toEqual([0, 50]);
});
