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

/** Reads a response to its end; calls `tell` with each event of a stream as it arrives. */
export async function answerOf(
  response: Response,
  tell: (event: unknown) => void,
): Promise<HttpAnswer> {
  const { status, headers } = response;
  const decoder = new TextDecoder();
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
  for await (const part of response.body ?? []) take(decoder.decode(part, { stream: true }));
  take(decoder.decode());
  for (const event of streamed?.rest() ?? []) {
    events.push(event);
    tell(event);
  }
  return Object.freeze({ status, headers, text: texts.join(""), events: Object.freeze(events) });
}
