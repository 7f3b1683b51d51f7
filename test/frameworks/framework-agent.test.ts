import { getEventListeners } from "node:events";
import { ToolLoopAgent } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { frameworkAgent } from "../../src/frameworks/index.ts";
import { agent, supervisor, type AgentResult, type Worker } from "../../src/index.ts";

// Stand-ins that have the structure of what test:peers tries for real.

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const ANSWER = { recommendation: "ship" } as const;
const TEXT = JSON.stringify(ANSWER);

async function ask(
  one: Worker,
  task: unknown = "ship or hold?",
  signal?: AbortSignal,
): Promise<AgentResult> {
  const sound = agent({ name: "sound", run: () => "ship" });
  const team = supervisor({ name: "team", agents: { sound, [one.name]: one as never } });
  const { results } = await team.run(task as never, signal && { signal });
  expect(results.sound.status).toBe("ok");
  const result = (results as Readonly<Record<string, AgentResult>>)[one.name];
  if (result === undefined) throw new Error("nobody asked it");
  return result;
}

/** What LangChain tells at the end of a request to a model. */
const generation = (usage: object) => ({
  generations: [[{ message: { usage_metadata: usage, response_metadata: { model_name: "m-1" } } }]],
});

interface RunnableConfig {
  readonly signal: AbortSignal;
  readonly callbacks: readonly { readonly handleLLMEnd: (output: unknown) => void }[];
}

/** A graph that gives this state, and says what it was asked. */
function graph(give: (config: RunnableConfig) => unknown) {
  const asked: unknown[] = [];
  return {
    asked,
    lg_is_pregel: true,
    async invoke(input: unknown, config: RunnableConfig) {
      asked.push(input);
      return give(config);
    },
  };
}

const said = (text: unknown) => ({ messages: [{ content: "a question" }, { content: text }] });

describe("a graph of LangGraph", () => {
  it("is asked by a message of a user, and its last message is the answer", async () => {
    const asked = graph(() => said("ship it"));
    expect(await ask(frameworkAgent(asked, { name: "a" }))).toMatchObject({ output: "ship it" });
    expect(asked.asked).toEqual([{ messages: [{ role: "user", content: "ship or hold?" }] }]);
  });

  it("has its answer read as JSON where there is an output, also from parts of a message", async () => {
    const parts = [
      { type: "reasoning", text: "hm" },
      { type: "text", text: `Well: ${TEXT}` },
    ];
    const one = frameworkAgent(
      graph(() => said(parts)),
      { name: "a", output: Review },
    );
    expect(await ask(one)).toMatchObject({ output: ANSWER });
  });

  it("answers with its structured response where it has one", async () => {
    const one = frameworkAgent(
      graph(() => ({ ...said("…"), structuredResponse: ANSWER })),
      { name: "a", output: Review },
    );
    expect(await ask(one)).toMatchObject({ output: ANSWER });
  });

  it("is asked with a state of its own, and read by what its user says", async () => {
    const asked = graph(() => ({ verdict: "ship" }));
    const one = frameworkAgent(asked, {
      name: "a",
      input: z.object({ diff: z.string() }),
      prompt: ({ diff }) => ({ diff, depth: 2 }),
      read: ({ verdict }: { readonly verdict: string }) => ({ recommendation: verdict }),
    });
    expect(await ask(one, { diff: "x" })).toMatchObject({ output: ANSWER });
    expect(asked.asked).toEqual([{ diff: "x", depth: 2 }]);
  });

  it("is charged for each request to a model, also where it fails then", async () => {
    const one = frameworkAgent(
      graph(({ callbacks }) => {
        const used = {
          input_tokens: 20,
          output_tokens: 9,
          input_token_details: { cache_read: 4 },
          output_token_details: { reasoning: 3 },
        };
        for (const { handleLLMEnd } of callbacks) handleLLMEnd(generation(used));
        for (const { handleLLMEnd } of callbacks) handleLLMEnd(generation(used));
        throw new Error("a node\nhas failed");
      }),
      { name: "a", retries: 0 },
    );
    expect(await ask(one)).toMatchObject({
      status: "failed",
      error: { code: "AGENT_FAILED", message: "a failed: a node has failed" },
      cost: { inputTokens: 40, outputTokens: 18, cachedInputTokens: 8, reasoningTokens: 6 },
    });
  });

  it("fails for good where it waits for a person", async () => {
    const asked = graph(() => ({ ...said("…"), __interrupt__: [{ value: "may I?" }] }));
    expect(await ask(frameworkAgent(asked, { name: "a", retries: 3 }))).toMatchObject({
      status: "failed",
      attempts: 1,
      error: { message: "a waits for a person, and no person can be asked here" },
    });
  });

  it("is told what was wrong with its answer", async () => {
    const asked = graph(() => said(asked.asked.length === 1 ? '{"recommendation":1}' : TEXT));
    const one = frameworkAgent(asked, { name: "a", output: Review, backoff: { baseMs: 0 } });
    expect(await ask(one)).toMatchObject({ status: "ok", attempts: 2 });
    expect(JSON.stringify(asked.asked[1])).toContain("Your last answer was refused");
  });

  it("within an agent of LangChain is asked in the same way, and another runnable by a text", async () => {
    const inner = graph(() => said("ship"));
    const outer = { graph: inner, invoke: inner.invoke };
    await ask(frameworkAgent(outer, { name: "a" }));
    const plain = {
      asked: [] as unknown[],
      invoke: async (text: unknown) => void plain.asked.push(text),
    };
    await ask(frameworkAgent(plain, { name: "a" }));
    expect([inner.asked, plain.asked]).toEqual([
      [{ messages: [{ role: "user", content: "ship or hold?" }] }],
      ["ship or hold?"],
    ]);
  });

  it("is stopped by a signal of its own, with the caller's reason, and leaves no listener", async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const asked = graph(({ signal }) => {
      begun.resolve(signal);
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("Aborted")));
      });
    });
    const caller = new AbortController();
    const running = ask(frameworkAgent(asked, { name: "a" }), "task", caller.signal);
    const signal = await begun.promise;
    const reason = new Error("the caller went home");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(signal.reason).toBe(reason);
    expect(getEventListeners(caller.signal, "abort")).toEqual([]);
  });
});

describe("an agent of Mastra", () => {
  const usage = {
    inputTokens: 20,
    outputTokens: 9,
    cachedInputTokens: 4,
    reasoningTokens: 3,
    cacheCreationInputTokens: 2,
  };
  const full = { text: TEXT, finishReason: "stop", messages: [], totalUsage: usage };

  it("is asked with its repetitions off, and charged for each of its steps", async () => {
    const asked: unknown[] = [];
    const mastra = {
      async generate(
        question: unknown,
        options: { readonly modelSettings: unknown; onStepFinish(step: unknown): void },
      ) {
        asked.push(question, options.modelSettings);
        options.onStepFinish({ usage, response: { modelId: "m-1" } });
        options.onStepFinish({ usage });
        return full;
      },
    };
    expect(await ask(frameworkAgent(mastra, { name: "a", output: Review }))).toMatchObject({
      output: ANSWER,
      cost: {
        inputTokens: 40,
        outputTokens: 18,
        cachedInputTokens: 8,
        cacheWriteTokens: 4,
        reasoningTokens: 6,
      },
    });
    expect(asked).toEqual(["ship or hold?", { maxRetries: 0 }]);
  });

  it.each([
    [
      { ...full, object: ANSWER, text: "" },
      { output: ANSWER, cost: { inputTokens: 20 } },
    ],
    [
      { ...full, error: new Error("no model") },
      { status: "failed", error: { message: "a failed: no model" } },
    ],
    [
      { ...full, tripwire: { reason: "no" } },
      {
        status: "failed",
        error: { message: "a was stopped by one of its own processors" },
      },
    ],
    [
      { ...full, finishReason: "suspended" },
      { status: "failed", error: { message: /waits for a person/ } },
    ],
  ])("gives %j as what it is", async (result, expected) => {
    const one = frameworkAgent(
      { generate: async () => result },
      { name: "a", output: Review, retries: 0 },
    );
    const { error, ...rest } = expected as {
      readonly error?: { readonly message: string | RegExp };
    };
    const found = await ask(one);
    expect(found).toMatchObject(rest);
    if (error !== undefined)
      expect(found).toHaveProperty("error.message", expect.stringMatching(error.message));
  });
});

describe("a function that asks an agent", () => {
  const usage = {
    requests: 2,
    inputTokens: 40,
    outputTokens: 18,
    inputTokensDetails: [{ cached_tokens: 4 }, { cached_tokens: 4 }],
    outputTokensDetails: [{ reasoning_tokens: 3 }],
  };
  const result = { finalOutput: ANSWER, newItems: [], interruptions: [], state: { usage } };

  it("hands back what OpenAI's SDK gives, which says what it answers and used", async () => {
    const asked: unknown[] = [];
    const one = frameworkAgent(
      async (question, { signal, idempotencyKey }) => {
        asked.push(question, signal.aborted, typeof idempotencyKey);
        return result;
      },
      { name: "a", output: Review },
    );
    expect(await ask(one)).toMatchObject({
      output: ANSWER,
      cost: { inputTokens: 40, outputTokens: 18, cachedInputTokens: 8, reasoningTokens: 3 },
    });
    expect(asked).toEqual(["ship or hold?", false, "string"]);
  });

  it("is charged for what an error says that its run used", async () => {
    const error = Object.assign(new Error("Max turns (1) exceeded"), { state: { usage } });
    const one = frameworkAgent(() => Promise.reject(error), { name: "a", retries: 0 });
    expect(await ask(one)).toMatchObject({
      status: "failed",
      error: { message: "a failed: Max turns (1) exceeded", cause: error },
      cost: { inputTokens: 40, outputTokens: 18 },
    });
  });

  it("does not know what was used where nobody says, or where it is said to be nothing", async () => {
    const none = { ...result, state: { usage: { ...usage, inputTokens: 0, outputTokens: 0 } } };
    for (const given of [none, "ship"]) {
      const found = await ask(frameworkAgent(() => given, { name: "a" }));
      expect(found).toMatchObject({
        status: "ok",
        cost: { inputTokens: "unknown", usdMicros: "unknown" },
      });
    }
  });

  it("may say what was used, by a report or by an option", async () => {
    const reporting = frameworkAgent(
      (_, { report }) => {
        report({ usdMicros: 5 });
        return result;
      },
      { name: "a" },
    );
    expect(await ask(reporting)).toMatchObject({ cost: { usdMicros: 5, inputTokens: "unknown" } });
    const counting = frameworkAgent(() => ({ answer: "ship", tokens: 7 }), {
      name: "a",
      read: ({ answer }: { readonly answer: string }) => answer,
      usage: ({ tokens }: { readonly tokens: number }) => ({
        inputTokens: tokens,
        outputTokens: 0,
      }),
    });
    expect(await ask(counting)).toMatchObject({ output: "ship", cost: { inputTokens: 7 } });
  });

  it("fails for good where its run waits for somebody to approve of a tool", async () => {
    const waiting = { ...result, interruptions: [{}] };
    expect(await ask(frameworkAgent(() => waiting, { name: "a", retries: 3 }))).toMatchObject({
      status: "failed",
      attempts: 1,
    });
  });

  it("gives the status of a request that failed, which says whether it is repeated", async () => {
    let asked = 0;
    const one = frameworkAgent(
      () => {
        asked += 1;
        throw Object.assign(new Error("not here"), {
          cause: Object.assign(new Error(), { statusCode: 403 }),
        });
      },
      { name: "a", retries: 3 },
    );
    expect(await ask(one)).toMatchObject({
      error: { message: "a failed with HTTP 403: not here" },
    });
    expect(asked).toBe(1);
  });
});

it("an agent of the AI SDK is taken as quorate/ai-sdk takes it", async () => {
  const model = new MockLanguageModelV4({
    doGenerate: async () => ({
      content: [{ type: "text", text: TEXT }],
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: 20, noCache: 20, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 9, text: 9, reasoning: 0 },
      },
      warnings: [],
    }),
  });
  const asked = new ToolLoopAgent({ model });
  expect(await ask(frameworkAgent(asked, { name: "a", output: Review }))).toMatchObject({
    output: ANSWER,
    cost: { inputTokens: 20, outputTokens: 9 },
  });
  expect(() => frameworkAgent(asked, { name: "a", read: () => 1 })).toThrow(
    "leave out read and usage",
  );
});

it.each([
  [undefined, "what frameworkAgent() is given is undefined; give a graph of LangGraph"],
  [{}, "what frameworkAgent() is given is of type object; give a graph of LangGraph"],
  [
    { asTool() {} },
    "an agent of OpenAI's SDK is asked by a function: (question, { signal }) => run(",
  ],
])("what is no agent of a framework is refused with what to give: %j", (given, why) => {
  expect(() => frameworkAgent(given as never, { name: "a" })).toThrow(why);
});
