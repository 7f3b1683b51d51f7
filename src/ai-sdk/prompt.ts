import type { AgentContext } from "../describe/agent.ts";
import { hear } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import { defaultPrompt, taskInFence, withIssues } from "../prompt/default-prompt.ts";

/** What a prompt may use in addition to the task. */
export type PromptContext<Upstream = AgentContext["results"]> = Pick<
  AgentContext<Upstream>,
  "results" | "attempt" | "failed" | "others"
>;

/** The prompt: the user's own, or else the task with all results; with the issues of the previous answer. */
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
  throw new QuorateError("INPUT_INVALID", `the prompt of ${name} is not a text; return a text`);
}
