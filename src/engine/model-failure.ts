import type { Usage } from "../call.ts";
import { describeThrown, QuorateError, type Issue } from "../errors.ts";
import { causes, field, isObject, type Fields } from "../policy/foreign-error.ts";
import { describeIssues, isIssue, issuesFrom } from "../schema.ts";

/** A model that answered, but not with what it was asked for, as its client throws it. */
export interface UnfitAnswer {
  readonly error: QuorateError;
  /** What the answer cost all the same, as far as the client says. */
  readonly usage: Usage | undefined;
}

/**
 * What an agent threw, where it says that a model's answer does not fit the agent's schema: the AI SDK's `NoObjectGeneratedError`.
 * It is `OUTPUT_INVALID` then, as if the agent had returned that answer.
 */
export function unfitAnswer(name: string, thrown: unknown): UnfitAnswer | undefined {
  try {
    const link = causes(thrown).find((one) => field(one, "name") === "AI_NoObjectGeneratedError");
    if (link === undefined) return undefined;
    const issues = issuesIn(link);
    const error = new QuorateError(
      "OUTPUT_INVALID",
      `the answer of the model of ${name} fails its schema: ${describeIssues(issues)}`,
      { issues, cause: thrown },
    );
    return { error, usage: usageIn(link) };
  } catch {
    // It only looks like one.
    return undefined;
  }
}

/** What was wrong with the answer: what the schema said, or why it is no JSON. */
function issuesIn(error: Fields): readonly Issue[] {
  const [, ...below] = causes(error);
  for (const link of below) {
    const issues = field(link, "issues");
    if (Array.isArray(issues) && issues.length > 0) return issuesFrom(issues.filter(isIssue));
  }
  const reasons = [describeThrown(below.at(-1) ?? error)];
  if (field(error, "finishReason") === "length") reasons.push("it was cut off at its longest");
  return reasons.map((message) => ({ message }));
}

function usageIn(error: Fields): Usage | undefined {
  const usage = field(error, "usage");
  if (!isObject(usage)) return undefined;
  const response = field(error, "response");
  const model = isObject(response) ? field(response, "modelId") : undefined;
  return {
    ...countIn(usage, "inputTokens"),
    ...countIn(usage, "outputTokens"),
    ...(typeof model === "string" && { model }),
  };
}

function countIn<Name extends string>(
  usage: Fields,
  name: Name,
): { readonly [N in Name]?: number } {
  const count = field(usage, name);
  return typeof count === "number" ? ({ [name]: count } as { readonly [N in Name]: number }) : {};
}
