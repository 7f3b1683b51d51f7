import type { AgentContext } from "../describe/agent.ts";
import { hear } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { defaultPrompt, taskInFence, withIssues } from "../prompt/default-prompt.ts";

/** What a prompt may be made of beside the task. */
export type PromptContext<Upstream = AgentContext["results"]> = Pick<
  AgentContext<Upstream>,
  "results" | "attempt" | "failed" | "others"
>;

/** What a model is asked: what the user makes of the task, or else all of it, with what was wrong with the answer before. */
export function promptOf<Task, Upstream>(
  name: string,
  prompt: ((task: Task, context: PromptContext<Upstream>) => string) | undefined,
  task: Task,
  context: AgentContext<Upstream>,
): string {
  const made: unknown =
    prompt === undefined
      ? defaultPrompt(taskInFence(task), context as unknown as AgentContext)
      : prompt(task, context);
  if (typeof made === "string") return withIssues(made, context.issues);
  hear(made);
  throw new QuorateError("INPUT_INVALID", `the prompt of ${name} is no text; answer with a text`);
}
