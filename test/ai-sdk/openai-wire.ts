// The chat completions of OpenAI, as far as these tests need them.

import type { Said } from "./model-server.ts";

/** A piece of a stream. */
export interface WireEvent {
  readonly text: string;
  /** A piece of the answer itself. */
  readonly isText: boolean;
}

/** How many characters of an answer are in one piece. */
export const PIECE_CHARS = 8;

export function pieces(text: string): readonly string[] {
  // A flood comes in larger ones.
  const size = Math.max(PIECE_CHARS, Math.ceil(text.length / 100));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

function usageIn({ usage }: Said): object {
  if (usage === undefined) return {};
  const { inputTokens, outputTokens } = usage;
  return {
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 3 },
    },
  };
}

function callsIn({ tool }: Said): object {
  if (tool === undefined) return {};
  const call = { name: tool.name, arguments: JSON.stringify(tool.input) };
  return { tool_calls: [{ index: 0, id: "call-1", type: "function", function: call }] };
}

const endOf = ({ ended, tool }: Said): string =>
  ended ?? (tool === undefined ? "stop" : "tool_calls");

export function openaiBody(said: Said): object {
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
}

export function openaiEvents(said: Said): readonly WireEvent[] {
  const base = { id: "1", object: "chat.completion.chunk", created: 1, model: said.model };
  const event = (body: object, isText = false): WireEvent => ({
    text: `data: ${JSON.stringify({ ...base, ...body })}\n\n`,
    isText,
  });
  const delta = (one: object, isText = false): WireEvent =>
    event({ choices: [{ index: 0, delta: one, finish_reason: null }] }, isText);
  return [
    delta({ role: "assistant", content: "" }),
    ...pieces(said.text).map((content) => delta({ content }, true)),
    ...(said.tool === undefined ? [] : [delta(callsIn(said))]),
    ...(said.ended === "nothing"
      ? []
      : [event({ choices: [{ index: 0, delta: {}, finish_reason: endOf(said) }] })]),
    ...(said.usage === undefined ? [] : [event({ choices: [], ...usageIn(said) })]),
    { text: "data: [DONE]\n\n", isText: false },
  ];
}
