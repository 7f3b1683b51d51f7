import { eventOf, namesIn, pieces, type Protocol, type Said } from "./protocol.ts";

const ENDS = { length: "MAX_TOKENS", filter: "SAFETY", nothing: undefined } as const;

const endOf = ({ ended }: Said): string | undefined => (ended === undefined ? "STOP" : ENDS[ended]);

function usageIn({ usage }: Said): object {
  if (usage === undefined) return {};
  const { inputTokens, outputTokens, cachedInputTokens = 0, reasoningTokens = 0 } = usage;
  return {
    usageMetadata: {
      promptTokenCount: inputTokens,
      cachedContentTokenCount: cachedInputTokens,
      candidatesTokenCount: outputTokens - reasoningTokens,
      thoughtsTokenCount: reasoningTokens,
      totalTokenCount: inputTokens + outputTokens,
    },
  };
}

function responseOf(said: Said, parts: readonly object[], isLast: boolean): object {
  return {
    candidates: [
      {
        content: { role: "model", parts },
        index: 0,
        ...(isLast && endOf(said) !== undefined && { finishReason: endOf(said) }),
      },
    ],
    ...(isLast && usageIn(said)),
    modelVersion: said.model,
  };
}

function partsOf({ text, tool }: Said): readonly object[] {
  if (tool === undefined) return [{ text }];
  return [{ functionCall: { name: tool.name, args: tool.input } }];
}

/** `generateContent` and `streamGenerateContent` of Gemini. */
export const gemini: Protocol = {
  isAt: (path) => /:(?:streamG|g)enerateContent|:countTokens/.test(path),
  aside: (path) => (path.includes(":countTokens") ? { totalTokens: 10 } : undefined),
  isStream: (path) => path.includes(":streamGenerateContent"),
  modelIn: (path) => /models\/([^/:]+):/.exec(path)?.[1] ?? "",
  toolsIn: (body) => namesIn(body["tools"]),
  bodyOf: (said) => responseOf(said, partsOf(said), true),
  eventsOf(said) {
    const texts = said.tool === undefined ? pieces(said.text).map((text) => [{ text }]) : [];
    return [
      ...texts.map((parts) => eventOf(responseOf(said, parts, false), true)),
      eventOf(responseOf(said, said.tool === undefined ? [{ text: "" }] : partsOf(said), true)),
    ];
  },
};
