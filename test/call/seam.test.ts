import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  agent,
  embeddedEngine,
  supervisor,
  type CallRequest,
  type Engine,
  type EngineFactory,
} from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";

const throughJson = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

/** Sends everything through JSON and back, as one that sends it to another machine would. */
const faraway =
  (seen: CallRequest[]): EngineFactory =>
  (agents) => {
    const there = embeddedEngine(agents);
    return {
      async call(request, control) {
        const sent = throughJson(request) as CallRequest;
        seen.push(sent);
        await new Promise(setImmediate);
        const { signal } = control;
        const answer = await there.call(sent, {
          signal,
          emit: (value) => control.emit(throughJson(value)),
          report: (usage) => control.report(throughJson(usage) as object),
        });
        return throughJson(answer);
      },
    };
  };

describe("an engine", () => {
  it("gets plain JSON, and its plain JSON is all that a run needs", async () => {
    const seen: CallRequest[] = [];
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
      engine: faraway(seen),
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

  it.each<[string, Engine["call"], string]>([
    [
      "throws",
      () => {
        throw new Error("no engine");
      },
      "AGENT_FAILED",
    ],
    ["rejects", () => Promise.reject(new Error("no engine")), "AGENT_FAILED"],
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
      engine: () => ({ call }),
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
    const call: Engine["call"] = async (_, control) => {
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
      engine: () => ({ call }),
    });
    const running = team.run("task");
    await clock.advance(200);
    await running;
    expect(reasons).toMatchObject([{ code: "TIMEOUT" }]);
  });

  it("that cannot be made rejects the run", async () => {
    const a = scripted("a", []);
    const engine = (): never => {
      throw new Error("no engine");
    };
    const team = supervisor({ name: "team", agents: { a }, engine });
    await expect(team.run("task")).rejects.toThrow("no engine");
    expect(await team.store.runs()).toEqual([]);
  });
});
