import type { LanguageModelUsage } from "ai";
import type { Usage } from "../model/call.ts";

/** What one request used, as a report; what the provider did not say is left out. */
export function usageOf(
  { inputTokens, outputTokens }: Partial<LanguageModelUsage>,
  model: string | undefined,
): Usage {
  return {
    ...(isCount(inputTokens) && { inputTokens }),
    ...(isCount(outputTokens) && { outputTokens }),
    ...(model !== undefined && { model }),
  };
}

function isCount(tokens: unknown): tokens is number {
  return typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens >= 0;
}
