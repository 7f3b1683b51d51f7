import { describeThrown, QuorateError } from "../model/errors.ts";
import { clipWords } from "../model/text.ts";
import type { Fields } from "../model/record.ts";

const MAX_CAUSES = 5;

/**
 * A failure of the AI SDK or of a provider, as one sentence that names the model. Has the status, the headers and the provider's own
 * message, so that it can be classified without the AI SDK; its `cause` is the original.
 */
export function modelFailure(thrown: unknown, who: string): Error {
  if (thrown instanceof QuorateError) return thrown;
  const call = responseIn(thrown);
  const status = call?.["statusCode"];
  const http = typeof status === "number" ? ` with HTTP ${status}` : "";
  const error = new Error(`${who} failed${http}: ${describeThrown(call ?? thrown)}`, {
    cause: thrown,
  });
  if (call === undefined) return error;
  const { responseHeaders, responseBody, isRetryable } = call;
  return Object.assign(error, {
    ...(typeof status === "number" && { status }),
    ...(responseHeaders !== undefined && { responseHeaders }),
    ...(responseBody !== undefined && { responseBody }),
    ...(isRetryable !== undefined && { isRetryable }),
  });
}

/** Why a request of a batch has no answer, as one sentence that names the model. */
export function itemFailure(item: UnansweredItem | undefined, who: string): Error {
  if (item === undefined)
    return new Error(`${who} failed: its batch has no answer to this request`);
  const { status, error } = item;
  const { statusCode } = error ?? {};
  const ends = { failed: "failed", cancelled: "was cancelled", expired: "expired" };
  const http = statusCode === undefined ? "" : ` with HTTP ${statusCode}`;
  const said = error === undefined ? "" : `: ${clipWords(error.message, MAX_SAID_CHARS)}`;
  return Object.assign(
    new Error(`${who} ${ends[status]} in its batch${http}${said}`),
    statusCode !== undefined && { status: statusCode },
  );
}

/** A batch's item for a request without an answer. */
interface UnansweredItem {
  readonly status: "failed" | "cancelled" | "expired";
  readonly error?: { readonly message: string; readonly statusCode?: number };
}

const MAX_SAID_CHARS = 1_000;

/** The failed request behind an error: the AI SDK wraps it in other errors. */
function responseIn(thrown: unknown): Fields | undefined {
  let next = thrown;
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    if (typeof next !== "object" || next === null) return undefined;
    const fields = next as Fields;
    if (fields["name"] === "AI_APICallError") return fields;
    next = fields["lastError"] ?? fields["cause"];
  }
  return undefined;
}
