import type { LanguageModel } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { namedModel } from "../named-model.ts";
import type { Models } from "./team.ts";

/** The scripted models' answers without an API key: to the first, second and third question. */
const SCRIPT = {
  optimist: ["keep the monolith", "Postgres", "rewrite in place"],
  skeptic: ["keep the monolith", "Postgres", "leave it alone"],
  engineer: ["keep the monolith", "a queue of our own", "one module at a time"],
} as const;

/** A scripted model: it gives these answers, one after another. */
function scripted(modelId: string, answers: readonly object[]): LanguageModel {
  let turn = 0;
  return new MockLanguageModelV4({
    modelId,
    doGenerate: async () => {
      const text = JSON.stringify(answers[turn++ % answers.length]);
      return {
        content: [{ type: "text", text }],
        finishReason: { unified: "stop", raw: "stop" },
        usage: {
          inputTokens: { total: 300, noCache: 300, cacheRead: 0, cacheWrite: 0 },
          outputTokens: { total: 60, text: 60, reasoning: 0 },
        },
        warnings: [],
      };
    },
  });
}

export function scriptedModels(): Models {
  const member = (name: keyof typeof SCRIPT): LanguageModel =>
    scripted(
      `scripted-${name}`,
      SCRIPT[name].map((recommendation) => ({
        recommendation,
        reasons: [`so says the ${name}`],
      })),
    );
  return {
    optimist: member("optimist"),
    skeptic: member("skeptic"),
    engineer: member("engineer"),
    // It always takes the first option, so its choice changes with the order: this judge cannot be relied on.
    judge: scripted("scripted-judge", [{ reasoning: "it is first", choice: "A" }]),
  };
}

/**
 * Models by their names: `anthropic:NAME`, `openai:NAME` or `google:NAME`, whose keys are in the environment (ANTHROPIC_API_KEY,
 * OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY). With fewer than four, some models get more than one role.
 */
export async function realModels(names: readonly string[]): Promise<Models> {
  const models: LanguageModel[] = [];
  for (const name of names) models.push(await namedModel(name));
  const at = (place: number): LanguageModel => {
    const model = models[place % models.length];
    if (model === undefined) throw new Error("Name a model: --model anthropic:NAME");
    return model;
  };
  return { optimist: at(0), skeptic: at(1), engineer: at(2), judge: at(3) };
}
