import type { LanguageModelUsage } from "ai";
import type { Usage } from "../model/call.ts";

/** What one request used, as a report, without what the provider did not say. */
export function usageOf(
  { inputTokens, outputTokens, inputTokenDetails, outputTokenDetails }: Partial<LanguageModelUsage>,
  model: string | undefined,
): Usage {
  const { cacheReadTokens, cacheWriteTokens } = inputTokenDetails ?? {};
  const { reasoningTokens } = outputTokenDetails ?? {};
  return {
    ...(isCount(inputTokens) && { inputTokens }),
    ...(isCount(outputTokens) && { outputTokens }),
    ...(isCount(cacheReadTokens) && { cachedInputTokens: cacheReadTokens }),
    ...(isCount(cacheWriteTokens) && { cacheWriteTokens }),
    ...(isCount(reasoningTokens) && { reasoningTokens }),
    ...(model !== undefined && { model }),
  };
}

function isCount(tokens: unknown): tokens is number {
  return typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens >= 0;
}
