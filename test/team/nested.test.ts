import { describe, expect, it } from "vitest";
import { agent, conflictsOf, supervisor, type RunEvent } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";

const ship = <const Name extends string>(name: Name) =>
  scripted(name, [{ output: { recommendation: "ship" } }]);
const hold = <const Name extends string>(name: Name) =>
  scripted(name, [{ output: { recommendation: "hold" } }]);
const broken = <const Name extends string>(name: Name) =>
  scripted(name, [{ error: Object.assign(new Error("no"), { retryable: false }) }]);

describe("a nested supervisor", () => {
  it("answers with its verdicts, each decided one as a claim of its own", async () => {
    const inner = supervisor({
      name: "inner",
      agents: { a: ship("a"), b: ship("b"), c: hold("c") },
    });
    const outer = supervisor({ name: "outer", agents: { inner, d: hold("d") } as never });
    const outcome = await outer.run("task" as never);
    expect(outcome.results["inner"]).toMatchObject({
      status: "ok",
      attempts: 1,
      output: {
        status: "complete",
        missing: [],
        verdicts: [{ subject: "task", winner: "ship", status: "decided" }],
      },
    });
    expect(conflictsOf(outcome.verdicts)).toMatchObject([{ subject: "task", positions: [{}, {}] }]);
    const holders = conflictsOf(outcome.verdicts)[0]?.positions.flatMap(({ value, heldBy }) =>
      heldBy.map((holder) => `${holder.agent}: ${String(value)}`),
    );
    expect(holders?.toSorted()).toEqual(["d: hold", "inner: ship"]);
    expect(outcome.bill).toMatchObject({ calls: 4, attempts: 4 });
  });

  it("writes to the log of its root, under a path", async () => {
    const inner = supervisor({ name: "inner", agents: { a: ship("a"), b: hold("b") } });
    const middle = supervisor({ name: "middle", agents: { inner } as never });
    const outer = supervisor({ name: "outer", agents: { middle } as never });
    const { runId } = await outer.run("task" as never);
    const log = (await outer.backend.store.read(runId)) as readonly RunEvent[];
    const idOf = (event: RunEvent) =>
      "callId" in event ? event.callId : "team" in event ? event.team : "";
    expect(log.map((event) => `${event.type} ${idOf(event)}`.trim())).toEqual([
      "run.started",
      "run.planned",
      "call.started middle",
      "run.planned middle",
      "call.started middle/inner",
      "run.planned middle/inner",
      "call.started middle/inner/a",
      "call.started middle/inner/b",
      "call.succeeded middle/inner/a",
      "call.succeeded middle/inner/b",
      "conflict.found middle/inner",
      "verdict.reached middle/inner",
      "call.succeeded middle/inner",
      "call.succeeded middle",
      "run.finished",
    ]);
    expect(await inner.backend.store.runs()).toEqual([]);
    expect(new Set(log.map((event) => event.runId))).toEqual(new Set([runId]));
  });

  it("answers what its answer function makes of the outcome, and that is read as an answer is", async () => {
    const inner = supervisor({
      name: "inner",
      agents: { a: ship("a"), b: broken("b") },
      answer: ({ results, status, missing, runId, bill }) => ({
        recommendation: "hold",
        said: results.a.status === "ok" ? results.a.output.recommendation : "nothing",
        status,
        missing: missing.length,
        calls: bill.calls,
        hasRun: runId !== "",
      }),
    });
    const outcome = await supervisor({ name: "outer", agents: { inner } as never }).run(
      "task" as never,
    );
    expect(outcome.results["inner"]).toMatchObject({
      output: {
        recommendation: "hold",
        said: "ship",
        status: "partial",
        missing: 1,
        calls: 2,
        hasRun: true,
      },
    });
    expect(outcome.verdicts).toMatchObject([{ subject: "task", winner: "hold" }]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("boo");
      },
      { code: "TEAM_FAILED", message: "the team inner failed: boo" },
    ],
    ["answers what is not JSON", () => new Map(), { code: "OUTPUT_NOT_JSON" }],
    ["answers a promise", async () => 1, { code: "OUTPUT_NOT_JSON" }],
    ["answers too much", () => "x".repeat(5_000_000), { code: "OUTPUT_TOO_LARGE" }],
  ])("whose answer function %s has failed, and only it", async (_, answer, error) => {
    const inner = supervisor({
      name: "inner",
      agents: { a: ship("a") },
      answer: answer as () => unknown,
    });
    const outer = supervisor({ name: "outer", agents: { inner, b: ship("b") } as never });
    expect(await outer.run("task" as never)).toMatchObject({
      status: "partial",
      results: { inner: { status: "failed", error }, b: { status: "ok" } },
    });
  });

  it("that fails is one failed result; what needs it is skipped", async () => {
    const inner = supervisor({
      name: "inner",
      agents: { a: broken("a"), b: ship("b") },
      required: ["a"],
    });
    const after = scripted("after", [], { needs: { inner } });
    const other = ship("other");
    const outer = supervisor({ name: "outer", agents: { inner, after, other } as never });
    expect(await outer.run("task" as never)).toMatchObject({
      status: "partial",
      results: {
        inner: {
          status: "failed",
          attempts: 1,
          error: { code: "TEAM_FAILED", message: expect.stringContaining("a failed: no") },
        },
        after: { status: "skipped" },
        other: { status: "ok" },
      },
    });
    after.assertComplete();
  });

  it("that is partial has answered", async () => {
    const inner = supervisor({ name: "inner", agents: { a: broken("a"), b: ship("b") } });
    expect(
      await supervisor({ name: "outer", agents: { inner } as never }).run("task" as never),
    ).toMatchObject({
      status: "complete",
      results: { inner: { output: { status: "partial", missing: [{ agent: "a" }] } } },
    });
  });

  it("whose route fails has failed", async () => {
    const inner = supervisor({ name: "inner", agents: { a: ship("a") }, route: () => [] });
    expect(
      await supervisor({ name: "outer", agents: { inner } as never }).run("task" as never),
    ).toMatchObject({
      status: "failed",
      results: { inner: { error: { code: "BAD_ROUTE" } } },
    });
  });

  it("has no timeout and no retries unless asWorker gives them", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ output: 1, afterMs: 25_000 }], { clock });
    const slower = scripted("slower", [{ output: 1, afterMs: 25_000 }], { clock });
    const inner = supervisor({ name: "inner", agents: { slow, slower }, mode: "sequence" });
    const running = supervisor({ name: "outer", agents: { inner } as never, clock }).run(
      "task" as never,
    );
    await clock.advance(50_000);
    expect((await running).results["inner"]).toMatchObject({
      status: "ok",
      durationMs: 50_000,
      attempts: 1,
    });
  });

  it("times out as one call, and its agents are told", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ hangs: true }]);
    const later = scripted("later", []);
    const inner = supervisor({
      name: "inner",
      agents: { slow, later },
      mode: "sequence",
      asWorker: { timeoutMs: 1_000 },
    });
    const outer = supervisor({ name: "outer", agents: { inner, b: ship("b") } as never, clock });
    const running = outer.run("task" as never);
    await clock.advance(1_000);
    expect(await running).toMatchObject({
      status: "partial",
      results: {
        inner: {
          status: "failed",
          error: { code: "TIMEOUT", message: "inner timed out after 1000 ms" },
        },
      },
      missing: [{ agent: "inner", why: "timeout" }],
    });
    expect(slow.calls[0]?.aborted).toBe(true);
    later.assertComplete();
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("with deaf agents that times out is left at most graceMs later", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ hangs: true, deaf: true }], { graceMs: 300 });
    const inner = supervisor({ name: "inner", agents: { deaf }, asWorker: { timeoutMs: 1_000 } });
    const running = supervisor({ name: "outer", agents: { inner } as never, clock }).run(
      "task" as never,
    );
    await clock.advance(1_300);
    const { results } = await running;
    expect(results["inner"]).toMatchObject({ error: { code: "TIMEOUT" } });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("is repeated as one call, and no two calls of the run share an id", async () => {
    const clock = virtualClock();
    const steps = [{ error: new Error("no") }, { error: new Error("no") }, { output: 1 }];
    const flaky = scripted("flaky", steps, { retries: 0 });
    const inner = supervisor({ name: "inner", agents: { flaky }, asWorker: { retries: 2 } });
    const outer = supervisor({ name: "outer", agents: { inner } as never, clock });
    const running = outer.run("task" as never);
    await clock.advance(60_000);
    const { runId, results } = await running;
    expect(results["inner"]).toMatchObject({ status: "ok", attempts: 3 });
    const log = (await outer.backend.store.read(runId)) as readonly RunEvent[];
    const started = log.flatMap((event) =>
      event.type === "call.started" ? [`${event.callId} ${event.attempt}`] : [],
    );
    expect(new Set(started).size).toBe(started.length);
    expect(started).toHaveLength(6);
    expect(new Set(flaky.calls.map(({ callId }) => callId)).size).toBe(3);
    expect(new Set(flaky.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  it("gets its input mapped, and sees what it needs", async () => {
    const a = scripted("a", [{ output: { n: 20 } }]);
    const x = scripted("x", [{ output: 1 }]);
    const inner = supervisor({ name: "inner", agents: { x }, needs: { a } });
    const outer = supervisor({
      name: "outer",
      agents: { inner, a } as never,
      inputs: {
        inner: (task: number, results: Record<string, unknown>) => ({ task, results }),
      } as never,
    });
    await outer.run(7 as never);
    expect(x.calls[0]?.task).toEqual({
      task: 7,
      results: { a: { status: "ok", output: { n: 20 } } },
    });
  });

  it("whose map throws has failed, once", async () => {
    const clock = virtualClock();
    const x = scripted("x", []);
    const inner = supervisor({ name: "inner", agents: { x } });
    const inputs = {
      inner: () => {
        throw new Error("boo");
      },
    };
    const outer = supervisor({
      name: "outer",
      agents: { inner } as never,
      inputs: inputs as never,
      clock,
    });
    expect((await outer.run(7 as never)).results["inner"]).toMatchObject({
      status: "failed",
      error: { code: "INPUT_INVALID" },
    });
  });

  it("may stand in several teams and run on its own at the same time", async () => {
    const count = { asked: 0 };
    const a = agent({
      name: "a",
      run: async () => {
        count.asked++;
        await Promise.resolve();
        return { recommendation: "ship" };
      },
    });
    const inner = supervisor({ name: "inner", agents: { a } });
    const one = supervisor({ name: "one", agents: { inner } as never });
    const two = supervisor({ name: "two", agents: { inner, a } as never });
    const outcomes = await Promise.all([
      inner.run("t"),
      one.run("t" as never),
      two.run("t" as never),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["complete", "complete", "complete"]);
    expect(count.asked).toBe(4);
  });

  it("is cancelled with its root", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ hangs: true }]);
    const inner = supervisor({
      name: "inner",
      agents: { slow },
      asWorker: { timeoutMs: 1_000, retries: 3 },
    });
    const outer = supervisor({ name: "outer", agents: { inner } as never, clock });
    const controller = new AbortController();
    const running = outer.run("task" as never, { signal: controller.signal });
    await clock.advance(10);
    controller.abort("enough");
    await expect(running).rejects.toBe("enough");
    slow.assertComplete();
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});

describe("a nested supervisor that has retries", () => {
  const no = (fields: object = {}) => Object.assign(new Error("no"), fields);

  /** How often the team's agents were asked, and what came of it. */
  async function repeated(
    options: object,
    errors: { readonly a?: Error; readonly b?: Error } = {},
  ): Promise<{ readonly asked: number; readonly result: object | undefined }> {
    let asked = 0;
    const asks = <const Name extends "a" | "b">(name: Name) =>
      agent({
        name,
        retries: 0,
        run: async () => {
          asked++;
          const error = errors[name];
          return error === undefined ? { recommendation: "ship" } : Promise.reject(error);
        },
      });
    const clock = virtualClock();
    const inner = supervisor({
      name: "inner",
      agents: { a: asks("a"), b: asks("b") },
      asWorker: { retries: 2 },
      ...options,
    });
    const outer = supervisor({ name: "outer", agents: { inner } as never, clock });
    const running = outer.run("task" as never);
    await clock.advance(600_000);
    return { asked, result: (await running).results["inner"] };
  }

  it.each([
    ["its answer is no JSON", { answer: () => Number.NaN }, "OUTPUT_NOT_JSON"],
    ["its route names nobody", { route: () => ["nobody"] }, "BAD_ROUTE"],
    ["its route fails", { route: () => [Symbol("a")] }, "BAD_ROUTE"],
  ])("is not repeated when %s", async (_, options, code) => {
    const { result } = await repeated(options as object);
    expect(result).toMatchObject({ status: "failed", attempts: 1, error: { code } });
  });

  it("is not repeated when all of its agents failed for good", async () => {
    const errors = { a: no({ status: 401 }), b: no({ status: 404 }) };
    const { asked, result } = await repeated({}, errors);
    expect(result).toMatchObject({ status: "failed", attempts: 1, error: { code: "TEAM_FAILED" } });
    expect(asked).toBe(2);
  });

  it("is not repeated when an agent failed for good that it cannot do without", async () => {
    const errors = { a: no({ retryable: false }), b: no() };
    const { asked, result } = await repeated({ required: ["a"] }, errors);
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    expect(asked).toBe(2);
  });

  it("is repeated as often as it was said when any that failed may answer yet", async () => {
    const { asked, result } = await repeated({}, { a: no({ status: 404 }), b: no() });
    expect(result).toMatchObject({ status: "failed", attempts: 3 });
    expect(asked).toBe(6);
  });

  it("waits as long as its agent was told to", async () => {
    const away = no({ status: 503, headers: { "retry-after": "9" } });
    const clock = virtualClock();
    const a = scripted("a", [{ error: away }, { output: 1 }], { retries: 0 });
    const inner = supervisor({ name: "inner", agents: { a }, asWorker: { retries: 1 } });
    const outer = supervisor({ name: "outer", agents: { inner } as never, clock });
    const running = outer.run("task" as never);
    await clock.advance(8_999);
    expect(a.calls).toHaveLength(1);
    await clock.advance(1);
    expect((await running).results["inner"]).toMatchObject({ status: "ok", attempts: 2 });
  });
});
