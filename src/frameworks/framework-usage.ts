import type { Usage } from "../model/call.ts";
import type { Fields } from "../model/record.ts";

const fieldsOf = (value: unknown): Fields => Object(value) as Fields;

/** A count of tokens. A request always uses some, so a framework that reports 0 did not know the number. */
function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

interface TokenCounts {
  readonly input: unknown;
  readonly output: unknown;
  readonly cached: unknown;
  readonly written?: unknown;
  readonly reasoning: unknown;
  readonly model?: unknown;
}

function usage({ input, output, cached, written, reasoning, model }: TokenCounts): Usage {
  const [inputTokens, outputTokens] = [count(input), count(output)];
  const [cachedInputTokens, reasoningTokens] = [count(cached), count(reasoning)];
  const cacheWriteTokens = count(written);
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(typeof model === "string" && model !== "" && { model }),
  };
}

/** The usage in LangChain's event at the end of a request: the message's `usage_metadata`. */
export function usageOfGeneration(output: unknown): Usage {
  const generations = fieldsOf(output)["generations"];
  const first: unknown = Array.isArray(generations)
    ? (generations as unknown[]).flat()[0]
    : undefined;
  const message = fieldsOf(fieldsOf(first)["message"]);
  const said = fieldsOf(message["usage_metadata"]);
  return usage({
    input: said["input_tokens"],
    output: said["output_tokens"],
    cached: fieldsOf(said["input_token_details"])["cache_read"],
    written: fieldsOf(said["input_token_details"])["cache_creation"],
    reasoning: fieldsOf(said["output_token_details"])["reasoning"],
    model: fieldsOf(message["response_metadata"])["model_name"],
  });
}

/** The usage of a step of Mastra. */
export function usageOfStep(step: unknown): Usage {
  const { usage: said, response } = fieldsOf(step);
  return usageOfTotal(said, fieldsOf(response)["modelId"]);
}

function usageOfTotal(said: unknown, model?: unknown): Usage {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = fieldsOf(said);
  const written = fieldsOf(said)["cacheCreationInputTokens"];
  return usage({
    input: inputTokens,
    output: outputTokens,
    cached: cachedInputTokens,
    written,
    reasoning: reasoningTokens,
    model,
  });
}

/**
 * The total usage in a result, or an error, of OpenAI's Agents SDK or of Mastra; empty for anything else: the messages of a graph may belong to
 * other runs, too.
 */
export function usageIn(result: unknown): readonly Usage[] {
  try {
    const { state, totalUsage } = fieldsOf(result);
    if (totalUsage !== undefined) return [usageOfTotal(totalUsage)];
    const said = fieldsOf(fieldsOf(state)["usage"]);
    if (typeof said["requests"] !== "number") return [];
    return [
      usage({
        input: said["inputTokens"],
        output: said["outputTokens"],
        cached: sumOf(said["inputTokensDetails"], "cached_tokens"),
        reasoning: sumOf(said["outputTokensDetails"], "reasoning_tokens"),
      }),
    ];
  } catch {
    // A property that cannot be read says nothing.
    return [];
  }
}

function sumOf(details: unknown, part: string): number {
  const list: readonly unknown[] = Array.isArray(details) ? details : [details];
  return list.reduce<number>((sum, one) => sum + (count(fieldsOf(one)[part]) ?? 0), 0);
}
