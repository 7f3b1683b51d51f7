import { QuorateError } from "../model/errors.ts";
import { jsonFence } from "./fence.ts";
import { lastDocument } from "./last-document.ts";

/** Text for a prompt, so that the answer is one JSON document, of this shape if it is known. */
export function instructionsFor(schema: object | undefined): string {
  const wanted = "Answer with one JSON document and nothing else.";
  if (schema === undefined) return wanted;
  return `${wanted} It has to keep to this JSON Schema:\n\n${jsonFence(schema, 2)}`;
}

/** The last JSON document in a text. Throws `OUTPUT_INVALID` if there is none. */
export function jsonIn(printed: string): unknown {
  const found = lastDocument(withoutMark(printed));
  if (found !== undefined) return found.value;
  throw unreadable("the answer has no complete JSON document; answer with JSON alone");
}

/** The error for an unreadable answer: the agent is asked again and told what was wrong. */
export function unreadable(message: string, cause?: unknown): QuorateError {
  return new QuorateError("OUTPUT_INVALID", message, {
    issues: [{ message }],
    ...(cause !== undefined && { cause }),
  });
}

/** A text without its byte order mark. */
export function withoutMark(printed: string): string {
  return printed.startsWith("\uFEFF") ? printed.slice(1) : printed;
}
