import { describe, expect, it } from "vitest";
import {
  agent,
  lane,
  limiters,
  memory,
  settle,
  judge,
  supervisor,
  type Agent,
  type Backend,
  type LimiterState,
  type RunEvent,
} from "../../src/index.ts";
import { todaysEvents } from "../../src/model/earlier-events.ts";
import type { Store } from "../../src/ports/index.ts";
import { scripted, virtualClock, type Step } from "../../src/testing/index.ts";

const busy = (fields: object = {}): Step => ({
  error: Object.assign(new Error("too many requests"), { status: 429, ...fields }),
});

/** How a limiter of a backend stands. */
const standing = (backend: Backend, name: string): LimiterState => {
  const state = limiters(backend)[name];
  if (state === undefined) throw new Error(`there is no limiter "${name}"`);
  return state;
};
const IDLE = { inFlight: 0, waiting: 0 };

const byName = (workers: readonly Agent[]): Record<string, Agent> =>
  Object.fromEntries(workers.map((one) => [one.name, one]));

describe("an attempt that is told to come later", () => {
  it("queues again, which is none of its call's retries", async () => {
    const clock = virtualClock();
    const told = scripted("told", [
      ...Array.from({ length: 3 }, () => busy({ retryAfterMs: 1_000 })),
      { output: "ok" },
    ]);
    const team = supervisor({
      name: "team",
      agents: { told },
      limiters: { openai: { everybody: true } },
      retries: 0,
      clock,
    });
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
      limiter: "openai",
      error: { code: "AGENT_FAILED", cause: "too many requests" },
    });
    expect(standing(team.backend, "openai")).toEqual({
      limit: 1,
      inFlight: 0,
      waiting: 0,
      breaker: "off",
    });
  });

  it("fails like any other when it was told twenty times", async () => {
    const clock = virtualClock();
    const script = Array.from({ length: 22 }, () => busy({ retryAfterMs: 10 }));
    const told = scripted("told", script);
    const named = { openai: { everybody: true } };
    const running = supervisor({ name: "team", agents: { told }, limiters: named, clock }).run(
      "task",
    );
    await clock.advance(3_600_000);
    expect((await running).results.told).toMatchObject({ status: "failed", attempts: 22 });
    told.assertComplete();
  });

  it("fails at once when it would have to wait for longer than its call does", async () => {
    const clock = virtualClock();
    const told = scripted("told", [busy({ retryAfterMs: 60_001 })]);
    const named = { openai: { everybody: true } };
    const running = supervisor({ name: "team", agents: { told }, limiters: named, clock }).run(
      "task",
    );
    await clock.advance(0);
    expect((await running).results.told).toMatchObject({ status: "failed", attempts: 1 });
  });

  it("is charged nothing under a budget, and holds nothing while it waits", async () => {
    const clock = virtualClock();
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
      limiters: { openai: { everybody: true } },
      budget: { usd: 1 },
      clock,
    });
    const running = team.run("task");
    await clock.advance(0);
    expect(standing(team.backend, "openai").inFlight).toBe(0);
    await clock.advance(1_000);
    const outcome = await running;
    expect(outcome.results.told).toMatchObject({ status: "ok", attempts: 2 });
    const log = (await team.backend.store.read(outcome.runId)) as readonly RunEvent[];
    expect(log.filter((event) => "charged" in event)).toMatchObject([
      { type: "call.requeued", charged: 0 },
      { type: "call.succeeded", charged: 500_000 },
    ]);
  });

  it("keeps others of its limiter away for as long, of whatever team of the backend, and nobody else", async () => {
    const clock = virtualClock();
    const shared = { backend: memory({ clock }), clock };
    const told = scripted("told", [busy({ retryAfterMs: 5_000 }), { output: 1 }]);
    const same = scripted("same", [{ output: 2 }]);
    const free = scripted("free", [{ output: 3 }]);
    const one = supervisor({
      name: "one",
      agents: { told },
      limiters: { openai: { everybody: true } },
      ...shared,
    }).run("task");
    await clock.advance(0);
    const named = agent({ ...described("same", same), limiters: ["openai"] });
    const two = supervisor({
      name: "two",
      agents: { same: named, free },
      limiters: { openai: {} },
      ...shared,
    }).run("task");
    await clock.advance(4_999);
    expect([
      same.calls.length,
      free.calls.length,
      standing(shared.backend, "openai").waiting,
    ]).toEqual([0, 1, 1]);
    await clock.advance(1);
    expect(same.calls).toHaveLength(1);
    await clock.advance(1_000);
    expect((await one).status).toBe("complete");
    expect((await two).status).toBe("complete");
  });
});

describe("a limiter that leads to what takes only so many", () => {
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
      limiters: { unknown: { everybody: true } },
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

describe("limiters", () => {
  it("are shared fairly by runs, however many calls each has", async () => {
    const clock = virtualClock();
    const backend = memory({ clock });
    const order: string[] = [];
    const team = (name: string, size: number) =>
      supervisor({
        name,
        concurrency: 1_000,
        limiters: { slow: { concurrency: 1, everybody: true } },
        backend,
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
    const seen: unknown[] = [];
    const worker = (name: string, tier: string) =>
      agent({
        name,
        tier,
        run: async (_task: unknown, { model }) => {
          const { small, large } = limiters(team.backend);
          seen.push([name, model, small?.inFlight, large?.inFlight]);
          return 1;
        },
      });
    const team = supervisor({
      name: "team",
      agents: { a: worker("a", "cheap"), b: worker("b", "dear") },
      mode: "sequence",
      tiers: { cheap: "mini", dear: "maxi" },
      limiters: {
        small: { everybody: ({ model }) => model === "mini" },
        large: { everybody: ({ model }) => model !== "mini" },
      },
      clock,
    });
    expect((await team.run("task")).status).toBe("complete");
    expect(seen).toEqual([
      ["a", "mini", 1, 0],
      ["b", "maxi", 0, 1],
    ]);
  });

  it("are those of the tier that an agent escalates to, also within one run and without a budget", async () => {
    const seen: unknown[] = [];
    const grader = agent({
      name: "grader",
      limiters: ({ tier }) => (tier === "cheap" ? ["small"] : ["large"]),
      escalateIf: [({ sure }: { recommendation: string; sure: boolean }) => !sure],
      run: async (_task: unknown, { tier }) => {
        const { small, large } = limiters(team.backend);
        seen.push([tier, small?.inFlight, large?.inFlight]);
        return { recommendation: "ship", sure: tier === "dear" };
      },
    });
    const team = supervisor({
      name: "team",
      agents: { grader },
      limiters: { small: {}, large: {} },
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
    const named = { rate: { tokensPerMinute: 1_000, everybody: true } };
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
    const team = supervisor({ name: "team", agents: { talker }, limiters: named, clock });
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
    const named = { openai: { breaker: { failures: 2, cooldownMs: 1_000 } } };
    const down: Step = { error: Object.assign(new Error("bad gateway"), { status: 502 }) };
    const failing = scripted("failing", [down, down, { output: 1 }], { backoff: { baseMs: 0 } });
    const other = scripted("other", [{ output: 1 }, { output: 2 }, { output: 3 }]);
    const guarded = agent({ ...described("failing", failing), limiters: ["openai"] });
    const agents = { failing: guarded, other };
    const team = supervisor({ name: "team", agents, limiters: named, clock });
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
    const named = { rate: { callsPerMinute: 1, everybody: true } };
    const quick = agent({ name: "quick", run: async () => 1 });
    const team = supervisor({ name: "team", agents: { quick }, limiters: named, clock });
    const controller = new AbortController();
    await team.run(1);
    const cancelled = team.run(2, { signal: controller.signal });
    const waiting = team.run(3);
    await clock.advance(1_000);
    expect(standing(team.backend, "rate").waiting).toBe(2);
    controller.abort("enough");
    await expect(cancelled).rejects.toBe("enough");
    expect(standing(team.backend, "rate").waiting).toBe(1);
    await clock.advance(60_000);
    expect((await waiting).status).toBe("complete");
    expect(standing(team.backend, "rate")).toMatchObject(IDLE);
    expect(clock.pending).toBe(0);
  });
});

/** What a scripted agent does, for another one that differs in its limiters. */
function described<const Name extends string>(name: Name, { run, limits }: Agent) {
  return { name, run: run as never, ...limits };
}

describe("the name of a limiter", () => {
  const inFlight = (backend: Backend) => () => standing(backend, "provider").inFlight;

  it("stands for one limiter, of which an agent that names it takes one slot where everybody passes it", async () => {
    const backend = memory();
    const a = agent({ name: "a", limiters: ["provider", "provider"], run: inFlight(backend) });
    const team = supervisor({
      name: "team",
      agents: { a },
      limiters: { provider: { concurrency: 1, everybody: true } },
      backend,
    });
    expect((await team.run("task")).results.a).toMatchObject({ status: "ok", output: 1 });
  });

  it("is known to the agents of teams in the team that describes it", async () => {
    const backend = memory();
    const names = agent({ name: "names", limiters: ["provider"], run: inFlight(backend) });
    const not = agent({ name: "not", run: inFlight(backend) });
    const inner = supervisor({ name: "inner", agents: { names, not }, mode: "sequence" });
    const outer = supervisor({
      name: "outer",
      agents: { inner },
      limiters: { provider: { concurrency: 1 } },
      backend,
    });
    const { runId } = await outer.run("task");
    const log = (await backend.store.read(runId)) as readonly RunEvent[];
    const answers = log.flatMap((event) =>
      event.type === "call.succeeded" && event.agent !== "inner" ? [event.output] : [],
    );
    expect(answers).toEqual([1, 0]);
  });

  it("means the same limiter to a team and to one in it that gives it the same settings, and what everybody passes above holds below", async () => {
    const backend = memory();
    const a = agent({ name: "a", run: inFlight(backend) });
    const inner = supervisor({ name: "inner", agents: { a }, limiters: { provider: {} } });
    const outer = supervisor({
      name: "outer",
      agents: { inner },
      limiters: { provider: { everybody: true } },
      backend,
    });
    const { runId } = await outer.run("task");
    const log = (await backend.store.read(runId)) as readonly RunEvent[];
    expect(log).toContainEqual(expect.objectContaining({ type: "call.succeeded", output: 1 }));
  });

  it("is refused before a run where no team has it, with the name that may be meant", async () => {
    const a = agent({ name: "a", limiters: ["opnai"], run: () => 1 });
    const plain = supervisor({ name: "plain", agents: { a } });
    const inner = supervisor({ name: "inner", agents: { a }, limiters: { gpu: {} } });
    const outer = supervisor({ name: "outer", agents: { inner }, limiters: { openai: {} } });
    const refusal = (why: string) => ({
      code: "BAD_OPTIONS",
      message: `agent "a" names the limiter "opnai", which neither supervisor ${why}`,
    });
    const none = refusal(
      '"plain" nor a team above it has; give supervisor "plain" limiters: { … }',
    );
    await expect(plain.run(1)).rejects.toMatchObject(none);
    await expect(plain.plan(1)).rejects.toMatchObject(none);
    await expect(inner.run(1)).rejects.toMatchObject(
      refusal('"inner" nor a team above it has; there are "gpu"'),
    );
    await expect(outer.run(1)).rejects.toMatchObject(
      refusal('"inner" nor a team above it has; did you mean "openai"?'),
    );
    expect(await plain.backend.store.runs()).toEqual([]);
  });

  it("is refused with other settings than a team of the same backend has given it", async () => {
    const backend = memory();
    const a = agent({ name: "a", run: () => 1 });
    const team = (name: string, concurrency: number) =>
      supervisor({
        name,
        agents: { a },
        limiters: { openai: { concurrency, everybody: concurrency > 1 } },
        backend,
      });
    await team("one", 2).run(1);
    await team("same", 2).run(1);
    await expect(team("two", 1).run(1)).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message:
        'supervisor "two": limiters.openai has other settings than supervisor "one" has given it, and both share a backend; give it the same, or another name',
    });
    // Elsewhere it is another limiter.
    expect(await team("two", 1).run(1, { backend: memory() })).toMatchObject({
      status: "complete",
    });
  });

  it("stands for that of the backend that a run is given", async () => {
    const [home, away] = [memory(), memory()];
    const a = agent({
      name: "a",
      limiters: ["provider"],
      run: () => [limiters(home)["provider"] ?? "none", standing(away, "provider").inFlight],
    });
    const team = supervisor({
      name: "team",
      agents: { a },
      limiters: { provider: {} },
      backend: home,
    });
    const outcome = await team.run(1, { backend: away });
    expect(outcome.results.a).toMatchObject({ output: ["none", 1] });
    expect(standing(away, "provider")).toMatchObject(IDLE);
  });

  it("is known to judges that settle() asks where it is given its settings, and refused where it is not", async () => {
    const claims = ["task", "price"].flatMap((subject) =>
      ["a", "b"].map((name) => ({ agent: name, subject, position: name })),
    );
    const arbiter = agent({
      name: "arbiter",
      limiters: ["openai"],
      retries: 0,
      run: async () => {
        throw Object.assign(new Error("bad gateway"), { status: 502 });
      },
    });
    const resolve = [judge({ ask: arbiter as never })];
    const breaker = { failures: 1, cooldownMs: 60_000 };
    const verdicts = await settle(claims, {
      resolve,
      limiters: { openai: { breaker, concurrency: 1 } },
    });
    expect(verdicts.map(({ reasoning }) => reasoning).join()).toContain(
      'the limiter "openai" lets no attempt through',
    );
    await expect(settle(claims, { resolve, limiters: { open: {} } })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringContaining('agent "arbiter" names the limiter "openai"'),
    });
  });
});

describe("what limiters were called before 0.2.0", () => {
  it("is refused with what it was renamed to", () => {
    const lanes: readonly never[] = [];
    const described = { name: "a", run: () => 1, lanes };
    const makes: readonly (() => unknown)[] = [
      () => lane({ name: "openai" }),
      () => agent(described as never),
      () =>
        supervisor({
          name: "t",
          agents: { a: agent({ name: "a", run: () => 1 }) },
          lanes,
        } as never),
    ];
    for (const make of makes) {
      expect(make).toThrow(
        expect.objectContaining({
          code: "BAD_OPTIONS",
          message: expect.stringMatching(/renamed to limiters; .*limiters: /),
        }),
      );
    }
  });
});

it("what logs of earlier versions say of lanes is read as said of limiters, also where they say less of a call's place", () => {
  const common = { runId: "run", atMs: 0, callId: "a", agent: "a", attempt: 1 };
  const logged = [
    { ...common, seq: 1, type: "call.queued", waitsFor: { kind: "lane", name: "openai" } },
    { ...common, seq: 2, type: "call.requeued", role: "agent", lane: "openai", waitMs: 5 },
  ];
  const [queued, requeued] = todaysEvents(logged as never);
  expect(queued).toMatchObject({ role: "agent", waitsFor: { kind: "limiter", name: "openai" } });
  expect(requeued).toEqual({
    ...common,
    seq: 2,
    type: "call.requeued",
    role: "agent",
    limiter: "openai",
    waitMs: 5,
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
    limiters: ["provider"],
    run: async () => {
      begun.push(clock.monotonic());
      await pause(30);
    },
  });
  const team = supervisor({
    name: "team",
    agents: { a },
    limiters: { provider: { scope: "provider", concurrency: 1 } },
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
