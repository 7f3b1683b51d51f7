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

/** Protocols, and what a peer of each cannot do. */
const PROTOCOLS = [
  { name: "openai", called: "OpenAI's chat completions", lacks: [] },
  { name: "responses", called: "OpenAI's Responses", lacks: [] },
  // They always say what was used.
  { name: "anthropic", called: "Anthropic's Messages", lacks: ["silence"] },
  { name: "gemini", called: "Gemini", lacks: [] },
] as const;

const kinds = [
  ...PROTOCOLS.flatMap(({ name, called, lacks }) =>
    [false, true].flatMap((stream) =>
      agentContract(
        `a model that ${stream ? "streams" : "speaks"} by ${called}`,
        withServer((server, setting) =>
          modelAgent({ ...setting, maxOutputTokens: 1_000, model: server[name](), stream }),
        ),
        lacks,
      ),
    ),
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
