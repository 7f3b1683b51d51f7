import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  agent,
  embeddedExecutor,
  supervisor,
  type AttemptEvent,
  type AttemptRequest,
  type ExecutorFactory,
} from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";
import { executorOf, type Call } from "./executor-of.ts";

const throughJson = <T>(value: T): T =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);

/** Sends everything through JSON and back, as one that sends it to another machine would. */
const faraway =
  (seen: AttemptRequest[]): ExecutorFactory =>
  (agents) => {
    const there = embeddedExecutor(agents);
    return {
      ...there,
      async start(attempt) {
        const sent = JSON.parse(JSON.stringify(attempt)) as AttemptRequest;
        seen.push(sent);
        await new Promise(setImmediate);
        let seq = 0;
        void there.start({
          attemptId: sent.attemptId,
          idempotencyKey: sent.idempotencyKey,
          call: sent,
          cancelled: undefined,
          heard: 0,
          hear(event) {
            const numbered: AttemptEvent = { ...throughJson(event), seq: ++seq };
            // What is told twice is heard once.
            attempt.hear(numbered);
            attempt.hear(numbered);
          },
          toJSON: () => sent,
        });
      },
    };
  };

describe("an executor", () => {
  it("gets plain JSON, and its plain JSON is all that a run needs", async () => {
    const seen: AttemptRequest[] = [];
    const clock = virtualClock();
    const Task = z.object({ n: z.string().transform(Number) });
    const emitted: unknown[] = [];
    const a = agent({
      name: "a",
      version: "2",
      input: Task,
      output: z.object({ recommendation: z.string() }),
      run: async ({ n }, { attempt, issues, emit, report, signal }) => {
        emit({ attempt });
        report({ usdMicros: n });
        if (attempt === 1) return {} as { recommendation: string };
        return { recommendation: `${n} ${issues.length} ${signal.aborted}` };
      },
    });
    const inner = supervisor({ name: "inner", agents: { a } });
    const last = agent({
      name: "last",
      needs: { a },
      run: (_: { n: string }, { results }) => results.a.output.recommendation,
    });
    const team = supervisor({
      name: "team",
      agents: { a, inner, last },
      executor: faraway(seen),
      clock,
    });
    const stream = team.stream({ n: "7" });
    const reading = (async () => {
      for await (const event of stream)
        if (event.type === "call.progress") emitted.push(event.value);
    })();
    await clock.advance(10_000);
    const outcome = await stream.outcome;
    await reading;
    expect(outcome).toMatchObject({
      status: "complete",
      results: {
        a: { output: { recommendation: "7 1 false" }, attempts: 2, cost: { usdMicros: 14 } },
        inner: { status: "ok" },
        last: { output: "7 1 false" },
      },
    });
    expect(emitted.length).toBe(4);
    const places = seen.map(({ agent: place, callId, attempt }) => `${place} ${callId} ${attempt}`);
    expect(places.toSorted()).toEqual([
      "a a 1",
      "a a 2",
      "inner/a inner/a 1",
      "inner/a inner/a 2",
      "last last 1",
    ]);
    expect(seen[0]).toEqual({
      attemptId: `${outcome.runId}/a#1.3`,
      idempotencyKey: expect.stringMatching(/^[\w-]{43}$/),
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      timeoutMs: 30_000,
      graceMs: 5_000,
      maxBytes: 4_194_304,
      runId: outcome.runId,
      callId: "a",
      place: { callId: "a", agent: "a", role: "agent" },
      agent: "a",
      version: "2",
      input: { n: 7 },
      results: {},
      attempt: 1,
      issues: [],
    });
    expect(seen.find(({ callId }) => callId === "last")?.results).toEqual({
      a: { status: "ok", output: { recommendation: "7 1 false" } },
    });
  });

  it.each<[string, Call, string]>([
    [
      "throws",
      () => {
        throw new Error("no executor");
      },
      "AGENT_FAILED",
    ],
    ["rejects", () => Promise.reject(new Error("no executor")), "AGENT_FAILED"],
    ["rejects with nothing", () => Promise.reject(undefined as never), "AGENT_FAILED"],
    ["answers garbage", () => () => 1, "OUTPUT_NOT_JSON"],
    ["hangs", () => new Promise(() => {}), "TIMEOUT"],
  ])("that %s fails the call, not the run", async (_, call, code) => {
    const clock = virtualClock();
    const a = scripted("a", []);
    const team = supervisor({
      name: "team",
      agents: { a },
      clock,
      retries: 0,
      executor: () => executorOf(call),
    });
    const running = team.run("task");
    await clock.advance(60_000);
    expect(await running).toMatchObject({
      status: "failed",
      results: { a: { status: "failed", attempts: 1, error: { code } } },
    });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    a.assertComplete();
  });

  it("is told to stop by its signal, also when nobody asked for it before", async () => {
    const clock = virtualClock();
    const reasons: unknown[] = [];
    const call: Call = async (_, control) => {
      await new Promise<void>((resolve) => clock.timer(150, resolve));
      reasons.push(control.signal.reason);
    };
    const a = scripted("a", []);
    const team = supervisor({
      name: "team",
      agents: { a },
      clock,
      timeoutMs: 100,
      retries: 0,
      executor: () => executorOf(call),
    });
    const running = team.run("task");
    await clock.advance(200);
    await running;
    expect(reasons).toMatchObject([{ code: "TIMEOUT" }]);
  });

  /** What comes of an agent in a run per task where everything in `told` is told of its attempt, and what that threw. */
  const hearing = async (told: readonly unknown[], tasks: readonly string[]) => {
    const thrown: unknown[] = [];
    const start = (attempt: { hear(event: AttemptEvent): void }): void => {
      for (const event of told) {
        try {
          attempt.hear(event as AttemptEvent);
        } catch (error) {
          thrown.push(error);
        }
      }
    };
    const batch = { run: () => [], maxSize: 2, waitMs: 1 };
    const a = agent({ name: "a", retries: 0, run: () => 1, ...(tasks.length > 1 && { batch }) });
    const team = supervisor({
      name: "team",
      agents: { a },
      executor: () => ({ start, startBatch: start, cancel() {}, close() {} }),
    });
    const results: unknown[] = [];
    for await (const one of team.runMany(tasks)) results.push(one.outcome?.results.a);
    return { results, thrown };
  };

  describe.each([
    ["an attempt", ["task"], "yes"],
    ["a batch", ["task", "another task"], ["yes", "yes"]],
  ])("that tells of %s", (_what, tasks, output) => {
    it("may tell what is no event: that is not heard", async () => {
      const told = [null, undefined, 1, "started", {}, { type: "answer", output, stopped: true }];
      const { results, thrown } = await hearing(told, tasks);
      expect(thrown).toEqual([]);
      expect(results).toMatchObject(tasks.map(() => ({ status: "ok", output: "yes" })));
    });

    it.each([null, undefined, "no", 1, {}, { causes: 1 }, { causes: [null] }])(
      "may tell of a failure whose error is %j: the agent has failed",
      async (error) => {
        const { results, thrown } = await hearing(
          [{ type: "failure", error, stopped: true }],
          tasks,
        );
        expect(thrown).toEqual([]);
        expect(results).toMatchObject(tasks.map(() => ({ error: { code: "AGENT_FAILED" } })));
      },
    );

    it("is heard once of what it tells twice, and not of what has no sound number", async () => {
      const report = { type: "report", usage: { usdMicros: 5 * tasks.length } };
      const unsound = [NaN, Infinity, 0, 0.5, "9", null].map((seq) => ({ ...report, seq }));
      const twice = { ...report, seq: 1 };
      const answer = { type: "answer", output, stopped: true, seq: 2 };
      const { results } = await hearing([...unsound, twice, twice, answer], tasks);
      expect(results).toMatchObject(tasks.map(() => ({ status: "ok", cost: { usdMicros: 5 } })));
    });
  });

  it("that cannot be made rejects the run", async () => {
    const a = scripted("a", []);
    const executor = (): never => {
      throw new Error("no executor");
    };
    const team = supervisor({ name: "team", agents: { a }, executor });
    await expect(team.run("task")).rejects.toThrow("no executor");
    expect(await team.backend.store.runs()).toEqual([]);
  });
});
