import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { EmbeddingModel, LanguageModel } from "ai";
import { scriptedModel, type ScriptedModel } from "../model-server/scripted-model.ts";

export interface ModelServer extends ScriptedModel {
  openai(id?: string): LanguageModel;
  responses(id?: string): LanguageModel;
  anthropic(id?: string): LanguageModel;
  gemini(id?: string): LanguageModel;
  embedding(id?: string): EmbeddingModel;
}

/** A scripted model, and the providers of the AI SDK that ask it, each by its own protocol. */
export async function modelServer(): Promise<ModelServer> {
  const server = await scriptedModel();
  const baseURL = `${server.url}/v1`;
  const compatible = createOpenAICompatible({
    name: "local",
    baseURL,
    apiKey: "k",
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const responses = createOpenAI({ baseURL, apiKey: "k" });
  const anthropic = createAnthropic({ baseURL, apiKey: "k" });
  const google = createGoogleGenerativeAI({ baseURL: `${server.url}/v1beta`, apiKey: "k" });
  return Object.assign(server, {
    openai: (id = "mini") => compatible(id),
    responses: (id = "mini") => responses.responses(id),
    anthropic: (id = "claude-x") => anthropic(id),
    gemini: (id = "gemini-x") => google(id),
    embedding: (id = "embed") => compatible.embeddingModel(id),
  });
}
