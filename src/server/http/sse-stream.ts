export interface SseOptions {
  /** The events in their sent form: lines, and an empty one. The next is taken when the reader wants more. */
  readonly events: AsyncIterator<string, unknown, undefined>;
  /** Stops the source of the events, which is not asked for more afterwards. */
  readonly leave: () => void;
  /** Ends the stream when it aborts, because the server stops. Readers reconnect. */
  readonly signal: AbortSignal;
  readonly stalledMs: number;
  /** Called once, however the stream ends. */
  readonly onClose: () => void;
}

const HEARTBEAT_MS = 10_000;
/** How much is written ahead of a reader before the stream waits for it. */
const AHEAD_BYTES = 65_536;

/**
 * Server-sent events, as long as there are any and the reader takes them. Except for a few, no event is asked for before the reader has taken
 * the previous ones. A reader that takes nothing for `stalledMs` is disconnected.
 */
export function sseStream(options: SseOptions): ReadableStream<Uint8Array> {
  const { events, leave, signal, stalledMs, onClose } = options;
  const encoder = new TextEncoder();
  let fullSinceMs: number | undefined;
  let heart: NodeJS.Timeout | undefined;
  let isOver = false;

  const over = (): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(heart);
    signal.removeEventListener("abort", stop);
    leave();
    events.return?.()?.catch(() => {});
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
    controller.error(new Error("its reader does not read"));
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
            controller.enqueue(encoder.encode(value));
            return;
          }
          over();
          controller.close();
        } catch (error) {
          if (isOver) return;
          over();
          // If the run is gone or the store fails, the reader sees that when it reconnects.
          controller.error(error);
        }
      },
      cancel: over,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_BYTES }),
  );
}
