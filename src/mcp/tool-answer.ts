import { QuorateError } from "../model/errors.ts";
import { clip, plain } from "../model/text.ts";
import { jsonIn } from "../prompt/json-answer.ts";

/** What a tool answered. */
export interface ToolAnswer {
  /** Its texts, one after the other. */
  readonly text: string;
  /** What it answered as data, where it did. */
  readonly structuredContent?: unknown;
  /** All that it answered with, as the protocol has it. */
  readonly content: readonly Readonly<Record<string, unknown>>[];
  /** What its server says beside the answer. */
  readonly meta: Readonly<Record<string, unknown>>;
}

const MAX_SAID = 500;

/** A result of the protocol, as it is read. Throws `AGENT_FAILED` for one that says that the tool has failed. */
export function toolAnswer(
  { structuredContent, content, isError, _meta }: Readonly<Record<string, unknown>>,
  { agent, tool }: { readonly agent: string; readonly tool: string },
): ToolAnswer {
  const blocks = (Array.isArray(content) ? content : []) as readonly Readonly<
    Record<string, unknown>
  >[];
  const text = blocks
    .flatMap((one) =>
      one["type"] === "text" && typeof one["text"] === "string" ? one["text"] : [],
    )
    .join("\n");
  if (isError === true) {
    const said = clip(plain(text).replaceAll(/\s+/g, " ").trim(), MAX_SAID);
    throw new QuorateError(
      "AGENT_FAILED",
      `${agent}: the tool ${JSON.stringify(tool)} failed; ${said === "" ? "it said nothing" : `it said: ${said}`}`,
    );
  }
  return Object.freeze({
    text,
    ...(structuredContent !== undefined && { structuredContent }),
    content: blocks,
    meta: Object(_meta ?? {}) as Readonly<Record<string, unknown>>,
  });
}

/** Where nobody says how: the data, else the last JSON document of the text where JSON is wanted, else the text. */
export function plainAnswerOf({ structuredContent, text }: ToolAnswer, isParsed: boolean): unknown {
  if (structuredContent !== undefined) return structuredContent;
  return isParsed ? jsonIn(text) : text;
}
