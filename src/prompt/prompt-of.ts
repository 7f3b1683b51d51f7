import type { AgentContext } from "../describe/agent.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { defaultPrompt, taskInFence, withIssues } from "./default-prompt.ts";

/** What a prompt may use besides the task. */
export type PromptContext<Upstream = AgentContext["results"]> = Pick<
  AgentContext<Upstream>,
  "results" | "issues" | "attempt" | "tier" | "model" | "failed" | "others"
>;

/**
 * Makes the question for a program. A text is sent as it is, and what was wrong with the previous answer is added at its end; any
 * other value is sent as JSON, and nothing is added.
 */
export type Prompt<Task = unknown, Upstream = AgentContext["results"]> = (
  task: Task,
  context: PromptContext<Upstream>,
) => Json;

const INDENT = 2;
const MAX_PROMPT_BYTES = 2 ** 28;

/** What the maker of a prompt sees of an attempt. */
export function seenBy<Upstream>(context: AgentContext<Upstream>): PromptContext<Upstream> {
  const { results, issues, attempt, tier, model, failed, others } = context;
  return { results, issues, attempt, tier, model, failed, others };
}

/** The question for a program: the user's prompt, or the default, with what was wrong with the previous answer. */
export function promptOf(prompt: Prompt | undefined, task: unknown, context: AgentContext): string {
  const { issues } = context;
  const seen = seenBy(context);
  const made: unknown =
    prompt === undefined ? defaultPrompt(asked(task), seen, INDENT) : prompt(task, seen);
  if (typeof made === "string") return withIssues(made, issues, INDENT);
  return jsonText(made, "a prompt");
}

/** A value that a user's function made from a task, as JSON. Throws `INPUT_INVALID` if it has no JSON; `what` names it. */
export function jsonText(made: unknown, what: string): string {
  const { fault, value } = { value: undefined, ...takeJson(made, MAX_PROMPT_BYTES) };
  if (fault === undefined && value !== undefined) return JSON.stringify(value);
  const why = fault?.why ?? "is undefined";
  throw new QuorateError("INPUT_INVALID", `${what} ${why}; return a text or a JSON value`);
}

/** A task that is a text is the prompt itself. */
const asked = (task: unknown): string =>
  typeof task === "string" ? task : taskInFence(task, INDENT);
