import {
  eventOf,
  inputOf,
  namesIn,
  pieces,
  type Protocol,
  type Said,
  type WireEvent,
} from "./protocol.ts";

const ENDS = { length: "max_tokens", filter: "refusal", nothing: null } as const;

function endOf({ ended, tool }: Said): string | null {
  if (ended !== undefined) return ENDS[ended];
  return tool === undefined ? "end_turn" : "tool_use";
}

const NOTHING = { inputTokens: 0, outputTokens: 0 };

/** What is cached is told beside the rest of the input. */
function inputIn({ usage = NOTHING }: Said): object {
  const { inputTokens, cachedInputTokens = 0 } = usage;
  return {
    input_tokens: inputTokens - cachedInputTokens,
    cache_read_input_tokens: cachedInputTokens,
    cache_creation_input_tokens: 0,
  };
}

/** The Messages of Anthropic. They always say what was used. */
export const anthropic: Protocol = {
  isAt: (path) => path.includes("/messages"),
  aside: (path) => (path.includes("/count_tokens") ? { input_tokens: 10 } : undefined),
  isStream: (_, body) => body["stream"] === true,
  modelIn: (_, body) => String(body["model"]),
  toolsIn: (body) => namesIn(body["tools"]),
  bodyOf(said) {
    const { model, text, tool, usage } = said;
    const { outputTokens } = usage ?? NOTHING;
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
      usage: { ...inputIn(said), output_tokens: outputTokens },
    };
  },
  eventsOf(said) {
    const { usage, tool } = said;
    const { outputTokens } = usage ?? NOTHING;
    const event = (type: string, more: object = {}, isText = false): WireEvent =>
      eventOf({ type, ...more }, isText, true);
    const block = (content: object, deltas: readonly object[], isText: boolean) => [
      event("content_block_start", { index: 0, content_block: content }),
      ...deltas.map((delta) => event("content_block_delta", { index: 0, delta }, isText)),
      event("content_block_stop", { index: 0 }),
    ];
    const message = {
      ...anthropic.bodyOf({ ...said, text: "" }),
      content: [],
      stop_reason: null,
      usage: { ...inputIn(said), output_tokens: 0 },
    };
    const texts = pieces(said.text).map((text) => ({ type: "text_delta", text }));
    return [
      event("message_start", { message }),
      ...(tool === undefined
        ? block({ type: "text", text: "" }, texts, true)
        : block(
            { type: "tool_use", id: "call-1", name: tool.name, input: {} },
            [{ type: "input_json_delta", partial_json: inputOf(tool) }],
            false,
          )),
      ...(said.ended === "nothing"
        ? []
        : [
            event("message_delta", {
              delta: { stop_reason: endOf(said), stop_sequence: null },
              usage: { output_tokens: outputTokens },
            }),
            event("message_stop"),
          ]),
    ];
  },
};
