import type { Usage } from "../model/call.ts";
import { describeThrown, isSoundError, QuorateError, type Issue } from "../model/errors.ts";
import type { Tokens } from "../money/price.ts";
import { causes, field, isObject } from "../retry/foreign-error.ts";
import type { Fields } from "../model/record.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";
import { describeIssues, isIssue, issuesFrom } from "../check/schema.ts";

/** A model's answer of the wrong shape, as its client throws it. */
export interface UnfitAnswer {
  readonly error: QuorateError;
  /** What the answer cost all the same, as far as the client says; names its model if that has a price. */
  readonly usage: Usage;
  /** The answer, if it was JSON. */
  readonly answer: unknown;
}

/**
 * What an agent threw, if it says that a model's answer does not fit the agent's schema: the AI SDK's `NoObjectGeneratedError`.
 * It then becomes `OUTPUT_INVALID`, as if the agent had returned that answer.
 */
export function unfitAnswer(configured: ConfiguredAgent, thrown: unknown): UnfitAnswer | undefined {
  const { name } = configured.agent;
  if (isSoundError(thrown)) return undefined;
  try {
    const cause = causes(thrown).find((one) => field(one, "name") === "AI_NoObjectGeneratedError");
    if (cause === undefined) return undefined;
    const issues = issuesIn(cause);
    const error = new QuorateError(
      "OUTPUT_INVALID",
      `the answer of the model of ${name} fails its schema: ${describeIssues(issues)}`,
      { issues, cause: thrown },
    );
    const answer = causes(cause)
      .map((one) => field(one, "value"))
      .find((value) => value !== undefined);
    return { error, usage: usageIn(cause, configured), answer };
  } catch {
    // It only looks like one.
    return undefined;
  }
}

/** What was wrong with the answer: what the schema said, or why it is not JSON. */
function issuesIn(error: Fields): readonly Issue[] {
  const [, ...below] = causes(error);
  for (const cause of below) {
    const issues = field(cause, "issues");
    if (Array.isArray(issues) && issues.length > 0) return issuesFrom(issues.filter(isIssue));
  }
  const reasons = [describeThrown(below.at(-1) ?? error)];
  if (field(error, "finishReason") === "length") reasons.push("it was cut off at the token limit");
  return reasons.map((message) => ({ message }));
}

function usageIn(error: Fields, { prices }: ConfiguredAgent): Usage {
  const usage = field(error, "usage");
  if (!isObject(usage)) return {};
  const response = field(error, "response");
  const model = isObject(response) ? field(response, "modelId") : undefined;
  return {
    ...countIn(usage, "inputTokens", "inputTokens"),
    ...countIn(usage, "outputTokens", "outputTokens"),
    ...countIn(field(usage, "inputTokenDetails"), "cacheReadTokens", "cachedInputTokens"),
    ...countIn(field(usage, "inputTokenDetails"), "cacheWriteTokens", "cacheWriteTokens"),
    ...countIn(field(usage, "outputTokenDetails"), "reasoningTokens", "reasoningTokens"),
    // Providers name it more exactly than price lists do.
    ...(typeof model === "string" && prices.has(model) && { model }),
  };
}

/** A count of the AI SDK's, under our name for it. */
function countIn(usage: unknown, name: string, ours: keyof Tokens): Partial<Tokens> {
  const count = isObject(usage) ? field(usage, name) : undefined;
  return typeof count === "number" ? { [ours]: count } : {};
}

/** Whether the usage that a client reports for an answer is what the agent has reported last. */
export function isSameUsage(said: Usage, reported: Usage | undefined): boolean {
  return said.inputTokens === reported?.inputTokens && said.outputTokens === reported?.outputTokens;
}
