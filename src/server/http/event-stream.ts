import type { RunEvent } from "../../model/events.ts";
import type { Store } from "../../store/store.ts";
import { sseStream, type SseOptions } from "./sse-stream.ts";

export interface EventStreamOptions extends Pick<SseOptions, "signal" | "stalledMs" | "onClose"> {
  readonly store: Store;
  readonly runId: string;
  readonly afterSeq: number;
}

/**
 * The events of a run as server-sent events: the stored ones, then the new ones. `id` is `seq`. When the log has ended, `event: end` follows, and
 * the stream is closed. A slow reader is served from the store, at its own pace.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { store, runId, afterSeq, ...how } = options;
  const leaving = new AbortController();
  async function* events(): AsyncGenerator<string, void, undefined> {
    for await (const event of store.follow(runId, afterSeq, leaving.signal)) yield sseEvent(event);
    yield "event: end\ndata: {}\n\n";
  }
  return sseStream({ events: events(), leave: () => leaving.abort(), ...how });
}

// JSON has no line breaks outside of escapes, so an event is always one line.
function sseEvent(event: RunEvent): string {
  return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}
