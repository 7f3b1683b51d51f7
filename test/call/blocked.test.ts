// A timer rings late when an agent keeps the event loop from turning. What comes when the time is over is too late all the same.

import { describe, expect, it } from "vitest";
import {
  agent,
  limiters,
  supervisor,
  type AgentContext,
  type Clock,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

/** A virtual clock that somebody can push on without any timer being fired, as blocked code does. */
function blockableClock(): { readonly clock: VirtualClock; readonly block: (ms: number) => void } {
  const clock = virtualClock();
  let blockedMs = 0;
  const monotonic = (): number => clock.monotonic() + blockedMs;
  return {
    clock: Object.create(clock, {
      monotonic: { value: monotonic },
      now: { value: () => clock.now() + blockedMs },
    }) as VirtualClock,
    block: (ms) => (blockedMs += ms),
  };
}

const kinds = (events: readonly RunEvent[]): string[] =>
  events.map((event) => ("agent" in event ? `${event.type} ${event.agent}` : event.type));

const limits = { timeoutMs: 100, retries: 0 } as const;
const tick = (clock: Clock): Promise<void> =>
  new Promise((resolve) => void clock.timer(1, resolve));

describe("an agent that blocks the event loop beyond its timeout", () => {
  it.each<[string, (block: (ms: number) => void, clock: Clock) => unknown]>([
    ["answers at once", (block) => (block(200), "ship")],
    ["answers with a promise", async (block) => (await undefined, block(200), "ship")],
    [
      "answers after other work",
      async (block, clock) => {
        await tick(clock);
        block(200);
        return "ship";
      },
    ],
    [
      "throws",
      (block) => {
        block(200);
        throw Object.assign(new Error("no"), { retryable: false });
      },
    ],
    [
      "rejects",
      async (block) => {
        block(200);
        throw new Error("no");
      },
    ],
  ])("has timed out when it %s", async (_, run) => {
    const { clock, block } = blockableClock();
    const aborted: unknown[] = [];
    const a = agent({
      name: "a",
      ...limits,
      run: (_task: unknown, { signal }: AgentContext) => {
        signal.addEventListener("abort", () => aborted.push(signal.reason));
        return run(block, clock) as string;
      },
    });
    const team = supervisor({ name: "team", agents: { a }, clock });
    const running = team.run("task");
    await clock.advance(10);
    const { runId, results, missing } = await running;
    expect(results.a).toMatchObject({
      error: { code: "TIMEOUT", message: "a timed out after 100 ms" },
    });
    expect(missing).toMatchObject([{ agent: "a", why: "timeout" }]);
    expect(aborted).toMatchObject([{ code: "TIMEOUT" }]);
    expect(kinds(await team.backend.store.read(runId))).toEqual([
      "run.started",
      "run.planned",
      "call.started a",
      "call.failed a",
      "call.late a",
      "run.finished",
    ]);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("is charged with what it reported, and its limiter hears of a timeout", async () => {
    const { clock, block } = blockableClock();
    const named = { provider: { breaker: { failures: 1, cooldownMs: 1_000 } } };
    const a = agent({
      name: "a",
      ...limits,
      maxCost: { usd: 1 },
      limiters: ["provider"],
      run: (_task: unknown, { report }) => {
        block(200);
        report({ usdMicros: 400_000 });
        return "ship";
      },
    });
    const team = supervisor({
      name: "team",
      agents: { a },
      limiters: named,
      budget: { usd: 1 },
      clock,
    });
    const { runId } = await team.run("task");
    const log = await team.backend.store.read(runId);
    expect(log.filter(({ type }) => type === "call.failed" || type === "call.late")).toMatchObject([
      { cost: { usdMicros: 400_000 }, charged: 400_000 },
      { settled: "answered", charged: 400_000 },
    ]);
    expect(limiters(team.backend)["provider"]?.breaker).toBe("open");
  });

  it("is asked once more, as after any timeout", async () => {
    const { clock, block } = blockableClock();
    const a = agent({
      name: "a",
      timeoutMs: 100,
      backoff: { baseMs: 0 },
      run: (_task: unknown, { attempt }) => {
        if (attempt === 1) block(200);
        return attempt;
      },
    });
    const running = supervisor({ name: "team", agents: { a }, clock }).run("task");
    await clock.advance(10);
    expect((await running).results.a).toMatchObject({ status: "ok", output: 2, attempts: 2 });
  });

  it.each<[string, (block: (ms: number) => void, value: unknown) => unknown]>([
    ["accepts it at once", (block, value) => (block(200), { value })],
    ["accepts it later", async (block, value) => (await undefined, block(200), { value })],
    ["refuses it at once", (block) => (block(200), { issues: [{ message: "no" }] })],
    [
      "refuses it later",
      async (block) => (await undefined, block(200), { issues: [{ message: "no" }] }),
    ],
  ])("has timed out when it was its schema that took so long and %s", async (_, checked) => {
    const { clock, block } = blockableClock();
    const validate = (value: unknown) => checked(block, value) as { value: string };
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate } };
    const a = agent({ name: "a", ...limits, output: schema, run: () => "ship" });
    const team = supervisor({ name: "team", agents: { a }, clock });
    const { runId, results } = await team.run("task");
    expect(results.a).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    const log = await team.backend.store.read(runId);
    expect(log.find(({ type }) => type === "call.late")).toMatchObject({ settled: "answered" });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("has timed out when it was reading its claims that took so long", async () => {
    const { clock, block } = blockableClock();
    const claims = (position: string) => (block(200), [{ subject: "s", position }]);
    const a = agent({ name: "a", ...limits, claims, run: () => "ship" });
    const outcome = await supervisor({ name: "team", agents: { a }, clock }).run("task");
    expect(outcome.results.a).toMatchObject({ error: { code: "TIMEOUT" } });
  });

  it("has answered in time when its time is just over", async () => {
    const { clock, block } = blockableClock();
    const a = agent({ name: "a", ...limits, run: () => (block(100), "ship") });
    const outcome = await supervisor({ name: "team", agents: { a }, clock }).run("task");
    expect(outcome.results.a.status).toBe("ok");
  });

  it("has timed out with all of its batch, and the limiter hears that once", async () => {
    const { clock, block } = blockableClock();
    const named = { provider: { breaker: { failures: 2, cooldownMs: 1_000 } } };
    const a = agent({
      name: "a",
      ...limits,
      limiters: ["provider"],
      run: (task: number) => task,
      batch: {
        run: (tasks) => {
          block(200);
          return tasks.map(() => 1);
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    const running = [1, 2].map((task) => team.run(task));
    await clock.advance(100);
    for (const { runId, results } of await Promise.all(running)) {
      expect(results.a).toMatchObject({ error: { code: "TIMEOUT" } });
      expect(kinds(await team.backend.store.read(runId)).slice(-3)).toEqual([
        "call.failed a",
        "call.late a",
        "run.finished",
      ]);
    }
    expect(limiters(team.backend)["provider"]?.breaker).toBe("closed");
  });
});

describe("an agent that blocks the event loop beyond the timeout of its team", () => {
  it("has not answered, nobody is asked after it, and the team has timed out", async () => {
    const { clock, block } = blockableClock();
    const asked: string[] = [];
    const a = agent({ name: "a", run: () => (block(200), "ship") });
    const b = agent({ name: "b", run: () => (asked.push("b"), "ship") });
    const inner = supervisor({
      name: "inner",
      agents: { a, b },
      mode: "sequence",
      asWorker: { timeoutMs: 100 },
    });
    const outer = supervisor({ name: "outer", agents: { inner } });
    const team = supervisor({ name: "team", agents: { outer }, clock });
    const running = team.run("task" as never);
    await clock.advance(10);
    const { runId } = await running;
    const log = await team.backend.store.read(runId);
    expect(asked).toEqual([]);
    expect(log.filter(({ type }) => type === "call.failed")).toMatchObject([
      {
        callId: "outer/inner",
        error: { code: "TIMEOUT", message: "inner timed out after 100 ms" },
      },
      { callId: "outer", error: { code: "TEAM_FAILED" } },
    ]);
  });

  it("does not answer for a team within that one either", async () => {
    const { clock, block } = blockableClock();
    const asked: string[] = [];
    const a = agent({ name: "a", run: () => (block(200), "ship") });
    const b = agent({ name: "b", run: () => (asked.push("b"), "ship") });
    const inner = supervisor({ name: "inner", agents: { a, b }, mode: "sequence" });
    const outer = supervisor({
      name: "outer",
      agents: { inner },
      asWorker: { timeoutMs: 100 },
    });
    const team = supervisor({ name: "team", agents: { outer }, clock });
    const running = team.run("task" as never);
    await clock.advance(10);
    expect((await running).results.outer).toMatchObject({
      error: { code: "TIMEOUT", message: "outer timed out after 100 ms" },
    });
    expect(asked).toEqual([]);
  });

  it("has answered for nothing, when it was what is made of its answer that took so long", async () => {
    const { clock, block } = blockableClock();
    const a = agent({
      name: "a",
      run: () => "ship",
      claims: (output: string) => {
        block(200);
        return [{ subject: "s", position: output }];
      },
    });
    const inner = supervisor({ name: "inner", agents: { a }, asWorker: { timeoutMs: 100 } });
    const outcome = await supervisor({ name: "team", agents: { inner }, clock }).run(
      "task" as never,
    );
    expect(outcome.results.inner).toMatchObject({ error: { code: "TIMEOUT" } });
  });
});

describe("an agent that blocks the event loop beyond the deadline of its run", () => {
  it("has not answered, and nobody is asked after it, also not in a team within", async () => {
    const { clock, block } = blockableClock();
    const asked: string[] = [];
    const a = agent({ name: "a", run: () => (block(200), "ship") });
    const b = agent({ name: "b", run: () => (asked.push("b"), "ship") });
    const inner = supervisor({ name: "inner", agents: { a, b }, mode: "sequence" });
    const c = agent({ name: "c", run: () => (asked.push("c"), "ship") });
    const team = supervisor({
      name: "team",
      agents: { inner, c },
      mode: "sequence",
      clock,
      deadlineMs: 100,
    });
    const running = team.run("task" as never);
    await clock.advance(10);
    const { runId, missing } = await running;
    expect(asked).toEqual([]);
    expect(missing.map(({ agent: name, why }) => [name, why])).toContainEqual(["c", "timeout"]);
    const log = await team.backend.store.read(runId);
    expect(log.find((event) => event.type === "call.failed")).toMatchObject({
      callId: "inner/a",
      error: { code: "TIMEOUT" },
    });
  });
});
