// The Messages of Anthropic, as far as these tests need them.

import type { Said } from "./model-server.ts";
import { pieces, type WireEvent } from "./openai-wire.ts";

const endOf = ({ ended, tool }: Said): string =>
  ended ?? (tool === undefined ? "end_turn" : "tool_use");

export function anthropicBody(said: Said): object {
  const { model, text, tool, usage } = said;
  const { inputTokens, outputTokens } = usage ?? { inputTokens: 0, outputTokens: 0 };
  return {
    id: "msg-1",
    type: "message",
    role: "assistant",
    model,
    content: [
      ...(text === "" ? [] : [{ type: "text", text }]),
      ...(tool === undefined ? [] : [{ type: "tool_use", id: "call-1", ...tool }]),
    ],
    stop_reason: endOf(said),
    stop_sequence: null,
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
  };
}

export function anthropicEvents(said: Said): readonly WireEvent[] {
  const { usage, tool } = said;
  const { inputTokens, outputTokens } = usage ?? { inputTokens: 0, outputTokens: 0 };
  const event = (body: { readonly type: string }, isText = false): WireEvent => ({
    text: `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`,
    isText,
  });
  const typed = (type: string, more: object = {}): { readonly type: string } => ({ type, ...more });
  const message = { ...anthropicBody({ ...said, text: "" }), content: [], stop_reason: null };
  const block = (
    content: object,
    deltas: readonly object[],
    isText: boolean,
  ): readonly WireEvent[] => [
    event(typed("content_block_start", { index: 0, content_block: content })),
    ...deltas.map((delta) => event(typed("content_block_delta", { index: 0, delta }), isText)),
    event(typed("content_block_stop", { index: 0 })),
  ];
  const texts = pieces(said.text).map((text) => ({ type: "text_delta", text }));
  return [
    event(
      typed("message_start", {
        message: { ...message, usage: { input_tokens: inputTokens, output_tokens: 0 } },
      }),
    ),
    ...(tool === undefined
      ? block({ type: "text", text: "" }, texts, true)
      : block(
          { type: "tool_use", id: "call-1", name: tool.name, input: {} },
          [{ type: "input_json_delta", partial_json: JSON.stringify(tool.input) }],
          false,
        )),
    event(
      typed("message_delta", {
        delta: { stop_reason: endOf(said), stop_sequence: null },
        usage: { output_tokens: outputTokens },
      }),
    ),
    event(typed("message_stop")),
  ];
}
