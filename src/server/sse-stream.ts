export interface SseOptions {
  /** Each as it is sent: its lines, and an empty one. What comes is taken from it when its reader wants more. */
  readonly events: AsyncIterator<string, unknown, undefined>;
  /** Stops whoever makes the events; nothing is asked of them after that. */
  readonly leave: () => void;
  /** Ends the stream when it is aborted: the server stops. Readers come again. */
  readonly signal: AbortSignal;
  readonly stalledMs: number;
  /** Called once, however it ends. */
  readonly onClose: () => void;
}

const HEARTBEAT_MS = 10_000;
/** What is written ahead of a reader: a reader who is slower is waited for. */
const AHEAD_BYTES = 65_536;

/**
 * Server-sent events, as long as there are any and their reader takes them. No event is asked for before the reader has taken what came
 * before, but for a few; who takes nothing for `stalledMs` is disconnected.
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
            controller.enqueue(encoder.encode(value));
            return;
          }
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
