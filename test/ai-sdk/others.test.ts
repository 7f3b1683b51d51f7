// Judges, agents of the AI SDK, embeddings and routes, against a real server.

import { Output, stepCountIs, tool, ToolLoopAgent, type Agent as SdkAgent } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  embed,
  fromAgent,
  modelJudge,
  modelJudgeAgent,
  modelRouter,
} from "../../src/ai-sdk/index.ts";
import { agent, judge, memory, QuorateError, supervisor } from "../../src/index.ts";
import { similar } from "../../src/similar/index.ts";
import { modelServer, type ModelServer } from "./model-server.ts";

const USAGE = { inputTokens: 20, outputTokens: 9 };
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

let server: ModelServer;
beforeEach(async () => {
  server = await modelServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const says = (name: string, recommendation: string) =>
  agent({ name, run: async (_task: string) => ({ recommendation }) });
const contested = { a: says("a", "ship"), b: says("b", "hold") };

describe("a judge that is a model", () => {
  const chosen = (choice: string) =>
    ({ does: "answers", output: { choice, reasoning: "it is" }, usage: USAGE }) as const;

  it("decides by the ids of the options, in both orders, and costs what it says", async () => {
    server.follow(chosen("A"), chosen("B"));
    const resolve = [modelJudge({ model: server.openai(), instructions: "You know contracts." })];
    const { verdicts, bill } = await supervisor({ name: "team", agents: contested, resolve }).run(
      "?",
    );
    expect(verdicts[0]).toMatchObject({ status: "decided", by: "judge", confidence: 0.75 });
    expect(bill.lines).toContainEqual(
      expect.objectContaining({
        agent: "judge",
        cost: expect.objectContaining({ inputTokens: 40 }),
      }),
    );
    expect(server.bodies[0]).toMatchObject({
      messages: [{ role: "system", content: "You know contracts." }, { role: "user" }],
      response_format: {
        json_schema: { schema: { properties: { choice: { enum: ["A", "B"] } } } },
      },
    });
  });

  it("is asked again, with the ids, when it names no option", async () => {
    server.follow(chosen("both"), chosen("both"), chosen("A"), chosen("B"));
    const resolve = [modelJudge({ model: server.openai() })];
    await supervisor({ name: "team", agents: contested, resolve }).run("?");
    expect(server.bodies).toHaveLength(4);
    expect(server.asked[2]).toContain("and the options are A, B");
  });

  it("is understood where it means one option in other words, also without JSON", async () => {
    server.follow(chosen("Option A."), { does: "says", text: "hold", usage: USAGE });
    const resolve = [modelJudge({ model: server.openai() })];
    const { verdicts } = await supervisor({ name: "team", agents: contested, resolve }).run("?");
    expect(verdicts[0]).toMatchObject({ status: "decided", winner: "hold" });
    expect(server.bodies).toHaveLength(2);
  });

  it("defers in one sentence when it fails", async () => {
    server.follow({ does: "fails", status: 401 });
    const resolve = [modelJudge({ model: server.openai() })];
    const { verdicts } = await supervisor({ name: "team", agents: contested, resolve }).run("?");
    expect(verdicts[0]).toMatchObject({ status: "undecided" });
    expect(verdicts[0]?.reasoning).toContain("the model mini failed with HTTP 401");
  });

  it("sits on a panel", async () => {
    server.follow(chosen("A"));
    const panel = [modelJudgeAgent({ name: "one", model: server.openai() })];
    const resolver = judge({ panel: panel.map((ask) => ({ ask, once: true })), atLeast: 0.51 });
    const { verdicts } = await supervisor({
      name: "team",
      agents: contested,
      resolve: [resolver],
    }).run("?");
    expect(verdicts[0]).toMatchObject({ status: "decided" });
  });

  it("has its instructions in its version", () => {
    const model = new MockLanguageModelV4({ modelId: "m" });
    const of = (instructions: string) => modelJudgeAgent({ model, instructions }).version;
    expect(of("a")).not.toBe(of("b"));
  });

  it("is refused with an option that there is not, and without a model", () => {
    const model = new MockLanguageModelV4();
    expect(() => modelJudge({ model, evidense: "required" } as never)).toThrow(/evidense/);
    expect(() => modelJudge({} as never)).toThrow(/agent "judge": model is missing/);
  });
});

describe("an agent of the AI SDK", () => {
  const ask = async (asked: Parameters<typeof fromAgent>[0], more: object = {}) => {
    const one = fromAgent(asked, { name: "one", retries: 0, ...more });
    const { results } = await supervisor({ name: "team", agents: { one } }).run("?");
    return results.one;
  };

  it("keeps its own tools and steps, and costs what all of them cost", async () => {
    server.follow(
      { does: "calls", tool: "look", input: {}, usage: USAGE },
      { does: "says", text: "seven", usage: USAGE },
    );
    const look = tool({ inputSchema: z.object({}), execute: async () => 7 });
    const result = await ask(new ToolLoopAgent({ model: server.openai(), tools: { look } }));
    expect(result).toMatchObject({
      output: "seven",
      cost: { inputTokens: 40, outputTokens: 18 },
    });
  });

  it("answers with what its own output makes of its text", async () => {
    server.follow({ does: "answers", output: { recommendation: "hold" }, usage: USAGE });
    const output = Output.object({ schema: Review });
    const result = await ask(new ToolLoopAgent({ model: server.openai(), output }));
    expect(result).toMatchObject({ output: { recommendation: "hold" } });
  });

  it("is told what is wrong when its own output refuses the answer, and is charged once for each", async () => {
    const fine = { does: "answers", output: { recommendation: "hold" }, usage: USAGE } as const;
    server.follow({ does: "answers", output: { recommendation: 1 }, usage: USAGE }, fine);
    const output = Output.object({ schema: Review });
    const result = await ask(new ToolLoopAgent({ model: server.openai(), output }), {
      output: Review,
      retries: 1,
    });
    expect(result).toMatchObject({ status: "ok", attempts: 2, cost: { inputTokens: 40 } });
    expect(server.asked[1]).toContain('"path":"recommendation"');
  });

  it("makes one request an attempt, though its own repetitions are on", async () => {
    server.follow({ does: "fails", status: 503 });
    const result = await ask(new ToolLoopAgent({ model: server.openai(), maxRetries: 5 }));
    expect(result).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("the AI SDK agent of one failed with HTTP 503") },
    });
    expect(server.bodies).toHaveLength(1);
  });

  it("fails where it stops at a tool and not at an answer", async () => {
    server.follow({ does: "calls", tool: "look", input: {}, usage: USAGE });
    const look = tool({ inputSchema: z.object({}), execute: async () => 7 });
    const result = await ask(
      new ToolLoopAgent({ model: server.openai(), tools: { look }, stopWhen: stepCountIs(2) }),
    );
    expect(result).toMatchObject({ error: { code: "OUTPUT_INVALID" }, cost: { inputTokens: 40 } });
  });

  it("may be of another make, which tells its use at the end", async () => {
    const other = {
      version: "agent-v1",
      generate: async () => ({ text: "yes", finishReason: "stop", toolCalls: [], usage: USAGE }),
    };
    expect(await ask(other as unknown as SdkAgent)).toMatchObject({ output: "yes", cost: USAGE });
  });

  it("is refused when it is none", () => {
    expect(() => fromAgent({} as never, { name: "one" })).toThrow(/give an agent of the AI SDK 7/);
  });
});

describe("embeddings of a model", () => {
  const finding = (name: string, text: string) =>
    agent({ name, run: async (_task: string) => ({ findings: [text] }) });

  it("group what is said in other words", async () => {
    server.follow({ does: "answers", output: {} });
    const asks = embed(server.embedding());
    const agents = {
      a: finding("a", "cache stale once somebody writes the index"),
      b: finding("b", "stale entries: nobody clears the cache"),
    };
    const team = supervisor({
      name: "team",
      agents,
      similar: similar({ embed: asks, threshold: 0.4 }),
      prices: { embed: { input: 2, output: 0, date: "2026-11-30" } },
    });
    const { verdicts, bill } = await team.run("?");
    expect(bill.lines).toContainEqual(
      expect.objectContaining({
        agent: "similar-embed",
        model: "embed",
        cost: expect.objectContaining({ inputTokens: 3, outputTokens: 0, usdMicros: 6 }),
      }),
    );
    expect(server.bodies).toHaveLength(1);
    expect(verdicts).toHaveLength(1);
  });

  it("closes the request, with the signal's reason, when it is stopped", async () => {
    server.follow({ does: "hangs" });
    const stop = new AbortController();
    const asked = embed(server.embedding())(["a"], { signal: stop.signal, report() {} });
    const reason = new Error("stopped");
    const rejected = asked.catch((error: unknown) => error);
    await expect.poll(() => server.atWork).toBe(1);
    stop.abort(reason);
    expect(await rejected).toBe(reason);
    await expect.poll(() => server.cut).toBe(1);
  });

  it("makes one request when that fails, and says of which model it was", async () => {
    server.follow({ does: "fails", status: 500 });
    const asked = embed(server.embedding())(["a"], {
      signal: new AbortController().signal,
      report() {},
    });
    await expect(asked).rejects.toThrow("the embedding model embed failed with HTTP 500: not now");
    expect(server.bodies).toHaveLength(1);
  });

  it("are refused of what is no embedding model", () => {
    expect(() => embed({} as never)).toThrow(QuorateError);
  });
});

describe("a router that is a model", () => {
  const lawyer = agent({
    name: "lawyer",
    description: "contracts",
    run: async (_task: string) => "hold",
  });
  const trader = agent({
    name: "trader",
    description: "markets",
    run: async (_task: string) => "ship",
  });
  const agents = { lawyer, trader };
  const desk = (more: object = {}) =>
    supervisor({
      name: "desk",
      agents,
      route: modelRouter({ model: server.openai(), agents, ...more }),
    });

  it("picks agents from their descriptions", async () => {
    server.follow({ does: "answers", output: { specialists: ["lawyer", "lawyer"] } });
    const { results } = await desk().run("May we?");
    expect(results).toMatchObject({ lawyer: { status: "ok" }, trader: { status: "skipped" } });
    expect(server.asked[0]).toContain('{"name":"trader","description":"markets"}');
  });

  it("is on the bill of the run, priced, and not asked again where that is gone on with", async () => {
    server.follow({ does: "answers", output: { specialists: ["lawyer"] }, usage: USAGE });
    const backend = memory({ resumable: true });
    const prices = { mini: { input: 1, output: 10, date: "2026-11-30" } };
    const free = agent({
      name: "lawyer",
      description: "contracts",
      cost: "free",
      run: () => "hold",
    });
    const among = { lawyer: free, trader };
    const team = supervisor({
      name: "desk",
      agents: among,
      route: modelRouter({ model: server.openai(), agents: among }),
      prices,
      backend,
    });
    const { runId, bill } = await team.run("May we?");
    expect(bill.spent).toMatchObject({ inputTokens: 20, outputTokens: 9, usdMicros: 110 });
    expect(bill.lines).toContainEqual(
      expect.objectContaining({ agent: "router", model: "mini", calls: 1 }),
    );
    const events = await backend.store.read(runId);
    expect(events.slice(0, 4).map(({ type }) => type)).toEqual([
      "run.started",
      "run.planned",
      "call.started",
      "call.succeeded",
    ]);
    const again = await team.resume(runId);
    expect(again.bill.spent).toEqual(bill.spent);
    expect(server.bodies).toHaveLength(1);
  });

  it("is on the bill of a team in a team, too", async () => {
    server.follow({ does: "answers", output: { specialists: ["lawyer"] }, usage: USAGE });
    const outer = supervisor({ name: "outer", agents: { desk: desk() } });
    const { bill } = await outer.run("May we?");
    expect(bill.lines).toContainEqual(expect.objectContaining({ agent: "router", model: "mini" }));
  });

  it("closes its request when the run is cancelled", async () => {
    server.follow({ does: "hangs" });
    const stop = new AbortController();
    const running = desk().run("May we?", { signal: stop.signal });
    await expect.poll(() => server.atWork).toBe(1);
    stop.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await expect.poll(() => server.cut).toBe(1);
  });

  it.each([
    ["nobody", { specialists: [] }, /the router chose nobody; there are "lawyer", "trader"/],
    [
      "somebody who is not there",
      { specialists: ["baker"] },
      /chose "baker", which does not exist/,
    ],
    ["what is no name", { specialists: [7] }, /chose a value of type number/],
    ["something else", "lawyer", /chose nobody/],
  ])("fails in one sentence when it names %s", async (_, output, message) => {
    server.follow({ does: "answers", output: output as never });
    await expect(desk().run("May we?")).rejects.toThrow(message);
  });

  it("fails in one sentence when half of its answer is missing", async () => {
    server.follow({ does: "answers half", output: { specialists: ["lawyer"] } });
    await expect(desk().run("?")).rejects.toThrow(
      /the answer of the router cannot be used: it is not JSON/,
    );
  });

  it("closes the request when its time is over", async () => {
    server.follow({ does: "hangs" });
    await expect(desk({ timeoutMs: 20 }).run("?")).rejects.toThrow("longer than 20 ms");
    await expect.poll(() => server.atWork).toBe(0);
  });

  it("is refused with an agent that says nothing of itself", () => {
    const mute = agent({ name: "mute", run: async (_task: string) => "x" });
    const model = new MockLanguageModelV4();
    expect(() => modelRouter({ model, agents: { mute } })).toThrow(/"mute" has no description/);
  });
});
