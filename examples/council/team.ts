import type { LanguageModel } from "ai";
import { human, memory, supervisor, unanimous, vote } from "quorate";
import { modelAgent, modelJudge } from "quorate/ai-sdk";
import { z } from "zod";

/** The council's task: a question, and its possible answers. */
export const Question = z.object({
  question: z.string().min(1).max(4_000),
  options: z.array(z.string().min(1).max(100)).min(2).max(8),
});
export type Question = z.infer<typeof Question>;

const Opinion = z.object({
  recommendation: z.string().describe("one of the options, word for word"),
  reasons: z.array(z.string()).describe("why, in a sentence each"),
});

/** The models by their roles. */
export interface Models {
  readonly optimist: LanguageModel;
  readonly skeptic: LanguageModel;
  readonly engineer: LanguageModel;
  readonly judge: LanguageModel;
}

const ROLES = {
  optimist: "You look for what a choice makes possible.",
  skeptic: "You look for what goes wrong, and what that costs.",
  engineer: "You look at what has to be built, and who keeps it running.",
} as const;

/** Three models that answer independently; then a vote, then a judge that is none of them, then a person. */
export function council({ judge, ...models }: Models) {
  const seat = <const Name extends keyof typeof ROLES>(name: Name) =>
    modelAgent({
      name,
      input: Question,
      output: Opinion,
      model: models[name],
      instructions: `${ROLES[name]} Choose exactly one of the options, and say why.`,
      maxOutputTokens: 500,
      timeoutMs: 120_000,
    });
  return supervisor({
    name: "council",
    agents: { optimist: seat("optimist"), skeptic: seat("skeptic"), engineer: seat("engineer") },
    // The vote decides two against one, but not three different answers.
    resolve: [unanimous(), vote({ margin: 0.3 }), modelJudge({ model: judge }), human()],
    backend: memory({ resumable: true }),
  });
}
