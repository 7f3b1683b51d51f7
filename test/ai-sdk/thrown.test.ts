// What the AI SDK throws has to be understood as it is, by an agent that uses it without an adapter.

import { APICallError, generateText, Output, RetryError } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, supervisor, type AgentContext, type RunEvent } from "../../src/index.ts";

type Ask = (task: unknown, context: AgentContext) => Promise<unknown>;

async function run(ask: Ask, options: object = {}) {
  const asker = agent({ name: "asker", backoff: { baseMs: 3 }, ...options, run: ask });
  const team = supervisor({ name: "team", agents: { asker } });
  const { runId, results } = await team.run("task");
  const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
  return { result: results.asker, log };
}

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

/** A model that answers with these texts in turn, or throws. */
function model(texts: readonly (string | Error)[], finish: "stop" | "length" = "stop") {
  let turn = 0;
  const inputTokens = { total: 20, noCache: 20, cacheRead: 0, cacheWrite: 0 };
  const outputTokens = { total: 9, text: 9, reasoning: 0 };
  return new MockLanguageModelV4({
    doGenerate: async () => {
      const text = texts[turn++] ?? "";
      if (text instanceof Error) throw text;
      return {
        content: [{ type: "text", text }],
        finishReason: { unified: finish, raw: finish },
        usage: { inputTokens, outputTokens },
        warnings: [],
      };
    },
  });
}

describe("the AI SDK's NoObjectGeneratedError", () => {
  const reviewer = (texts: readonly string[], finish?: "stop" | "length") => {
    const answering = model(texts, finish);
    const seen: (readonly unknown[])[] = [];
    const ask: Ask = async (_, { issues, report }) => {
      seen.push(issues);
      const output = Output.object({ schema: Review });
      const made = await generateText({ model: answering, prompt: "?", maxRetries: 0, output });
      report({ inputTokens: 20, outputTokens: 9 });
      return made.output;
    };
    return { seen, ask };
  };

  it("is an output that fails its schema: its issues go to the next attempt, and what it used is charged", async () => {
    const { seen, ask } = reviewer(['{"recommendation":"maybe"}', '{"recommendation":"ship"}']);
    const { result, log } = await run(ask);
    expect(result).toMatchObject({
      status: "ok",
      output: { recommendation: "ship" },
      attempts: 2,
      cost: { inputTokens: 40, outputTokens: 18 },
    });
    expect(seen).toMatchObject([[], [{ path: "recommendation", message: expect.any(String) }]]);
    expect(log.find(({ type }) => type === "call.retried")).toMatchObject({
      error: { code: "OUTPUT_INVALID" },
      cost: { inputTokens: 20, outputTokens: 9 },
    });
  });

  it("says of an answer that is no JSON where it breaks off, and that it was cut short", async () => {
    const { ask } = reviewer(['{"recomm', '{"recomm'], "length");
    const { result } = await run(ask);
    expect(result).toMatchObject({
      status: "failed",
      attempts: 2,
      error: { code: "OUTPUT_INVALID" },
    });
    const issues = result.status === "failed" ? result.error.issues : [];
    expect(issues).toMatchObject([{ message: expect.stringContaining("JSON") }, {}]);
    expect(issues[1]?.message).toContain("cut off");
  });

  it("is charged once where the agent has reported it itself", async () => {
    const failing = reviewer(["no"]);
    const { result } = await run(
      async (task, context) => {
        try {
          return await failing.ask(task, context);
        } catch (error) {
          context.report({ inputTokens: 20, outputTokens: 9 });
          throw error;
        }
      },
      { retries: 0 },
    );
    expect(result).toMatchObject({ cost: { inputTokens: 20, outputTokens: 9 } });
  });

  it("that answers a batch is charged once, to its tasks in equal parts", async () => {
    const { ask } = reviewer(["no"]);
    const asker = agent({
      name: "asker",
      retries: 0,
      run: () => expect.unreachable(),
      batch: { run: (_tasks, context) => ask(1, { ...context, issues: [] } as never) as never },
    });
    const team = supervisor({ name: "team", agents: { asker } });
    const outcomes = await Promise.all([1, 2].map((task) => team.run(task as never)));
    expect(outcomes.map(({ results }) => results.asker)).toMatchObject([
      { error: { code: "OUTPUT_INVALID" }, cost: { inputTokens: 10, outputTokens: 5 } },
      { error: { code: "OUTPUT_INVALID" }, cost: { inputTokens: 10, outputTokens: 4 } },
    ]);
  });

  it("makes an agent ask its dearer tier, as an output that fails its schema does", async () => {
    const answers = { cheap: model(["no", "no"]), strong: model(['{"recommendation":"hold"}']) };
    const asker = agent({
      name: "asker",
      escalateIf: ["schema-fail"],
      backoff: { baseMs: 0 },
      run: async (_: unknown, { model: tier }) => {
        const output = Output.object({ schema: Review });
        const its = answers[tier as keyof typeof answers];
        return (await generateText({ model: its, prompt: "?", maxRetries: 0, output })).output;
      },
    });
    const tiers = { cheap: "cheap", strong: "strong" };
    const { results } = await supervisor({ name: "team", agents: { asker }, tiers }).run("task");
    expect(results.asker).toMatchObject({ status: "ok", output: { recommendation: "hold" } });
  });
});

describe("the AI SDK's RetryError", () => {
  const call = (statusCode: number, body = "", headers: Record<string, string> = {}) =>
    new APICallError({
      message: "no",
      url: "http://127.0.0.1/",
      requestBodyValues: {},
      statusCode,
      responseHeaders: headers,
      responseBody: body,
    });

  it.each([
    ["a server that is broken, once more", call(500), 2],
    ["a request that is wrong, no more", call(400), 1],
    ["a quota that is used up, no more", call(429, '{"error":{"code":"insufficient_quota"}}'), 1],
  ])("is read by its last error: for %s", async (_, last, attempts) => {
    const errors = [last];
    const failed = new RetryError({ message: "no", reason: "maxRetriesExceeded", errors });
    const { result } = await run(() => Promise.reject(failed));
    expect(result).toMatchObject({ status: "failed", attempts });
  });

  it("is thrown by generateText, and waits as its last response says", async () => {
    const twice = Array.from({ length: 2 }, () => call(429, "", { "retry-after-ms": "1" }));
    const answering = model([...twice, "yes"]);
    const { result, log } = await run(
      async () => (await generateText({ model: answering, prompt: "?", maxRetries: 1 })).text,
      { retries: 0, backoff: { baseMs: 0, maxMs: 0 } },
    );
    expect(result).toMatchObject({ status: "ok", output: "yes", attempts: 2 });
    const [again, ...more] = log.flatMap((event) =>
      event.type === "call.requeued" ? [event.waitMs] : [],
    );
    expect(more).toEqual([]);
    // Or up to a tenth longer.
    expect(again).toSatisfy((waitMs: number) => waitMs >= 1 && waitMs <= 1.1);
  });
});
