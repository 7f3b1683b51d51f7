import {
  eventOf,
  inputOf,
  namesIn,
  pieces,
  type Protocol,
  type Said,
  type WireEvent,
} from "./protocol.ts";

function usageIn({ usage }: Said): object {
  if (usage === undefined) return {};
  const { inputTokens, outputTokens, cachedInputTokens = 0, reasoningTokens = 0 } = usage;
  return {
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: cachedInputTokens },
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    },
  };
}

function callsIn({ tool }: Said): object {
  if (tool === undefined) return {};
  const call = { name: tool.name, arguments: inputOf(tool) };
  return { tool_calls: [{ index: 0, id: "call-1", type: "function", function: call }] };
}

const ENDS = { length: "length", filter: "content_filter", nothing: null } as const;

function endOf({ ended, tool }: Said): string | null {
  if (ended !== undefined) return ENDS[ended];
  return tool === undefined ? "stop" : "tool_calls";
}

/** The chat completions of OpenAI, which many others speak. */
export const chat: Protocol = {
  isAt: (path) => path.includes("/chat/completions"),
  isStream: (_, body) => body["stream"] === true,
  modelIn: (_, body) => String(body["model"]),
  toolsIn: (body) => namesIn(body["tools"]),
  bodyOf(said) {
    const { model, text } = said;
    const message = { role: "assistant", content: text, ...callsIn(said) };
    return {
      id: "1",
      object: "chat.completion",
      created: 1,
      model: `${model}-2026-11-01`,
      choices: [{ index: 0, message, finish_reason: endOf(said) }],
      ...usageIn(said),
    };
  },
  eventsOf(said) {
    const base = { id: "1", object: "chat.completion.chunk", created: 1, model: said.model };
    const delta = (one: object, isText = false): WireEvent =>
      eventOf({ ...base, choices: [{ index: 0, delta: one, finish_reason: null }] }, isText);
    const last = { index: 0, delta: {}, finish_reason: endOf(said) };
    return [
      delta({ role: "assistant", content: "" }),
      ...pieces(said.text).map((content) => delta({ content }, true)),
      ...(said.tool === undefined ? [] : [delta(callsIn(said))]),
      ...(said.ended === "nothing" ? [] : [eventOf({ ...base, choices: [last] })]),
      ...(said.usage === undefined ? [] : [eventOf({ ...base, choices: [], ...usageIn(said) })]),
      { text: "data: [DONE]\n\n", isText: false },
    ];
  },
};
