import type { LanguageModel } from "ai";
import type { AgentContext } from "../describe/agent.ts";
import { fitting } from "../check/kinds.ts";
import type { Option } from "../check/options.ts";

/** The model to ask: the tier's, if there is one. Throws `BAD_OPTIONS` if the tier has no such model. */
export function modelFor<Model>(
  own: Model,
  { tier, model }: Pick<AgentContext, "tier" | "model">,
  kind: Option<Model>,
): Model {
  if (tier === undefined) return own;
  return kind.take(model, `the model of the tier "${tier}"`);
}

/** A language model of the AI SDK. */
export const LANGUAGE_MODEL: Option<LanguageModel> = fitting<LanguageModel>(
  isLanguageModel,
  'give a language model of the AI SDK, for instance anthropic("…")',
).needed();

export function isLanguageModel(given: unknown): given is LanguageModel {
  return (typeof given === "string" && given !== "") || hasMethod(given, "doGenerate");
}

/** The model's id, under which prices list it. */
export function modelIdOf(model: unknown): string | undefined {
  const id: unknown = typeof model === "string" ? model : Object(model).modelId;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Whether a value has this method; `false` if reading it throws. */
export function hasMethod(value: unknown, name: string): boolean {
  try {
    return typeof (Object(value) as Readonly<Record<string, unknown>>)[name] === "function";
  } catch {
    return false;
  }
}
