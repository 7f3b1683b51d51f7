import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { OpenTelemetry } from "@ai-sdk/otel";
import { registerTelemetry } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  agent,
  human,
  judge,
  memory,
  supervisor,
  unanimous,
  vote,
  type AttemptRequest,
  type RunEvent,
  type Tracing,
} from "../../src/index.ts";
import { embeddedExecutor } from "../../src/index.ts";
import { modelAgent } from "../../src/ai-sdk/index.ts";
import { otel } from "../../src/otel/index.ts";
import { collected, type Collected } from "./collected.ts";

let all: Collected;
beforeEach(() => {
  all = collected();
});
afterEach(() => all[Symbol.asyncDispose]());

const says = <Name extends string>(name: Name, recommendation: string) =>
  agent({ name, run: (_task: string) => ({ recommendation }) });
const spanOf = (name: string): ReadableSpan | undefined =>
  all.spans().find((span) => span.name === name);
const idsOf = (span: ReadableSpan | undefined) => span?.spanContext();

describe("the spans of a run", () => {
  it("are those of its calls, attempts, judges and nested teams, below the span of who runs it", async () => {
    const tracer = all.provider.getTracer("test");
    const inner = supervisor({
      name: "inner",
      agents: { a: says("a", "ship"), b: says("b", "hold") },
      resolve: [
        unanimous(),
        judge({ name: "arbiter", ask: ({ options }) => ({ choice: options[0]?.id ?? "" }) }),
      ],
    });
    let tries = 0;
    const flaky = agent({
      name: "flaky",
      backoff: { baseMs: 0 },
      run: (_task: string) => {
        if (++tries === 1) throw new Error("not yet");
        return { recommendation: "ship" };
      },
    });
    const team = supervisor({
      name: "outer",
      version: "3",
      agents: { inner, flaky },
      tracing: all.otel(),
    });
    const { runId } = await tracer.startActiveSpan("request", async (span) => {
      const outcome = await team.run("a task", { tenant: "acme", tags: { branch: "main" } });
      span.end();
      return outcome;
    });
    expect(all.tree()).toEqual({
      request: {
        "invoke_workflow outer": {
          "invoke_workflow inner": {
            "attempt inner": {
              "invoke_agent a": { "attempt a": {} },
              "invoke_agent b": { "attempt b": {} },
              "invoke_agent arbiter": { "attempt arbiter": {} },
            },
          },
          "invoke_agent flaky": { "attempt flaky": {} },
        },
      },
    });
    const run = spanOf("invoke_workflow outer");
    expect(run?.attributes).toEqual({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.agent.name": "outer",
      "gen_ai.agent.version": "3",
      "quorate.run.id": runId,
      "quorate.tenant": "acme",
      "quorate.tag.branch": "main",
      "quorate.run.status": "complete",
      "quorate.conflicts": expect.any(Number),
    });
    expect(spanOf("invoke_agent arbiter")?.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "quorate.call.role": "judge",
    });
    const attempts = all.spans().filter(({ name }) => name === "attempt flaky");
    expect(
      attempts.map(({ attributes, status }) => [attributes["quorate.attempt"], status.code]),
    ).toEqual([
      [1, SpanStatusCode.ERROR],
      [2, SpanStatusCode.UNSET],
    ]);
    expect(attempts[0]?.attributes["error.type"]).toBe("AGENT_FAILED");
    expect(spanOf("invoke_agent flaky")?.attributes["quorate.attempts"]).toBe(2);
  });

  it("have those below them that an agent makes while it works, also after it has waited, and of the AI SDK", async () => {
    registerTelemetry(new OpenTelemetry({ tracer: all.provider.getTracer("ai") }));
    const model = new MockLanguageModelV4({
      modelId: "mini",
      doGenerate: async () => ({
        content: [{ type: "text", text: "ship" }],
        finishReason: { unified: "stop", raw: "stop" },
        usage: {
          inputTokens: { total: 20, noCache: 15, cacheRead: 5, cacheWrite: 0 },
          outputTokens: { total: 9, text: 9, reasoning: 0 },
        },
        warnings: [],
      }),
    });
    const asks = modelAgent({ name: "asks", model });
    const own = agent({
      name: "own",
      run: async (_task: string) => {
        await new Promise(setImmediate);
        all.provider.getTracer("own").startSpan("look up").end();
        return "ship";
      },
    });
    const team = supervisor({ name: "team", agents: { asks, own }, tracing: all.otel() });
    await team.run("a task");
    expect(all.tree()).toMatchObject({
      "invoke_workflow team": {
        "invoke_agent own": { "attempt own": { "look up": {} } },
        "invoke_agent asks": {
          "attempt asks": { "invoke_agent mini": { "step 1": { "chat mini": {} } } },
        },
      },
    });
    expect(spanOf("invoke_agent asks")?.attributes).toMatchObject({
      "gen_ai.usage.input_tokens": 20,
      "gen_ai.usage.output_tokens": 9,
      "gen_ai.usage.cache_read.input_tokens": 5,
      "gen_ai.response.model": "mini",
    });
  });

  it("say nothing of tasks, answers, subjects or messages unless that is wanted, and never what is redacted", async () => {
    const told = agent({
      name: "told",
      claims: () => [{ subject: "the merger", position: "sell" }],
      run: (task: { note: string; key: string }) => ({ answer: `${task.note} ${task.key}` }),
    });
    const failing = agent({
      name: "failing",
      retries: 0,
      run: (task: { note: string; key: string }) => {
        throw new Error(`cannot read ${task.note} with ${task.key}`);
      },
    });
    const run = async (content: boolean) => {
      const team = supervisor({
        name: "team",
        agents: { told, failing },
        redact: ["key"],
        hashSecret: "a secret of some length",
        tracing: all.otel({ content }),
      });
      await team.run({ note: "merger papers", key: "sk-very-secret" });
      return JSON.stringify(
        all
          .spans()
          .map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
      );
    };
    const quiet = await run(false);
    for (const word of ["merger", "sell", "sk-very-secret", "cannot read"])
      expect(quiet).not.toContain(word);
    const open = await run(true);
    for (const word of ["merger papers", "the merger", "sell", "cannot read"])
      expect(open).toContain(word);
    expect(open).not.toContain("sk-very-secret");
  });

  it("are ended, and counted as over, when the run is cancelled or its store fails", async () => {
    const { store } = memory({ resumable: true });
    const asked = Promise.withResolvers<void>();
    const hangs = agent({
      name: "hangs",
      run: (_task: string, { signal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
          asked.resolve();
        }),
    });
    const team = supervisor({
      name: "team",
      agents: { hangs },
      tracing: all.otel(),
      backend: { store },
    });
    const cancelling = new AbortController();
    const running = team.run("x", { signal: cancelling.signal });
    await asked.promise;
    expect(await all.metric("quorate.attempts.in_flight")).toMatchObject([{ value: 1 }]);
    expect(await all.metric("quorate.runs.active")).toMatchObject([{ value: 1 }]);
    cancelling.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(spanOf("invoke_workflow team")?.attributes["quorate.run.status"]).toBe("cancelled");
    expect(all.tree()).toEqual({
      "invoke_workflow team": { "invoke_agent hangs": { "attempt hangs": {} } },
    });

    let appends = 0;
    const append: typeof store.append = (events, fence) => {
      if (++appends > 1) throw new Error("no disk");
      return store.append(events, fence);
    };
    const failing = supervisor({
      name: "failing",
      agents: { a: says("a", "ship") },
      tracing: all.otel(),
      backend: { store: { ...store, append } },
    });
    await expect(failing.run("x")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(spanOf("invoke_workflow failing")?.attributes).toMatchObject({
      "error.type": "STORE_FAILED",
      "quorate.run.status": "interrupted",
    });
    for (const name of [
      "quorate.attempts.in_flight",
      "quorate.runs.active",
      "quorate.calls.queued",
    ]) {
      for (const { value } of await all.metric(name)) expect(value).toBe(0);
    }
  });
});

describe("a run that is gone on with", () => {
  it("is a trace of its own that links to the one before, whose context its log has", async () => {
    const backend = memory({ resumable: true });
    const make = () =>
      supervisor({
        name: "gate",
        agents: { a: says("a", "ship"), b: says("b", "hold") },
        resolve: [unanimous(), human()],
        backend,
        tracing: all.otel(),
      });
    await make().run("x", { runId: "r" });
    const first = idsOf(spanOf("invoke_workflow gate"));
    expect(spanOf("invoke_workflow gate")?.attributes["quorate.run.status"]).toBe("waiting");
    await make().decide("r", { subject: "task", winner: "ship", why: "fine" });
    const [, second] = all.spans().filter(({ name }) => name === "invoke_workflow gate");
    expect(second?.links.map(({ context: linked }) => [linked.traceId, linked.spanId])).toEqual([
      [first?.traceId, first?.spanId],
    ]);
    expect(second?.spanContext().traceId).not.toBe(first?.traceId);
    expect(second?.attributes).toMatchObject({
      "quorate.run.resumed": true,
      "quorate.run.status": "complete",
    });
    const kept = backend.store
      .read("r")
      .flatMap((event) => ("traceparent" in event ? [event.traceparent] : []));
    expect(kept).toEqual([
      `00-${first?.traceId}-${first?.spanId}-01`,
      `00-${second?.spanContext().traceId}-${second?.spanContext().spanId}-01`,
    ]);
  });

  it("links to nothing where its log has something else for a trace context", async () => {
    const backend = memory({ resumable: true });
    const a = says("a", "ship");
    const make = (tracing?: Tracing) =>
      supervisor({ name: "gate", agents: { a }, backend, ...(tracing && { tracing }) });
    const whole = memory({ resumable: true });
    await supervisor({ name: "gate", agents: { a }, backend: whole }).run("x", { runId: "r" });
    const [started, planned] = whole.store.read("r");
    backend.store.append([{ ...started, traceparent: "00-evil" }, planned] as readonly RunEvent[]);
    backend.store.release("r", 1);
    await make(all.otel()).resume("r");
    expect(spanOf("invoke_workflow gate")?.links).toEqual([]);
  });
});

describe("an agent elsewhere", () => {
  it("is told the context of its attempt's span", async () => {
    const requests: AttemptRequest[] = [];
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "ship") },
      tracing: all.otel(),
      executor: (agents) => {
        const here = embeddedExecutor(agents);
        return {
          ...here,
          start(attempt) {
            requests.push(attempt.toJSON());
            return here.start(attempt);
          },
        };
      },
    });
    await team.run("x");
    const ids = idsOf(spanOf("attempt a"));
    expect(requests.map(({ traceparent }) => traceparent)).toEqual([
      `00-${ids?.traceId}-${ids?.spanId}-01`,
    ]);
  });
});

describe("the metrics", () => {
  it("count calls, tokens, cost, conflicts, kept answers and calls that a breaker refuses, by names and not by ids", async () => {
    const paid = agent({
      name: "paid",
      version: "1",
      cache: true,
      model: "mini",
      run: (_task: string, { report }) => {
        report({ inputTokens: 1_000_000, outputTokens: 10, cachedInputTokens: 400_000 });
        return { recommendation: "ship" };
      },
    });
    const broken = agent({
      name: "broken",
      retries: 0,
      limiters: ["api"],
      run: (_task: string) => {
        throw Object.assign(new Error("down"), { status: 503 });
      },
    });
    const team = supervisor({
      name: "team",
      agents: { paid, other: says("other", "hold"), broken },
      limiters: { api: { breaker: { failures: 1 } } },
      resolve: [unanimous(), vote()],
      prices: { mini: { input: 1, output: 1, cachedInput: 0.5, date: "2026-11-22" } },
      tracing: all.otel(),
    });
    await team.run("x");
    await team.run("x");
    const of = async (name: string) =>
      (await all.metric(name)).map(({ attributes, value }) => [
        attributes["gen_ai.agent.name"] ?? attributes["quorate.team.name"],
        value,
      ]);
    expect(await of("gen_ai.invoke_agent.duration")).toContainEqual(["other", 2]);
    expect(await of("quorate.calls.reused")).toEqual([["paid", 1]]);
    expect(await of("quorate.conflicts")).toEqual([["team", 2]]);
    expect(await of("quorate.calls.breaker_open")).toEqual([["broken", 1]]);
    const tokens = await all.metric("quorate.tokens");
    expect(
      Object.fromEntries(
        tokens.map(({ attributes, value }) => [attributes["quorate.token.type"], value]),
      ),
    ).toEqual({
      input: 600_000,
      input_cached: 400_000,
      output: 10,
    });
    const [cost] = await all.metric("quorate.cost");
    expect(cost?.value).toBeCloseTo(0.800_01, 6);
    expect(cost?.attributes["gen_ai.request.model"]).toBe("mini");
    for (const name of ["quorate.run.duration", "quorate.tokens", "gen_ai.invoke_agent.duration"]) {
      for (const { attributes } of await all.metric(name)) {
        expect(Object.keys(attributes).filter((key) => /(\.id|tenant|tag)/.test(key))).toEqual([]);
      }
    }
  });

  it("count what is queued as long as it is", async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const begun: string[] = [];
    const slow = <Name extends string>(name: Name, index: number) =>
      agent({
        name,
        run: async (_task: string) => {
          begun.push(name);
          await gates[index]?.promise;
          return "ship";
        },
      });
    const team = supervisor({
      name: "team",
      concurrency: 1,
      agents: { a: slow("a", 0), b: slow("b", 1) },
      tracing: all.otel(),
    });
    const running = team.run("x");
    while (begun.length === 0) await new Promise(setImmediate);
    expect(await all.metric("quorate.calls.queued")).toMatchObject([
      { attributes: { "gen_ai.agent.name": "b" }, value: 1 },
    ]);
    for (const { resolve } of gates) resolve();
    await running;
    expect(await all.metric("quorate.calls.queued")).toMatchObject([{ value: 0 }]);
    expect(await all.metric("quorate.queue.duration")).toMatchObject([{ value: 1 }]);
  });
});

describe("tracing that fails", () => {
  it("harms no run, is warned of once, and every agent is asked once", async () => {
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", warned);
    let asked = 0;
    const a = agent({ name: "a", run: (_task: string) => ++asked });
    const fail = (): never => {
      throw new Error("no collector");
    };
    try {
      const failing: Tracing = () => ({
        traceparent: "nonsense",
        hear: fail,
        traceparentOf: fail,
        within(_, work) {
          work();
          work();
          return fail();
        },
        end: fail,
      });
      const backend = memory({ resumable: true });
      const team = supervisor({ name: "team", agents: { a }, tracing: failing, backend });
      const outcome = await team.run("x", { runId: "r" });
      expect(outcome.results.a).toMatchObject({ status: "ok", output: 1 });
      expect(backend.store.read("r")[0]).not.toHaveProperty("traceparent");
      expect(
        (await supervisor({ name: "other", agents: { a }, tracing: fail }).run("x")).status,
      ).toBe("complete");
      await new Promise(setImmediate);
    } finally {
      process.off("warning", warned);
    }
    expect(asked).toBe(2);
    expect(warnings).toEqual([
      expect.stringContaining('supervisor "team": tracing failed with no collector'),
      expect.stringContaining('supervisor "other": tracing failed with no collector'),
    ]);
  });

  it("is refused where it is no function, and so are options of otel() that are none", () => {
    const a = says("a", "ship");
    // @ts-expect-error tracing is a function
    expect(() => supervisor({ name: "team", agents: { a }, tracing: {} })).toThrow("use otel()");
    // @ts-expect-error content is a flag
    expect(() => otel({ content: "all" })).toThrow("otel: content is");
    expect(() => otel({ tracerProvider: {} as never })).toThrow("give one with getTracer");
  });

  it("without a registered SDK nothing is kept in the log, and nothing else changes", async () => {
    const backend = memory({ resumable: true });
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "ship") },
      tracing: otel(),
      backend,
    });
    expect((await team.run("x", { runId: "r" })).status).toBe("complete");
    expect(backend.store.read("r")[0]).not.toHaveProperty("traceparent");
    expect(trace.getSpan(context.active())).toBeUndefined();
  });
});
