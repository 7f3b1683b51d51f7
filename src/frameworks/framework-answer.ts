import { QuorateError } from "../model/errors.ts";
import type { Fields } from "../model/record.ts";

/**
 * The answer in a framework's result: its structured answer, or else its last text. A result of unknown structure is the answer itself. Throws
 * `AGENT_FAILED` if it waits for a person or was kept from answering.
 */
export function answerIn(result: unknown, name: string): unknown {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return result;
  const fields = result as Fields;
  if ("finalOutput" in fields && "newItems" in fields) {
    refuseWaiting(fields["interruptions"], name);
    return fields["finalOutput"];
  }
  // Checked before its messages, which are not those of LangChain.
  if ("finishReason" in fields && "text" in fields) return generated(fields, name);
  refuseWaiting(fields["__interrupt__"], name);
  if (fields["structuredResponse"] !== undefined) return fields["structuredResponse"];
  const { messages } = fields;
  if (Array.isArray(messages)) return textOf(messages.at(-1));
  if (typeof fields["getType"] === "function") return textOf(fields);
  return result;
}

function refuseWaiting(waiting: unknown, name: string): void {
  if (!Array.isArray(waiting) || waiting.length === 0) return;
  throw failed(`${name} waits for a person, and no person can be asked here`);
}

/** The answer in a result of Mastra. */
function generated(fields: Fields, name: string): unknown {
  const { object, text, error, tripwire, finishReason } = fields;
  if (error instanceof Error) throw error;
  if (tripwire !== undefined && tripwire !== null) {
    throw failed(`${name} was stopped by one of its own processors`);
  }
  if (finishReason === "suspended") refuseWaiting([finishReason], name);
  return object ?? text;
}

/** A failure that the next attempt would repeat. */
function failed(message: string): QuorateError {
  const cause = Object.assign(new Error(message), { retryable: false });
  return new QuorateError("AGENT_FAILED", message, { cause });
}

/** The text of a message of LangChain: its content is a text, or parts of which some are texts. */
function textOf(message: unknown): string {
  const { content } = Object(message) as Fields;
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content
    .map((part: unknown) => {
      const { type, text } = Object(part) as Fields;
      return type === "text" && typeof text === "string" ? text : "";
    })
    .join("");
}
