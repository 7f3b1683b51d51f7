// Agents of frameworks as they are, with a scripted model behind them: the whole contract of agents, for each of them.

import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { ChatOpenAI } from "@langchain/openai";
import { Agent as MastraAgent } from "@mastra/core/agent";
import { Agent as OpenAiAgent, OpenAIProvider, Runner } from "@openai/agents";
import OpenAI from "openai";
import { describe, it } from "vitest";
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
