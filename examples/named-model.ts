import type { LanguageModel } from "ai";

/** How a model is named, for messages. */
export const MODEL_NAMES = "anthropic:NAME, openai:NAME or google:NAME";

export function isModelName(name: string): boolean {
  return /^(?:anthropic|openai|google):./.test(name);
}

/**
 * A model by its name, whose key is in the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY). Throws where the
 * provider is another one.
 */
export async function namedModel(name: string): Promise<LanguageModel> {
  const [provider, ...id] = name.split(":");
  const model = id.join(":");
  switch (provider) {
    case "anthropic":
      return (await import("@ai-sdk/anthropic")).anthropic(model);
    case "openai":
      return (await import("@ai-sdk/openai")).openai(model);
    case "google":
      return (await import("@ai-sdk/google")).google(model);
    default:
      throw new Error(`${name} is no model; use ${MODEL_NAMES}.`);
  }
}
