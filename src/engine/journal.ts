import type { Clock } from "../async/clock.ts";
import { QuorateError } from "../errors.ts";
import type { EventBody, LiveEvent, ProgressEvent, RunEvent } from "../events.ts";
import type { Store } from "../store/store.ts";

/**
 * The log of one run while it runs: gives events their place, keeps them in the store, and shows them to those who watch
 * once they are kept, in their order.
 */
export interface Journal {
  readonly runId: string;
  /**
   * Keeps events, in one append. Returns nothing when they are kept already, else a promise to wait for; rejects with
   * `STORE_FAILED`, and so does everything after. Takes the bodies over: they must not be used again.
   */
  record(bodies: readonly EventBody[]): void | Promise<void>;
  /** Keeps events that nobody waits for. After the last event of the run they are dropped. */
  note(bodies: readonly EventBody[]): void;
  /** Shows live progress; not kept. */
  emit(progress: Omit<ProgressEvent, "type" | "runId" | "atMs">): void;
  /** The run has its last event: what comes later is not of the run. */
  close(): void;
}

export interface JournalOptions {
  readonly runId: string;
  readonly store: Pick<Store, "append">;
  readonly clock: Clock;
  /** Sees every event once it is kept. Must not throw. */
  readonly watch: ((event: LiveEvent) => void) | undefined;
  /** The store failed: the run cannot go on. */
  readonly fail: (error: QuorateError) => void;
}

type Draft = { -readonly [K in keyof RunEvent]: RunEvent[K] };

export function openJournal({ runId, store, clock, watch, fail }: JournalOptions): Journal {
  let seq = 0;
  let closed = false;
  let failure: QuorateError | undefined;
  // Appends that are not kept yet, oldest first. Shown from the front only, whatever order a store finishes them in.
  const pending: { readonly events: readonly RunEvent[]; kept: boolean }[] = [];

  const show = (events: readonly RunEvent[]): void => {
    if (watch !== undefined) for (const event of events) watch(event);
  };

  const failed = (cause: unknown): QuorateError => {
    if (failure === undefined) {
      failure =
        cause instanceof QuorateError && (cause.code === "STORE_FAILED" || cause.code === "SEQ_TAKEN")
          ? cause
          : new QuorateError("STORE_FAILED", "the store could not keep an event; see the cause", {
              cause,
            });
      fail(failure);
    }
    return failure;
  };

  const settle = async (entry: (typeof pending)[number], appended: Promise<void>): Promise<void> => {
    try {
      await appended;
    } catch (error) {
      throw failed(error);
    }
    entry.kept = true;
    while (pending[0]?.kept === true) {
      const first = pending.shift();
      if (first !== undefined) show(first.events);
    }
  };

  const record = (bodies: readonly EventBody[]): void | Promise<void> => {
    if (failure !== undefined) return Promise.reject(failure);
    const atMs = clock.now();
    for (const body of bodies) {
      const event = body as unknown as Draft;
      event.runId = runId;
      event.seq = ++seq;
      event.atMs = atMs;
    }
    const events = bodies as readonly RunEvent[];
    let appended: void | Promise<void>;
    try {
      appended = store.append(events);
    } catch (error) {
      return Promise.reject(failed(error));
    }
    if (appended === undefined && pending.length === 0) return show(events);
    const entry = { events, kept: false };
    pending.push(entry);
    return settle(entry, Promise.resolve(appended));
  };

  return {
    runId,
    record,
    note(bodies) {
      if (closed || failure !== undefined || bodies.length === 0) return;
      // Its failure is the run's, which `fail` has been told.
      record(bodies)?.catch(() => {});
    },
    emit(progress) {
      if (closed || watch === undefined) return;
      watch({ type: "call.progress", runId, atMs: clock.now(), ...progress });
    },
    close() {
      closed = true;
    },
  };
}
