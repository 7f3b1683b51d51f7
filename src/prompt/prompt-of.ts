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

/** What a program is asked: what the user makes of the task, or else all of it, with what was wrong with the answer before. */
export function promptOf(prompt: Prompt | undefined, task: unknown, context: AgentContext): string {
  const { results, issues, attempt, tier, model, failed, others } = context;
  const seen: PromptContext = { results, issues, attempt, tier, model, failed, others };
  const made: unknown =
    prompt === undefined ? defaultPrompt(asked(task), seen, INDENT) : prompt(task, seen);
  if (typeof made === "string") return withIssues(made, issues, INDENT);
  const { fault, value } = { value: undefined, ...takeJson(made, MAX_PROMPT_BYTES) };
  if (fault === undefined && value !== undefined) return JSON.stringify(value);
  const why = fault?.why ?? "is undefined";
  const instead = "answer with a text, or with a JSON value";
  throw new QuorateError("INPUT_INVALID", `a prompt ${why}; ${instead}`);
}

/** A task that is a text is the prompt itself. */
const asked = (task: unknown): string =>
  typeof task === "string" ? task : taskInFence(task, INDENT);
