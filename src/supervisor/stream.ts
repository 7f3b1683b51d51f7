import { QuorateError } from "../errors.ts";
import type { LiveEvent, ProgressEvent, RunEvent } from "../events.ts";
import type { Outcome } from "../outcome.ts";
import type { Started } from "./start.ts";

/** A run that is watched. */
export interface RunStream<Results> extends AsyncIterable<LiveEvent, void, undefined> {
  readonly runId: string;
  /** As the promise of `run()`. */
  readonly outcome: Promise<Outcome<Results>>;
}

// A reader that lags behind loses the oldest progress, never an event of the log.
const MAX_UNREAD_PROGRESS = 1_000;

/**
 * Begins a run and shows its events. Every iterator reads from the first event on; one that is left before the end cancels
 * the run and waits until it has stopped. An iterator throws what rejects `outcome`.
 */
export function streamRun<Results>(
  begin: (watch: (event: LiveEvent) => void) => Started,
): RunStream<Results> {
  const feed = eventFeed();
  const started = begin(feed.push);
  const outcome = started.outcome as Promise<Outcome<Results>>;
  // Whoever only reads events hears of a failure by the iterator; the promise must not count as unhandled.
  outcome.then(feed.end, feed.fail);

  async function* iterate(): AsyncGenerator<LiveEvent, void, undefined> {
    let finished = false;
    try {
      yield* feed.read();
      finished = true;
    } finally {
      if (!finished && !feed.ended()) {
        const why = "the stream of the run was left before its end";
        started.cancellation.cancel(new QuorateError("CANCELLED", why));
        await outcome.catch(() => {});
      }
    }
  }
  return { runId: started.runId, outcome, [Symbol.asyncIterator]: iterate };
}

interface EventFeed {
  readonly push: (event: LiveEvent) => void;
  readonly end: () => void;
  readonly fail: (reason: unknown) => void;
  readonly ended: () => boolean;
  read(): AsyncGenerator<LiveEvent, void, undefined>;
}

/** Progress, and how many events of the log came before it. */
interface Placed {
  readonly after: number;
  readonly event: ProgressEvent;
}

/** Events kept for readers, each of which goes through them by a cursor of its own. */
function eventFeed(): EventFeed {
  const events: RunEvent[] = [];
  const readers = new Set<{ readonly progress: Placed[]; readonly wake: () => void }>();
  let over: { readonly failure?: { readonly reason: unknown } } | undefined;

  const finish = (how: NonNullable<typeof over>): void => {
    over ??= how;
    for (const { wake } of readers) wake();
  };

  return {
    push(event) {
      if (event.type !== "call.progress") events.push(event);
      for (const { progress, wake } of readers) {
        if (event.type === "call.progress") {
          progress.push({ after: events.length, event });
          if (progress.length > MAX_UNREAD_PROGRESS) progress.shift();
        }
        wake();
      }
    },
    end: () => finish({}),
    fail: (reason) => finish({ failure: { reason } }),
    ended: () => over !== undefined,
    async *read() {
      let cursor = 0;
      let wake = (): void => {};
      const reader = { progress: [] as Placed[], wake: () => wake() };
      readers.add(reader);
      try {
        for (;;) {
          const live = reader.progress[0];
          const next = events[cursor];
          if (live !== undefined && live.after <= cursor) {
            reader.progress.shift();
            yield live.event;
          } else if (next !== undefined) {
            cursor++;
            yield next;
          } else if (over === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          } else {
            break;
          }
        }
        if (over.failure !== undefined) throw over.failure.reason;
      } finally {
        readers.delete(reader);
      }
    },
  };
}
