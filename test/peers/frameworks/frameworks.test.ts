// Agents of frameworks as they are, with a scripted model behind them: the whole contract of agents, for each of them.

import { interrupt, MemorySaver, MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { ChatOpenAI } from "@langchain/openai";
import { Agent as MastraAgent } from "@mastra/core/agent";
import { Agent as OpenAiAgent, OpenAIProvider, Runner, tool } from "@openai/agents";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { supervisor, type Worker } from "../../../src/index.ts";
import { frameworkAgent } from "../../../src/frameworks/index.ts";
import { agentContract, type AgentSetting, type MakeAgent } from "../../../src/testing/index.ts";
import { scriptedModel, type ScriptedModel } from "../../model-server/scripted-model.ts";

const MODEL = "model-x";

const withModel =
  (make: (server: ScriptedModel, setting: AgentSetting) => object): MakeAgent =>
  async (setting) => {
    const server = await scriptedModel();
    return {
      agent: make(server, { ...setting, model: MODEL } as AgentSetting) as never,
      peer: server,
      model: MODEL,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  };

const chatModel = (url: string) =>
  new ChatOpenAI({
    model: MODEL,
    apiKey: "k",
    configuration: { baseURL: `${url}/v1` },
    maxRetries: 0,
  });

/** A graph of one node that asks a model. */
function graph(url: string) {
  const model = chatModel(url);
  return new StateGraph(MessagesAnnotation)
    .addNode("ask", async ({ messages }, config) => ({
      messages: [await model.invoke(messages, config)],
    }))
    .addEdge("__start__", "ask")
    .addEdge("ask", "__end__")
    .compile();
}

const runner = (url: string, useResponses: boolean) =>
  new Runner({
    tracingDisabled: true,
    modelProvider: new OpenAIProvider({
      useResponses,
      openAIClient: new OpenAI({ apiKey: "k", baseURL: `${url}/v1`, maxRetries: 0 }) as never,
    }),
  });

const mastra = (url: string) =>
  new MastraAgent({
    id: "reviewer",
    name: "reviewer",
    instructions: "Review.",
    model: { id: `local/${MODEL}`, url: `${url}/v1`, apiKey: "k" } as never,
  });

const kinds = [
  ...agentContract(
    "a graph of LangGraph",
    withModel(({ url }, setting) => frameworkAgent(graph(url), setting)),
  ),
  ...agentContract(
    "a chat model of LangChain",
    withModel(({ url }, setting) => frameworkAgent(chatModel(url), setting)),
  ),
  ...[true, false].flatMap((useResponses) =>
    agentContract(
      `an agent of OpenAI's SDK by ${useResponses ? "Responses" : "chat completions"}`,
      withModel(({ url }, setting) => {
        const asked = new OpenAiAgent({ name: "reviewer", instructions: "Review.", model: MODEL });
        const running = runner(url, useResponses);
        return frameworkAgent(
          (question, { signal }) => running.run(asked, question, { signal }),
          setting,
        );
      }),
    ),
  ),
  ...agentContract(
    "an agent of Mastra",
    withModel(({ url }, setting) => frameworkAgent(mastra(url), setting)),
  ),
];

describe("the contract of agents", () => {
  for (const { name, run } of kinds) it(name, run);
});

/** What one agent makes of a task, with a model that does this. */
async function resultOf(
  make: (url: string) => Worker,
  ...steps: Parameters<ScriptedModel["follow"]>
) {
  await using server = await scriptedModel();
  server.follow(...steps);
  const odd = make(server.url);
  const { results } = await supervisor({ name: "team", agents: { odd: odd as never } }).run("go");
  return (results as Readonly<Record<string, unknown>>)["odd"];
}

const USED = { inputTokens: 20, outputTokens: 9 };

describe("a run of a framework that fails", () => {
  it("is charged for what its models were asked before: LangGraph", async () => {
    const found = await resultOf(
      (url) => {
        const model = chatModel(url);
        const failing = new StateGraph(MessagesAnnotation)
          .addNode("ask", async ({ messages }, config) => ({
            messages: [await model.invoke(messages, config)],
          }))
          .addNode("use", () => {
            throw new Error("the node has failed");
          })
          .addEdge("__start__", "ask")
          .addEdge("ask", "use")
          .compile();
        return frameworkAgent(failing, { name: "odd", retries: 0 });
      },
      { does: "says", text: "ship", usage: USED },
    );
    expect(found).toMatchObject({
      status: "failed",
      error: { message: "odd failed: the node has failed" },
      cost: USED,
    });
  });

  it("is charged for what its models were asked before: OpenAI's SDK", async () => {
    const look = tool({
      name: "look",
      description: "Looks.",
      parameters: z.object({}),
      execute: async () => "nothing",
    });
    const found = await resultOf(
      (url) => {
        const asked = new OpenAiAgent({ name: "reviewer", model: MODEL, tools: [look] });
        const running = runner(url, true);
        return frameworkAgent(
          (question, { signal }) => running.run(asked, question, { signal, maxTurns: 1 }),
          { name: "odd", retries: 0 },
        );
      },
      { does: "calls", tool: "look", input: {}, usage: USED },
    );
    expect(found).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("Max turns") },
      cost: USED,
    });
  });
});

describe("a run of a framework that stops to ask a person", () => {
  it("fails for good: LangGraph", async () => {
    const asking = new StateGraph(MessagesAnnotation)
      .addNode("ask", () => {
        interrupt("may I?");
        return {};
      })
      .addEdge("__start__", "ask")
      .compile({ checkpointer: new MemorySaver() });
    const found = await resultOf(
      () =>
        frameworkAgent(
          (question) =>
            asking.invoke(
              { messages: [{ role: "user", content: question }] },
              { configurable: { thread_id: "1" } },
            ),
          { name: "odd", retries: 3 },
        ),
      { does: "hangs" },
    );
    expect(found).toMatchObject({
      status: "failed",
      attempts: 1,
      error: { message: expect.stringContaining("waits for a person") },
    });
  });

  it("fails for good: OpenAI's SDK", async () => {
    const remove = tool({
      name: "remove",
      description: "Removes.",
      parameters: z.object({}),
      needsApproval: true,
      execute: async () => "gone",
    });
    const found = await resultOf(
      (url) => {
        const asked = new OpenAiAgent({ name: "reviewer", model: MODEL, tools: [remove] });
        const running = runner(url, true);
        return frameworkAgent((question, { signal }) => running.run(asked, question, { signal }), {
          name: "odd",
          retries: 3,
        });
      },
      { does: "calls", tool: "remove", input: {}, usage: USED },
    );
    expect(found).toMatchObject({
      status: "failed",
      attempts: 1,
      error: { message: expect.stringContaining("waits for a person") },
      cost: USED,
    });
  });
});
