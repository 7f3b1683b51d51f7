import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, memory, QuorateError, supervisor, type RunEvent } from "../../src/index.ts";
import { scripted, virtualClock, type Step } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const retryable = (fields: object = {}): Step => ({
  error: Object.assign(new Error("later"), { retryable: true, retryAfterMs: 1_000, ...fields }),
});

function alone(script: readonly Step[], options: object = {}) {
  const clock = virtualClock();
  const flaky = scripted("flaky", script, options);
  const team = supervisor({ name: "team", agents: { flaky }, clock });
  return { clock, flaky, team };
}

describe("a failed attempt", () => {
  it("is repeated once where nobody said otherwise", async () => {
    const { clock, flaky, team } = alone([retryable(), retryable()]);
    const running = team.run("task");
    await clock.advance(10_000);
    const outcome = await running;
    expect(outcome).toMatchObject({
      results: { flaky: { status: "failed", attempts: 2, durationMs: 1_000 } },
      bill: { calls: 1, attempts: 2 },
    });
    flaky.assertComplete();
    const log = (await team.backend.store.read(outcome.runId)) as readonly RunEvent[];
    expect(
      log.map((event) => [event.type, "attempt" in event ? event.attempt : undefined]),
    ).toEqual([
      ["run.started", undefined],
      ["run.planned", undefined],
      ["call.started", 1],
      ["call.retried", 1],
      ["call.started", 2],
      ["call.failed", 2],
      ["run.finished", undefined],
    ]);
    expect(log[3]).toMatchObject({
      waitMs: 1_000,
      error: { code: "AGENT_FAILED", cause: "later" },
    });
  });

  it("is repeated when it says nothing of itself", async () => {
    const { clock, flaky, team } = alone([{ error: new Error("no") }, { output: 1 }]);
    const running = team.run("task");
    await clock.advance(1_000);
    expect((await running).results.flaky).toMatchObject({ status: "ok", output: 1, attempts: 2 });
    flaky.assertComplete();
  });

  it("is repeated as often as it was said, and no more once it answered", async () => {
    const { clock, flaky, team } = alone([retryable(), retryable(), retryable(), { output: 1 }], {
      retries: 5,
    });
    const running = team.run("task");
    await clock.advance(10_000);
    expect((await running).results.flaky).toMatchObject({ status: "ok", output: 1, attempts: 4 });
    flaky.assertComplete();
  });

  it.each([
    ["has a mistake in its request", { error: Object.assign(new Error("no"), { status: 400 }) }],
    ["vetoes it", retryable({ retryable: false })],
    ["asks to stay away for longer than is obeyed", retryable({ retryAfterMs: 60_001 })],
  ])("is not repeated when it %s", async (_, step) => {
    const { clock, flaky, team } = alone([step], { retries: 5 });
    const running = team.run("task");
    await clock.advance(100_000);
    expect((await running).results.flaky).toMatchObject({ status: "failed", attempts: 1 });
    flaky.assertComplete();
  });

  it("is not repeated where there are no retries", async () => {
    const { flaky, team } = alone([retryable()], { retries: 0 });
    expect((await team.run("task")).results.flaky).toMatchObject({ attempts: 1 });
    flaky.assertComplete();
  });

  it("waits between 0 and the doubled base, which the clock has to let pass", async () => {
    const waits: number[] = [];
    for (let n = 0; n < 30; n++) {
      const steps = [1, 2, 3, 4].map(() => ({ error: { retryable: true } }));
      const { clock, team } = alone(steps, { retries: 3, backoff: { baseMs: 100, maxMs: 150 } });
      const running = team.run("task");
      await clock.advance(1_000);
      const { runId, results } = await running;
      const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
      const own = log.flatMap((event) => (event.type === "call.retried" ? [event.waitMs] : []));
      for (const [index, bound] of [100, 150, 150].entries())
        expect(own[index]).toBeLessThanOrEqual(bound);
      const all = own.reduce((sum, ms) => sum + ms, 0);
      expect(results.flaky).toMatchObject({ attempts: 4, durationMs: Math.round(all) });
      waits.push(...own);
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(new Set(waits).size).toBeGreaterThan(80);
  });

  it("waits no longer once the run is cancelled", async () => {
    const { clock, team } = alone([retryable({ retryAfterMs: 50_000 })]);
    const controller = new AbortController();
    const running = team.run("task", { signal: controller.signal });
    await clock.advance(1);
    expect(clock.pending).toBe(1);
    controller.abort("enough");
    await expect(running).rejects.toBe("enough");
    expect(clock.monotonic()).toBe(1);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("adds its cost to that of the others", async () => {
    const clock = virtualClock();
    const costly = agent({
      name: "costly",
      run: async (_: unknown, { attempt, report }) => {
        report({ usdMicros: 10 * attempt, inputTokens: 1 });
        report({ outputTokens: 2 });
        if (attempt < 2) throw Object.assign(new Error("later"), { retryable: true });
        return 1;
      },
    });
    const running = supervisor({ name: "team", agents: { costly }, clock }).run("task");
    await clock.advance(1_000);
    const cost = { usdMicros: 30, inputTokens: 2, outputTokens: 4 };
    expect(await running).toMatchObject({
      results: { costly: { cost } },
      bill: { spent: cost, attempts: 2 },
    });
  });
});

describe("an attempt that HTTP 429 turned away, of an agent without a limiter with a name", () => {
  const away = (headers: object = {}): Step => ({
    error: Object.assign(new Error("too many"), { status: 429, headers }),
  });

  it("queues again without using up a retry", async () => {
    const { clock, flaky, team } = alone(
      [away(), away({ "retry-after": "2" }), away(), { output: 1 }],
      { retries: 0 },
    );
    const running = team.run("task");
    await clock.advance(60_000);
    const { runId, results, bill } = await running;
    expect(results.flaky).toMatchObject({ status: "ok", output: 1, attempts: 4 });
    expect(bill.wasted.retries).toMatchObject({ calls: 0 });
    flaky.assertComplete();
    const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
    const again = log.filter(({ type }) => type === "call.requeued");
    expect(again).toMatchObject([{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }]);
    // Up to a tenth longer than it was told: otherwise all calls would come again at once.
    expect(again[1]).toSatisfy(
      ({ waitMs }: { waitMs: number }) => waitMs >= 2_000 && waitMs <= 2_200,
    );
    expect(again.some((event) => "limiter" in event)).toBe(false);
  });

  it("fails after twenty times as often as any other does", async () => {
    const { clock, flaky, team } = alone(Array.from({ length: 22 }, () => away()));
    const running = team.run("task");
    await clock.advance(3_600_000);
    expect((await running).results.flaky).toMatchObject({ status: "failed", attempts: 22 });
    flaky.assertComplete();
  });

  it("fails at once when it is told to stay away for longer than is obeyed", async () => {
    const { flaky, team } = alone([away({ "retry-after": "61" })], { retries: 3 });
    expect((await team.run("task")).results.flaky).toMatchObject({
      attempts: 1,
      error: {
        code: "AGENT_FAILED",
        message:
          "flaky failed: too many; it asks to wait 61000 ms, longer than backoff.maxRetryAfterMs, which is 60000 ms",
      },
    });
    flaky.assertComplete();
  });

  it("is named where it goes on until the deadline", async () => {
    const { clock, team } = alone(Array.from({ length: 9 }, () => away({ "retry-after": "20" })));
    const running = team.run("task", { deadlineMs: 50_000 });
    await clock.advance(50_000);
    const { results } = await running;
    expect(results.flaky).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    expect(results.flaky).toHaveProperty(
      "error.message",
      expect.stringMatching(
        /reached its deadline of 50000 ms; the attempt before had failed: flaky failed: too many$/,
      ),
    );
  });

  it("is a repetition where it was paid for", async () => {
    const clock = virtualClock();
    const paid = agent({
      name: "paid",
      retries: 1,
      run: async (_: unknown, { report }) => {
        report({ usdMicros: 5 });
        throw Object.assign(new Error("too many"), { status: 429 });
      },
    });
    const team = supervisor({ name: "team", agents: { paid }, clock });
    const running = team.run("task");
    await clock.advance(60_000);
    expect((await running).results.paid).toMatchObject({ attempts: 2, cost: { usdMicros: 10 } });
  });

  it("is charged nothing to a budget", async () => {
    const clock = virtualClock();
    const away = agent({
      name: "away",
      maxCost: { usd: 1 },
      run: async (_: unknown, { attempt }) => {
        if (attempt === 1) throw Object.assign(new Error("too many"), { status: 429 });
        return 1;
      },
    });
    const team = supervisor({ name: "team", agents: { away }, budget: { usd: 1 }, clock });
    const running = team.run("task");
    await clock.advance(60_000);
    expect((await running).results.away).toMatchObject({ status: "ok", attempts: 2 });
  });

  it("does not come again once the run is cancelled", async () => {
    const { clock, flaky, team } = alone([away({ "retry-after": "9" })]);
    const controller = new AbortController();
    const running = team.run("task", { signal: controller.signal });
    await clock.advance(1);
    controller.abort("enough");
    await expect(running).rejects.toBe("enough");
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    flaky.assertComplete();
  });
});

describe("output that fails its schema", () => {
  const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

  function reviewer(answers: readonly unknown[], options: object = {}) {
    const asked: { attempt: number; key: string; issues: readonly unknown[] }[] = [];
    const made = agent({
      name: "reviewer",
      output: Review,
      backoff: { baseMs: 0 },
      ...options,
      run: async (_: unknown, { attempt, idempotencyKey: key, issues }) => {
        asked.push({ attempt, key, issues });
        const answer = answers[asked.length - 1];
        if (answer instanceof Error) throw answer;
        return answer as z.infer<typeof Review>;
      },
    });
    return { asked, made };
  }

  async function run(answers: readonly unknown[], options?: object) {
    const { asked, made } = reviewer(answers, options);
    const clock = virtualClock();
    const running = supervisor({ name: "team", agents: { reviewer: made }, clock }).run("task");
    await clock.advance(1_000);
    return { asked, result: (await running).results.reviewer };
  }

  it("is repeated with what was wrong with it, under another idempotency key", async () => {
    const { asked, result } = await run([
      { recommendation: "shipp" },
      { recommendation: "ship", more: 1 },
    ]);
    expect(result).toMatchObject({ status: "ok", output: { recommendation: "ship" }, attempts: 2 });
    expect(result.status === "ok" && Object.keys(result.output)).toEqual(["recommendation"]);
    expect(asked[0]?.issues).toEqual([]);
    expect(asked[1]?.issues).toMatchObject([
      { path: "recommendation", message: expect.any(String) },
    ]);
    expect(asked[0]?.key).toMatch(/^[\w-]{20,}$/);
    expect(asked[1]?.key).not.toBe(asked[0]?.key);
  });

  it("fails the call when it never passes", async () => {
    const { result } = await run([{}, 3]);
    expect(result).toMatchObject({
      status: "failed",
      attempts: 2,
      error: { code: "OUTPUT_INVALID", message: expect.stringContaining("reviewer") },
    });
    expect(result.status === "failed" && result.error.issues).toHaveLength(1);
  });

  it("gives the next attempt a bounded number of issues, however many there are", async () => {
    const wrong = Array.from({ length: 20_000 }, () => ({}));
    const { asked, result } = await run([wrong, wrong], { output: z.array(Review) });
    expect(asked[1]?.issues.length).toBeLessThanOrEqual(100);
    expect(result.status === "failed" && result.error.issues.length).toBeLessThanOrEqual(100);
  });

  it("keeps its key and its issues over a failure of the way to the agent", async () => {
    const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const { asked, result } = await run([{}, reset, { recommendation: "ship" }], { retries: 2 });
    expect(result.status).toBe("ok");
    expect(asked.map(({ issues }) => issues.length)).toEqual([0, 1, 1]);
    expect(asked[2]?.key).toBe(asked[1]?.key);
  });

  it("may be checked later, and the checked value is what counts", async () => {
    const later = Review.transform(async ({ recommendation }) => `${recommendation}!`);
    const { result } = await run([{ recommendation: "hold" }], { output: later });
    expect(result).toMatchObject({ status: "ok", output: "hold!" });
  });

  it("is refused when the schema makes of it what is not JSON, or throws", async () => {
    const dated = await run([{ recommendation: "ship" }], {
      output: Review.transform(() => new Date(0)),
    });
    expect(dated.result).toMatchObject({ status: "failed", error: { code: "OUTPUT_NOT_JSON" } });
    const thrower = Review.transform(() => {
      throw new Error("boo");
    });
    const thrown = await run([{ recommendation: "ship" }, { recommendation: "ship" }], {
      output: thrower,
    });
    expect(thrown.result).toMatchObject({ status: "failed", error: { code: "OUTPUT_INVALID" } });
  });
});

describe("an idempotency key", () => {
  const keysOf = async (
    task: unknown,
    options: object = {},
    runOptions: object = {},
  ): Promise<string[]> => {
    const { clock, flaky, team } = alone([retryable(), { output: 1 }], options);
    const running = team.run(task, runOptions);
    await clock.advance(10_000);
    await running;
    return flaky.calls.map(({ idempotencyKey }) => idempotencyKey);
  };

  it("is the same for every attempt at a request", async () => {
    const [first, second] = await keysOf({ a: 1 });
    expect(first).toMatch(/^[\w-]{20,}$/);
    expect(second).toBe(first);
  });

  it("is another for another run, task or version, and for nothing else", async () => {
    const [key] = await keysOf({ a: 1, b: 2 }, { version: "1" }, { runId: "run" });
    const [same] = await keysOf(
      { b: 2, a: 1 },
      { version: "1", timeoutMs: 5_000 },
      { runId: "run" },
    );
    expect(same).toBe(key);
    const others = [
      await keysOf({ a: 1, b: 2 }, { version: "1" }, { runId: "another" }),
      await keysOf({ a: 1, b: 3 }, { version: "1" }, { runId: "run" }),
      await keysOf({ a: 1, b: 2 }, { version: "2" }, { runId: "run" }),
    ].map(([first]) => first);
    expect(new Set([key, ...others]).size).toBe(4);
  });

  it("is another for each agent and for other upstream results", async () => {
    const keys = new Set<string>();
    for (const output of [1, 2]) {
      const up = scripted("up", [{ output }]);
      const down = scripted("down", [{ output: 0 }], { needs: { up } });
      const beside = scripted("beside", [{ output: 0 }], { needs: { up } });
      const team = supervisor({ name: "team", agents: { up, down, beside } });
      await team.run("task", { runId: "run" });
      for (const one of [down, beside]) keys.add(one.calls[0]?.idempotencyKey ?? "");
    }
    expect(keys.size).toBe(4);
  });
});

describe("what an agent throws of this package", () => {
  it("keeps its code, and is repeated as what it is", async () => {
    const { clock, flaky, team } = alone([
      { error: new QuorateError("TIMEOUT", "the model timed out") },
      { error: new QuorateError("OUTPUT_TOO_LARGE", "the model said too much") },
    ]);
    const running = team.run("task");
    await clock.advance(10_000);
    expect((await running).results.flaky).toMatchObject({
      attempts: 2,
      error: { code: "OUTPUT_TOO_LARGE", message: expect.stringContaining("said too much") },
    });
    flaky.assertComplete();
  });
});

describe("a wait between two attempts", () => {
  it.each([
    ["a retry", 503],
    ["a place in the queue", 429],
  ])("for %s goes on where the run was cancelled, when it is resumed", async (_, status) => {
    const clock = virtualClock();
    const backend = memory({ resumable: true, clock });
    const at: number[] = [];
    const a = agent({
      name: "a",
      run: () => {
        at.push(clock.monotonic());
        if (at.length > 1) return "ship";
        throw Object.assign(new Error("later"), { status, headers: { "retry-after": "50" } });
      },
    });
    const team = supervisor({ name: "team", agents: { a }, backend, clock });
    const controller = new AbortController();
    const first = rejection(team.run("task", { runId: "run", signal: controller.signal }));
    await clock.advance(1_000);
    controller.abort(new Error("stop"));
    await first;
    await clock.advance(20_000);
    const running = team.resume("run");
    await clock.advance(28_999);
    expect(at).toEqual([0]);
    await clock.advance(11_000);
    expect((await running).results.a).toMatchObject({ status: "ok", attempts: 2 });
    expect(at[1]).toBeGreaterThanOrEqual(50_000);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it.each([
    ["is over if the run is resumed later", 60_000, "ok"],
    ["ends at the deadline of the resumed run", 0, "failed"],
  ])("%s", async (_, awayMs, status) => {
    const clock = virtualClock();
    const backend = memory({ resumable: true, clock });
    const flaky = scripted("flaky", [
      retryable({ retryAfterMs: 50_000 }),
      ...(status === "ok" ? [{ output: 1 }] : []),
    ]);
    const team = supervisor({ name: "team", agents: { flaky }, backend, clock });
    const controller = new AbortController();
    const first = rejection(team.run("task", { runId: "run", signal: controller.signal }));
    await clock.advance(0);
    controller.abort(new Error("stop"));
    await first;
    await clock.advance(awayMs);
    const running = team.resume("run", { deadlineMs: 1_000 });
    await clock.advance(1_000);
    expect((await running).results.flaky).toMatchObject({ status });
    flaky.assertComplete();
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });
});
