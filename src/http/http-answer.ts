import type { QuorateError } from "../model/errors.ts";
import { clip } from "../model/text.ts";
import { refusal } from "./refusal.ts";
import { eventsIn, isStream } from "./stream-events.ts";

/** A response with a status from 200 to 299. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, as UTF-8. */
  readonly text: string;
  /** The events of a stream (`text/event-stream`, `application/x-ndjson`), parsed if they are JSON; empty if it is not a stream. */
  readonly events: readonly unknown[];
}

const MEDIA = /^\s*(?:image|audio|video|font)\//i;

function noText(agent: string, type: string): QuorateError {
  const named = type === "" ? "" : ` (${clip(type, 100)})`;
  return refusal(
    `the answer to ${agent} is not a text in UTF-8${named}; have the endpoint answer with text or JSON`,
  );
}

/** Reads a response to its end; calls `tell` with each event of a stream as it arrives. Rejects for media, and for what is not UTF-8. */
export async function answerOf(
  response: Response,
  tell: (event: unknown) => void,
  agent: string,
): Promise<HttpAnswer> {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  if (MEDIA.test(type)) {
    await response.body?.cancel();
    throw noText(agent, type);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decoded = (part?: Uint8Array): string => {
    try {
      return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true });
    } catch {
      throw noText(agent, type);
    }
  };
  const streamed = isStream(headers) ? eventsIn(headers) : undefined;
  const texts: string[] = [];
  const events: unknown[] = [];
  const take = (text: string): void => {
    texts.push(text);
    for (const event of streamed?.take(text) ?? []) {
      events.push(event);
      tell(event);
    }
  };
  for await (const part of response.body ?? []) take(decoded(part));
  take(decoded());
  for (const event of streamed?.rest() ?? []) {
    events.push(event);
    tell(event);
  }
  return Object.freeze({ status, headers, text: texts.join(""), events: Object.freeze(events) });
}
