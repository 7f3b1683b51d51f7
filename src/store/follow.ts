import { SIGNAL, TEXT } from "../check/arguments.ts";
import type { RunEvent } from "../model/events.ts";
import { noSuchRun } from "./refuse-take.ts";
import type { Store } from "./store.ts";
import { wholeNumber } from "./whole-number.ts";

/** How a store is followed. */
export interface Followable extends Pick<Store, "read" | "run"> {
  /** Calls `told` soon after a run may have more events, whichever process wrote them, and when the store is closed. */
  readonly watch: (runId: string, told: () => void) => Disposable;
}

// How many are read at a time: a slow reader of a long log holds no more than that.
const EVENTS_PER_PORTION = 500;

const DONE: IteratorResult<RunEvent, undefined> = Object.freeze({ done: true, value: undefined });

/**
 * The events of a run after a seq, as `follow` of a store promises it:
 *
 * `reading → (there are some) giving → reading`, `reading → (the run has ended) done`, else `reading → waiting → (told) reading`.
 *
 * It is told of events that come while it reads, so it never waits for an event that exists already.
 */
export function followEvents(
  store: Followable,
  runId: string,
  afterSeq = 0,
  signal?: AbortSignal,
): AsyncIterableIterator<RunEvent, undefined> {
  TEXT.take(runId, "follow: runId");
  SIGNAL.take(signal, "follow: signal");
  let seq = wholeNumber(afterSeq);
  let isKnown = false;
  let isLeft = false;
  let wake = (): void => {};
  let portion: Iterator<RunEvent> = [][Symbol.iterator]();

  async function step(): Promise<IteratorResult<RunEvent, undefined>> {
    for (;;) {
      if (isLeft) return DONE;
      signal?.throwIfAborted();
      const given = portion.next();
      if (given.done !== true) {
        seq = given.value.seq;
        return { done: false, value: given.value };
      }
      const told = Promise.withResolvers<void>();
      using _watch = store.watch(runId, told.resolve);
      const events = await store.read(runId, seq, EVENTS_PER_PORTION);
      portion = events[Symbol.iterator]();
      if (events.length > 0) {
        isKnown = true;
        continue;
      }
      const run = await store.run(runId);
      if (run === undefined && !isKnown) throw noSuchRun(runId);
      if (run === undefined || (run.endedAtMs !== null && run.events <= seq)) {
        isLeft = true;
        return DONE;
      }
      isKnown = true;
      if (run.events > seq) continue;
      wake = told.resolve;
      signal?.addEventListener("abort", wake, { once: true });
      if (isLeft || signal?.aborted === true) wake();
      await told.promise;
      signal?.removeEventListener("abort", wake);
    }
  }

  // One after another, even if several are requested at once.
  let last: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const asked = last.then(step, step);
      last = asked;
      return asked;
    },
    async return() {
      isLeft = true;
      wake();
      return DONE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
