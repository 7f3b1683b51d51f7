import type { LanguageModel } from "ai";

/** The form of a model's name, for messages. */
export const MODEL_NAMES = "anthropic:NAME, openai:NAME or google:NAME";

export function isModelName(name: string): boolean {
  return /^(?:anthropic|openai|google):./.test(name);
}

/**
 * A model by its name. Its key is in the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY). Throws for any other
 * provider.
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
