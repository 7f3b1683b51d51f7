import { ToolLoopAgent } from "ai";
import { describe, it } from "vitest";
import { fromAgent, modelAgent } from "../../src/ai-sdk/index.ts";
import { agentContract, type MakeAgent } from "../../src/testing/index.ts";
import { modelServer, type ModelServer } from "./model-server.ts";

/** An agent with a server of its own. */
function withServer(
  make: (server: ModelServer, ...given: Parameters<MakeAgent>) => object,
): MakeAgent {
  return async (setting) => {
    const server = await modelServer();
    return {
      agent: make(server, setting) as never,
      peer: server,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  };
}

const kinds = [
  ...agentContract(
    "a model that speaks OpenAI's protocol",
    withServer((server, setting) => modelAgent({ ...setting, model: server.openai() })),
  ),
  ...agentContract(
    "a model that streams by OpenAI's protocol",
    withServer((server, setting) =>
      modelAgent({ ...setting, model: server.openai(), stream: true }),
    ),
  ),
  ...agentContract(
    "a model that speaks Anthropic's protocol",
    withServer((server, setting) =>
      modelAgent({ ...setting, maxOutputTokens: 1_000, model: server.anthropic() }),
    ),
    ["silence"],
  ),
  ...agentContract(
    "a model that streams by Anthropic's protocol",
    withServer((server, setting) =>
      modelAgent({ ...setting, maxOutputTokens: 1_000, model: server.anthropic(), stream: true }),
    ),
    ["silence"],
  ),
  ...agentContract(
    "a ToolLoopAgent",
    withServer((server, setting) =>
      fromAgent(new ToolLoopAgent({ model: server.openai() }), setting),
    ),
  ),
];

describe("the contract of agents", () => {
  for (const { name, run } of kinds) it(name, run);
});
