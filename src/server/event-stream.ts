import type { RunEvent } from "../model/events.ts";
import type { Store } from "../store/store.ts";

export interface EventStreamOptions {
  readonly store: Store;
  readonly runId: string;
  readonly afterSeq: number;
  /** Ends the stream when it is aborted: the server stops. Readers come again. */
  readonly signal: AbortSignal;
  readonly stalledMs: number;
  /** Called once, however it ends. */
  readonly onClose: () => void;
}

const HEARTBEAT_MS = 10_000;
/** What is written ahead of a reader: a reader who is slower reads from the store, at its own pace. */
const AHEAD_BYTES = 65_536;

/**
 * The events of a run as server-sent events: those that are there, then those that come. `id` is `seq`. When the log has ended, `event: end`
 * comes, and the stream is closed. Nothing is read from the store before the reader has taken what came before, but for a few; who takes
 * nothing for `stalledMs` is disconnected.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { store, runId, afterSeq, signal, stalledMs, onClose } = options;
  const encoder = new TextEncoder();
  const leaving = new AbortController();
  const events = store.follow(runId, afterSeq, leaving.signal);
  let fullSinceMs: number | undefined;
  let heart: NodeJS.Timeout | undefined;
  let isOver = false;

  const over = (): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(heart);
    signal.removeEventListener("abort", stop);
    leaving.abort();
    void events.return?.();
    onClose();
  };
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const stop = (): void => {
    if (isOver) return;
    over();
    controller.close();
  };

  function beat(): void {
    const room = controller.desiredSize ?? 0;
    if (room > 0) {
      fullSinceMs = undefined;
      controller.enqueue(encoder.encode(": here\n\n"));
      return;
    }
    fullSinceMs ??= performance.now();
    if (performance.now() - fullSinceMs < stalledMs) return;
    over();
    controller.error(new Error("its reader takes nothing"));
  }

  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        controller.enqueue(encoder.encode("retry: 1000\n\n"));
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
        heart = setInterval(beat, Math.min(HEARTBEAT_MS, stalledMs)).unref();
      },
      async pull() {
        try {
          const { done, value } = await events.next();
          if (isOver) return;
          fullSinceMs = undefined;
          if (done !== true) {
            controller.enqueue(encoder.encode(sseEvent(value)));
            return;
          }
          controller.enqueue(encoder.encode("event: end\ndata: {}\n\n"));
          over();
          controller.close();
        } catch (error) {
          if (isOver) return;
          over();
          // Where the run is gone or the store fails, the reader finds out when it comes again.
          controller.error(error);
        }
      },
      cancel: over,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_BYTES }),
  );
}

// JSON has no line breaks of its own, so that an event is one line, whatever is in it.
function sseEvent(event: RunEvent): string {
  return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}
