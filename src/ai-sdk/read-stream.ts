import type { TextStreamPart, ToolSet } from "ai";
import { QuorateError } from "../model/errors.ts";
import type { ModelText } from "./answer.ts";
import type { AiSdk } from "./load.ts";

/** Watches an answer while it is written. */
export interface Watcher {
  readonly show: (partial: unknown) => void;
  /** Whether a partial answer is shown as parsed JSON. */
  readonly asJson: boolean;
  /** The most bytes that are read. */
  readonly maxBytes: number;
}

interface Streamed {
  readonly stream: AsyncIterable<TextStreamPart<ToolSet>>;
}

/** The answer is shown again when it has grown by this many characters, and by a sixteenth. */
const GROWTH_CHARS = 16;

/** Reads an answer to its end and shows it on the way. Throws the error that ended it. */
export async function readStream(
  sdk: AiSdk,
  { stream }: Streamed,
  { show, asJson, maxBytes }: Watcher,
): Promise<ModelText> {
  let text = "";
  let toolNames: string[] = [];
  let nextShown = GROWTH_CHARS;
  let ended: Pick<ModelText, "finishReason" | "rawFinishReason"> | undefined;

  async function grow(piece: string): Promise<void> {
    text += piece;
    if (text.length > maxBytes) {
      const why = `the answer is larger than ${maxBytes} bytes, and the rest was not read`;
      throw new QuorateError("OUTPUT_TOO_LARGE", why);
    }
    if (text.length < nextShown) return;
    nextShown = text.length + Math.max(GROWTH_CHARS, Math.floor(text.length / 16));
    if (!asJson) return show(text);
    const { value } = await sdk.parsePartialJson(text);
    if (value !== undefined) show(value);
  }

  for await (const part of stream) {
    switch (part.type) {
      case "start-step":
        // Text before a tool call is not the answer.
        [text, toolNames, nextShown] = ["", [], GROWTH_CHARS];
        break;
      case "text-delta":
        await grow(part.text);
        break;
      case "tool-call":
        toolNames.push(part.toolName);
        break;
      case "error":
        throw part.error;
      case "finish":
        ended = part;
        break;
      default:
    }
  }
  const { finishReason = "other", rawFinishReason } = ended ?? {};
  return { text, finishReason, rawFinishReason, toolNames };
}
