import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { modelAgent } from "../../../src/ai-sdk/index.ts";
import { supervisor } from "../../../src/index.ts";
import type { Store } from "../../../src/ports/index.ts";

/** A team of one, which is asked by batches of a provider. */
export function batchTeam(url: string, by: string, store: Store) {
  const at = { baseURL: `${url}/v1`, apiKey: "k" };
  const provider = by === "anthropic" ? createAnthropic(at) : createOpenAI(at);
  const reviewer = modelAgent({
    name: "reviewer",
    model: provider("claude-haiku-4-5"),
    providerBatch: { provider, waitMs: 1, pollMs: 2 },
  });
  return supervisor({ name: "far", agents: { reviewer }, retries: 0, backend: { store } });
}
