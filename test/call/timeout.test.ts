import { describe, expect, it } from "vitest";
import { agent, budgets, QuorateError, supervisor, type RunEvent } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";

const kinds = (events: readonly RunEvent[]): string[] =>
  events.map((event) => ("agent" in event ? `${event.type} ${event.agent}` : event.type));

describe("a timeout", () => {
  it("is 30 s where nobody said otherwise, with one repetition", async () => {
    const clock = virtualClock();
    const never = scripted("never", [{ hangs: true }, { hangs: true }]);
    const running = supervisor({
      name: "team",
      agents: { never },
      clock,
      backoff: { baseMs: 0 },
    }).run("task");
    await clock.advance(29_999);
    expect(never.calls.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(1);
    expect(never.calls.map(({ aborted }) => aborted)).toEqual([true, false]);
    await clock.advance(30_000);
    expect(await running).toMatchObject({
      status: "failed",
      results: {
        never: {
          status: "failed",
          attempts: 2,
          durationMs: 60_000,
          error: { code: "TIMEOUT", message: "never timed out after 30000 ms" },
        },
      },
      missing: [{ agent: "never", why: "timeout", detail: "never timed out after 30000 ms" }],
    });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("aborts the signal with its own error", async () => {
    const clock = virtualClock();
    let reason: unknown;
    const listening = agent({
      name: "listening",
      retries: 0,
      timeoutMs: 100,
      run: (_: unknown, { signal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            ({ reason } = signal);
            reject(signal.reason);
          });
        }),
    });
    const running = supervisor({ name: "team", agents: { listening }, clock }).run("task");
    await clock.advance(100);
    expect((await running).results.listening).toMatchObject({ error: reason });
    expect(reason).toBeInstanceOf(QuorateError);
    expect(reason).toMatchObject({ code: "TIMEOUT", message: "listening timed out after 100 ms" });
  });

  it("shows an aborted signal to who asks for one afterwards", async () => {
    const clock = virtualClock();
    let wasAborted: boolean | undefined;
    const late = agent({
      name: "late",
      retries: 0,
      timeoutMs: 100,
      run: async (_: unknown, context) => {
        await new Promise<void>((resolve) => clock.timer(150, resolve));
        wasAborted = context.signal.aborted;
      },
    });
    const running = supervisor({ name: "team", agents: { late }, clock }).run("task");
    await clock.advance(200);
    await running;
    expect(wasAborted).toBe(true);
  });

  it("returns at once though the agent is deaf, and its late answer is recorded and not counted", async () => {
    const clock = virtualClock();
    const deaf = scripted(
      "deaf",
      [{ output: { recommendation: "late" }, afterMs: 300, deaf: true }],
      {
        clock,
        timeoutMs: 100,
        retries: 0,
      },
    );
    const slow = scripted("slow", [{ output: { recommendation: "ship" }, afterMs: 400 }], {
      clock,
    });
    const after = scripted("after", [], { needs: { deaf } });
    const team = supervisor({ name: "team", agents: { deaf, slow, after }, clock });
    const running = team.run("task");
    await clock.advance(1_000);
    const outcome = await running;
    expect(outcome).toMatchObject({
      status: "partial",
      results: { deaf: { status: "failed", durationMs: 100 }, after: { status: "skipped" } },
      verdicts: [{ winner: "ship", status: "unopposed", asked: 3 }],
    });
    const log = (await team.backend.store.read(outcome.runId)) as RunEvent[];
    expect(kinds(log)).toEqual([
      "run.started",
      "run.planned",
      "call.started deaf",
      "call.started slow",
      "call.failed deaf",
      "call.skipped after",
      "call.late deaf",
      "call.succeeded slow",
      "verdict.reached",
      "notices.given",
      "run.finished",
    ]);
    expect(log.find(({ type }) => type === "call.late")).toMatchObject({
      settled: "answered",
      durationMs: 300,
      attempt: 1,
    });
    after.assertComplete();
  });

  it("is not what is recorded of an answer that comes after the run", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ output: 1, afterMs: 300, deaf: true }], {
      clock,
      timeoutMs: 100,
      retries: 0,
    });
    const team = supervisor({ name: "team", agents: { deaf }, clock });
    const running = team.run("task");
    await clock.advance(100);
    const { runId } = await running;
    const before = kinds(await team.backend.store.read(runId));
    await clock.advance(10_000);
    expect(kinds(await team.backend.store.read(runId))).toEqual(before);
    expect(before.at(-1)).toBe("run.finished");
  });

  it("is counted from dispatch, never while queueing", async () => {
    const clock = virtualClock();
    const names = ["a", "b", "c", "d"] as const;
    const [a, b, c, d] = names.map((name) =>
      scripted(name, [{ output: name, afterMs: 90 }], { clock }),
    );
    if (a === undefined || b === undefined || c === undefined || d === undefined) return;
    const team = supervisor({
      name: "team",
      agents: { a, b, c, d } as never,
      clock,
      concurrency: 1,
      timeoutMs: 100,
      retries: 0,
    });
    const running = team.run("task" as never);
    await clock.advance(360);
    const { results, status } = await running;
    expect(status).toBe("complete");
    for (const name of names) expect(results[name]).toMatchObject({ durationMs: 90, attempts: 1 });
  });

  it("of Infinity never comes", async () => {
    const clock = virtualClock();
    const long = scripted("long", [{ output: 1, afterMs: 10 * 24 * 3_600_000 }], {
      clock,
      timeoutMs: Infinity,
    });
    const running = supervisor({ name: "team", agents: { long }, clock }).run("task");
    await clock.advance(10 * 24 * 3_600_000);
    expect((await running).status).toBe("complete");
  });

  it("covers a schema that never answers", async () => {
    const clock = virtualClock();
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: () => new Promise<never>(() => {}),
      },
    };
    const a = agent({ name: "a", output: schema, retries: 0, run: () => 1 as never });
    const running = supervisor({ name: "team", agents: { a }, clock }).run("task");
    await clock.advance(40_000);
    expect((await running).results.a).toMatchObject({ error: { code: "TIMEOUT" } });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it.each([
    ["timeout", { timeoutMs: 100 }, {}],
    ["deadline of its run", {}, { deadlineMs: 100 }],
  ])(
    "charges what was reported when the %s comes as a schema hangs",
    async (_, limits, options) => {
      const clock = virtualClock();
      const validate = () => new Promise<never>(() => {});
      const schema = { "~standard": { version: 1 as const, vendor: "test", validate } };
      const a = agent({
        name: "a",
        retries: 0,
        maxCost: { usd: 1 },
        output: schema,
        ...limits,
        run: (_task: unknown, { report }) => (report({ usdMicros: 10 }), 1 as never),
      });
      const budget = { usd: 1, scope: "all" };
      const team = supervisor({ name: "team", agents: { a }, clock, budget, ...options });
      const running = team.run("task");
      await clock.advance(100);
      const { runId, results } = await running;
      expect(results.a).toMatchObject({ error: { code: "TIMEOUT" }, cost: { usdMicros: 10 } });
      expect(await budgets(team.backend).of("all")).toMatchObject({
        spentMicros: 10,
        reservedMicros: 0,
      });
      const log = await team.backend.store.read(runId);
      expect(log.find(({ type }) => type === "call.failed")).toMatchObject({ charged: 10 });
      expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    },
  );
});

describe("an agent that does not stop", () => {
  it("keeps its slot for graceMs, is then abandoned, and no longer", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ hangs: true, deaf: true }], {
      timeoutMs: 100,
      graceMs: 2_000,
      retries: 0,
    });
    const next = scripted("next", [{ output: 1 }]);
    const team = supervisor({ name: "team", agents: { deaf, next }, clock, concurrency: 1 });
    const running = team.run("task");
    await clock.advance(2_099);
    expect(next.calls).toHaveLength(0);
    await clock.advance(1);
    const outcome = await running;
    expect(next.calls).toHaveLength(1);
    expect(outcome.results.deaf).toMatchObject({ durationMs: 100, error: { code: "TIMEOUT" } });
    expect(kinds(await team.backend.store.read(outcome.runId))).toEqual([
      "run.started",
      "run.planned",
      "call.started deaf",
      "call.queued next",
      "call.failed deaf",
      "call.abandoned deaf",
      "call.started next",
      "call.succeeded next",
      "verdict.reached",
      "notices.given",
      "run.finished",
    ]);
  });

  it("is forgotten once it was abandoned: what it answers then is no longer recorded", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ output: 1, afterMs: 300, deaf: true }], {
      clock,
      timeoutMs: 100,
      graceMs: 100,
      retries: 0,
    });
    const slow = scripted("slow", [{ output: 2, afterMs: 1_000 }], { clock });
    const team = supervisor({ name: "team", agents: { deaf, slow }, clock, concurrency: 2 });
    const running = team.run("task");
    await clock.advance(1_000);
    const events = kinds(await team.backend.store.read((await running).runId));
    expect(events).toContain("call.abandoned deaf");
    expect(events).not.toContain("call.late deaf");
    expect(events.filter((event) => event.endsWith(" deaf"))).toHaveLength(3);
  });

  it("gives its slot back as soon as it stops within graceMs", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ output: 0, afterMs: 150, deaf: true }], {
      clock,
      timeoutMs: 100,
      retries: 0,
    });
    const next = scripted("next", [{ output: 1 }]);
    const running = supervisor({ name: "team", agents: { slow, next }, clock, concurrency: 1 }).run(
      "task",
    );
    await clock.advance(149);
    expect(next.calls).toHaveLength(0);
    await clock.advance(1);
    expect((await running).status).toBe("partial");
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("waits for its own slot before it is asked again", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ hangs: true, deaf: true }, { output: 1 }], { timeoutMs: 100 });
    const running = supervisor({
      name: "team",
      agents: { deaf },
      clock,
      concurrency: 1,
      backoff: { baseMs: 0 },
    }).run("task");
    await clock.advance(5_099);
    expect(deaf.calls).toHaveLength(1);
    await clock.advance(1);
    expect((await running).results.deaf).toMatchObject({ status: "ok", attempts: 2 });
  });

  it("holds the process for its grace only while somebody waits", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ hangs: true, deaf: true }], { timeoutMs: 100, retries: 0 });
    const running = supervisor({ name: "team", agents: { deaf }, clock }).run("task");
    await clock.advance(100);
    await running;
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 1]);
    await clock.advance(5_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});
