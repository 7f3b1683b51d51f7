import { QuorateError } from "../model/errors.ts";
import type { LiveEvent, ProgressEvent, RunEvent } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Started } from "./session.ts";

/** A run that is watched. */
export interface RunStream<Results, Winner extends Json = Json> extends AsyncIterable<
  LiveEvent,
  void,
  undefined
> {
  readonly runId: string;
  /** The same as the promise of `run()`. */
  readonly outcome: Promise<Outcome<Results, Winner>>;
}

// A reader that lags behind loses the oldest progress, never an event of the log.
const MAX_UNREAD_PROGRESS = 1_000;

/**
 * Begins a run and shows its events. Every iterator reads from the first event on; leaving one before the end cancels
 * the run and waits until it has stopped. An iterator throws what rejects `outcome`.
 */
export function streamRun<Results, Winner extends Json>(
  begin: (watch: (event: LiveEvent) => void) => Started,
): RunStream<Results, Winner> {
  const feed = eventFeed();
  const started = begin(feed.push);
  const outcome = started.outcome as Promise<Outcome<Results, Winner>>;
  // A reader of events learns of a failure through the iterator; the promise must not count as unhandled.
  outcome.then(feed.end, feed.fail);

  const leave = async (): Promise<void> => {
    if (feed.over() !== undefined) return;
    const why = "the stream of the run was left before its end";
    started.cancellation.cancel(new QuorateError("CANCELLED", why));
    await outcome.catch(() => {});
  };
  return { runId: started.runId, outcome, [Symbol.asyncIterator]: () => iterate(feed, leave) };
}

/** Written by hand: a generator would wait for the next event before it notices that it is left. */
function iterate(
  feed: EventFeed,
  leave: () => Promise<void>,
): AsyncIterableIterator<LiveEvent, void, undefined> {
  const cursor = feed.open();
  let left = false;
  const end = { done: true, value: undefined } as const;
  return {
    async next() {
      while (!left) {
        const value = cursor.take();
        if (value !== undefined) return { done: false, value };
        const over = feed.over();
        if (over === undefined) {
          await cursor.more();
          continue;
        }
        left = true;
        cursor.close();
        if (over.failure !== undefined) throw over.failure.reason;
      }
      return end;
    },
    async return() {
      left = true;
      cursor.close();
      await leave();
      return end;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The end of a run, for its watchers. */
interface Over {
  readonly failure?: { readonly reason: unknown };
}

interface EventFeed {
  readonly push: (event: LiveEvent) => void;
  readonly end: () => void;
  readonly fail: (reason: unknown) => void;
  readonly over: () => Over | undefined;
  readonly open: () => Cursor;
}

/** One reader's position. */
interface Cursor {
  /** The next event, if there is one. */
  take(): LiveEvent | undefined;
  /** Resolves when there may be another event, the run is over, or the cursor is closed. */
  more(): Promise<void>;
  close(): void;
}

/** Progress, and how many events of the log came before it. */
interface PlacedProgress {
  readonly after: number;
  readonly event: ProgressEvent;
}

/** Events kept for readers, each with its own cursor. */
function eventFeed(): EventFeed {
  const events: RunEvent[] = [];
  const readers = new Set<{ readonly progress: PlacedProgress[]; readonly wake: () => void }>();
  let over: Over | undefined;

  const finish = (how: Over): void => {
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
    over: () => over,
    open() {
      let place = 0;
      let waiting: (() => void)[] = [];
      const wake = (): void => {
        const woken = waiting;
        waiting = [];
        for (const resolve of woken) resolve();
      };
      const reader = { progress: [] as PlacedProgress[], wake };
      readers.add(reader);
      return {
        take() {
          const live = reader.progress[0];
          if (live !== undefined && live.after <= place) {
            reader.progress.shift();
            return live.event;
          }
          const next = events[place];
          if (next !== undefined) place++;
          return next;
        },
        more: () =>
          new Promise<void>((resolve) => {
            waiting.push(resolve);
          }),
        close() {
          readers.delete(reader);
          wake();
        },
      };
    },
  };
}
