import type { LanguageModel } from "ai";
import type { AgentContext } from "../describe/agent.ts";
import { QuorateError } from "../model/errors.ts";
import { shown } from "../check/shown.ts";

/** The model to ask: that of the tier, where there is one. Throws `BAD_OPTIONS` for a tier that has no model of the AI SDK. */
export function modelFor(
  own: LanguageModel,
  { tier, model }: Pick<AgentContext, "tier" | "model">,
): LanguageModel {
  if (tier === undefined) return own;
  checkModel(model, `the tier "${tier}"`);
  return model;
}

/** Refuses with `BAD_OPTIONS` what is no language model of the AI SDK. */
export function checkModel(model: unknown, where: string): asserts model is LanguageModel {
  if (typeof model === "string" && model !== "") return;
  if (hasMethod(model, "doGenerate")) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: the model is ${shown(model)}; give a language model of the AI SDK, for instance anthropic("…")`,
  );
}

/** What a model is called where it was made, which is what prices are listed by. */
export function modelIdOf(model: unknown): string | undefined {
  const id: unknown = typeof model === "string" ? model : Object(model).modelId;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Whether something can do this; what throws when it is looked at cannot. */
export function hasMethod(value: unknown, name: string): boolean {
  try {
    return typeof (Object(value) as Readonly<Record<string, unknown>>)[name] === "function";
  } catch {
    return false;
  }
}
