import {
  eventOf,
  inputOf,
  namesIn,
  pieces,
  type Protocol,
  type Said,
  type WireEvent,
} from "./protocol.ts";

function itemOf({ text, tool }: Said): { readonly id: string; readonly [part: string]: unknown } {
  if (tool !== undefined) {
    const call = { name: tool.name, arguments: inputOf(tool), status: "completed" };
    return { id: "item-1", type: "function_call", call_id: "call-1", ...call };
  }
  const content = [{ type: "output_text", text, annotations: [] }];
  return { id: "item-1", type: "message", status: "completed", role: "assistant", content };
}

function usageIn({ usage }: Said): object {
  if (usage === undefined) return {};
  const { inputTokens, outputTokens, cachedInputTokens = 0, reasoningTokens = 0 } = usage;
  return {
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cachedInputTokens },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: reasoningTokens },
      total_tokens: inputTokens + outputTokens,
    },
  };
}

const WHY = { length: "max_output_tokens", filter: "content_filter" } as const;

/** The Responses of OpenAI. */
export const responses: Protocol = {
  isAt: (path) => path.includes("/responses"),
  isStream: (_, body) => body["stream"] === true,
  modelIn: (_, body) => String(body["model"]),
  toolsIn: (body) => namesIn(body["tools"]),
  bodyOf(said) {
    const { model, ended } = said;
    const isCut = ended === "length" || ended === "filter";
    return {
      id: "resp-1",
      object: "response",
      created_at: 1,
      status: isCut ? "incomplete" : "completed",
      incomplete_details: isCut ? { reason: WHY[ended] } : null,
      model,
      output: [itemOf(said)],
      ...usageIn(said),
    };
  },
  eventsOf(said) {
    const { text, tool, ended } = said;
    const item = itemOf(said);
    const event = (type: string, more: object, isText = false): WireEvent =>
      eventOf({ type, ...more }, isText, true);
    const at = { item_id: item.id, output_index: 0, content_index: 0 };
    const begun = { ...responses.bodyOf(said), status: "in_progress", output: [], usage: null };
    const whole = responses.bodyOf(said);
    const isCut = ended === "length" || ended === "filter";
    const parts =
      tool === undefined
        ? [
            event("response.output_item.added", {
              output_index: 0,
              item: { ...item, status: "in_progress", content: [] },
            }),
            event("response.content_part.added", {
              ...at,
              part: { type: "output_text", text: "", annotations: [] },
            }),
            ...pieces(text).map((delta) =>
              event("response.output_text.delta", { ...at, delta, logprobs: [] }, true),
            ),
            event("response.output_text.done", { ...at, text, logprobs: [] }),
          ]
        : [
            event("response.output_item.added", {
              output_index: 0,
              item: { ...item, status: "in_progress", arguments: "" },
            }),
            event("response.function_call_arguments.delta", {
              ...at,
              delta: inputOf(tool),
            }),
          ];
    return [
      event("response.created", { response: begun }),
      ...parts,
      ...(ended === "nothing"
        ? []
        : [
            event("response.output_item.done", { output_index: 0, item }),
            event(isCut ? "response.incomplete" : "response.completed", { response: whole }),
          ]),
    ];
  },
};
