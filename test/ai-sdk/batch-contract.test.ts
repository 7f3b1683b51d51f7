import { describe, it } from "vitest";
import { modelAgent } from "../../src/ai-sdk/index.ts";
import { agentContract } from "../../src/testing/index.ts";
import { batchServer } from "../model-server/batch-server.ts";

/** Of another name Anthropic's provider would ask for a tool in place of a shape, which no batch takes. */
const MODEL = "claude-haiku-4-5";

const kinds = [
  // It always says what was used, and not what of it was reasoning.
  { by: "anthropic", lacks: ["silence", "reasoning"] },
  { by: "openai", lacks: [] },
] as const;

describe("the contract of agents", () => {
  for (const { by, lacks } of kinds) {
    const cases = agentContract(
      `a model that is asked by batches of ${by}`,
      async (setting) => {
        const server = await batchServer();
        const provider = server[by];
        return {
          agent: modelAgent({
            ...setting,
            maxOutputTokens: 1_000,
            model: provider(MODEL),
            providerBatch: { provider, waitMs: 0, pollMs: 1 },
          }) as never,
          peer: server,
          model: MODEL,
          [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
        };
      },
      lacks,
    );
    for (const { name, run } of cases) it(name, run);
  }
});
