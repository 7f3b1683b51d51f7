import { ToolLoopAgent } from "ai";
import { describe, it } from "vitest";
import { fromAgent, modelAgent } from "../../src/ai-sdk/index.ts";
import { agentContract, type MakeAgent } from "../../src/testing/index.ts";
import { modelServer, type ModelServer } from "./model-server.ts";

const MODEL = "model-x";

/** An agent with a server of its own. */
function withServer(
  make: (server: ModelServer, ...given: Parameters<MakeAgent>) => object,
): MakeAgent {
  return async (setting) => {
    const server = await modelServer();
    return {
      agent: make(server, setting) as never,
      peer: server,
      model: MODEL,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  };
}

/** Protocols, and what a peer of each cannot do. */
const PROTOCOLS = [
  { name: "openai", called: "OpenAI's chat completions", lacks: [] },
  { name: "responses", called: "OpenAI's Responses", lacks: [] },
  // They always say what was used, and not what of it was reasoning.
  { name: "anthropic", called: "Anthropic's Messages", lacks: ["silence", "reasoning"] },
  { name: "gemini", called: "Gemini", lacks: [] },
] as const;

const kinds = [
  ...PROTOCOLS.flatMap(({ name, called, lacks }) =>
    [false, true].flatMap((stream) =>
      agentContract(
        `a model that ${stream ? "streams" : "speaks"} by ${called}`,
        withServer((server, setting) =>
          modelAgent({ ...setting, maxOutputTokens: 1_000, model: server[name](MODEL), stream }),
        ),
        lacks,
      ),
    ),
  ),
  ...agentContract(
    "a ToolLoopAgent",
    withServer((server, setting) =>
      fromAgent(new ToolLoopAgent({ model: server.openai(MODEL) }), { ...setting, model: MODEL }),
    ),
  ),
];

describe("the contract of agents", () => {
  for (const { name, run } of kinds) it(name, run);
});
