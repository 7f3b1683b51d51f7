import { QuorateError } from "../model/errors.ts";
import { clipWords, plain } from "../model/text.ts";
import { jsonIn } from "../prompt/json-answer.ts";

/** What a tool answered. */
export interface ToolAnswer {
  /** Its texts, joined. */
  readonly text: string;
  /** Its answer as data, if there is one. */
  readonly structuredContent?: unknown;
  /** All content of the answer, in the protocol's form. */
  readonly content: readonly Readonly<Record<string, unknown>>[];
  /** The server's metadata of the answer. */
  readonly meta: Readonly<Record<string, unknown>>;
}

const MAX_SAID = 500;

/** Reads a result of the protocol. Throws `AGENT_FAILED` if it says that the tool has failed. */
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
    const said = clipWords(plain(text).replaceAll(/\s+/g, " ").trim(), MAX_SAID);
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

/** The default reading: the data, else the last JSON document of the text if JSON is expected, else the text. */
export function plainAnswerOf({ structuredContent, text }: ToolAnswer, isParsed: boolean): unknown {
  if (structuredContent !== undefined) return structuredContent;
  return isParsed ? jsonIn(text) : text;
}
