import type { AgentContext } from "../describe/agent.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { defaultPrompt, taskInFence, withIssues } from "./default-prompt.ts";

/** What a prompt may be made of beside the task. */
export type PromptContext<Upstream = AgentContext["results"]> = Pick<
  AgentContext<Upstream>,
  "results" | "issues" | "attempt" | "tier" | "model" | "failed" | "others"
>;

/**
 * Makes what a program is asked. A text is sent as it is, and what was wrong with the answer before is added to its end; any
 * other value is sent as JSON, and nothing is added.
 */
export type Prompt<Task = unknown, Upstream = AgentContext["results"]> = (
  task: Task,
  context: PromptContext<Upstream>,
) => Json;

const INDENT = 2;
const MAX_PROMPT_BYTES = 2 ** 28;

/** What whoever makes a prompt sees of an attempt. */
export function seenBy<Upstream>(context: AgentContext<Upstream>): PromptContext<Upstream> {
  const { results, issues, attempt, tier, model, failed, others } = context;
  return { results, issues, attempt, tier, model, failed, others };
}

/** What a program is asked: what the user makes of the task, or else all of it, with what was wrong with the answer before. */
export function promptOf(prompt: Prompt | undefined, task: unknown, context: AgentContext): string {
  const { issues } = context;
  const seen = seenBy(context);
  const made: unknown =
    prompt === undefined ? defaultPrompt(asked(task), seen, INDENT) : prompt(task, seen);
  if (typeof made === "string") return withIssues(made, issues, INDENT);
  return jsonText(made, "a prompt");
}

/** A value that somebody made of a task, as JSON. Throws `INPUT_INVALID` where it cannot be that; `what` names it. */
export function jsonText(made: unknown, what: string): string {
  const { fault, value } = { value: undefined, ...takeJson(made, MAX_PROMPT_BYTES) };
  if (fault === undefined && value !== undefined) return JSON.stringify(value);
  const why = fault?.why ?? "is undefined";
  throw new QuorateError(
    "INPUT_INVALID",
    `${what} ${why}; answer with a text, or with a JSON value`,
  );
}

/** A task that is a text is the prompt itself. */
const asked = (task: unknown): string =>
  typeof task === "string" ? task : taskInFence(task, INDENT);
