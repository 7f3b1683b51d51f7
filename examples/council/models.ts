import type { LanguageModel } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { namedModel } from "../named-model.ts";
import type { Models } from "./team.ts";

/** What the models of a council say when nobody has a key: to the first question, to the second, to the third. */
const SCRIPT = {
  optimist: ["keep the monolith", "Postgres", "rewrite in place"],
  skeptic: ["keep the monolith", "Postgres", "leave it alone"],
  engineer: ["keep the monolith", "a queue of our own", "one module at a time"],
} as const;

/** A model that is not there: it says what it was told to, one answer after the other. */
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
    // It always takes what stands first, so it says one thing in one order and another in the other: no judge to rely on.
    judge: scripted("scripted-judge", [{ reasoning: "it is first", choice: "A" }]),
  };
}

/**
 * Models by their names: `anthropic:NAME`, `openai:NAME` or `google:NAME`, whose keys are in the environment (ANTHROPIC_API_KEY,
 * OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY). Of fewer than four, some are asked in more than one place.
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
