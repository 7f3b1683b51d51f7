import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { checkAppend } from "./check-append.ts";
import type { RunSummary, Store } from "./store.ts";
import { DEFAULT_RUNS_LIMIT, isEnd, summary } from "./summary.ts";
import { wholeNumber } from "./whole-number.ts";

export interface MemoryStoreOptions {
  /** How many ended runs are kept, the last ones to end; a whole number from 0. Default 100. Open runs are all kept. */
  readonly keepRuns?: number;
}

const DEFAULTS = { keepRuns: 100 } as const;

/** A store that answers at once. */
export interface MemoryStore extends Store, Disposable {
  append(events: readonly RunEvent[]): void;
  read(runId: string, afterSeq?: number): readonly RunEvent[];
  runs(limit?: number): readonly RunSummary[];
  close(): void;
}

/**
 * Keeps events in this process and nowhere else. Events are kept as they are, not copied: whoever appends them does
 * not change them afterwards. Throws `BAD_OPTIONS` for a bad `keepRuns`; a closed store throws `STORE_FAILED`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { keepRuns = DEFAULTS.keepRuns } = options;
  if (!Number.isSafeInteger(keepRuns) || keepRuns < 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `memoryStore: keepRuns is ${String(keepRuns)}: give a whole number from 0.`,
    );
  }

  const logs = new Map<string, RunEvent[]>();
  const ended = endedRuns(keepRuns);
  let closed = false;

  function refuseWhenClosed(): void {
    if (closed) throw new QuorateError("STORE_FAILED", "The memory store is closed.");
  }

  return {
    append(events) {
      refuseWhenClosed();
      const first = events[0];
      if (first === undefined) return;
      const log = logs.get(first.runId);
      checkAppend(events, log === undefined ? 0 : log.length);
      const kept = log ?? [];
      if (log === undefined) logs.set(first.runId, kept);
      for (const event of events) kept.push(event);

      const last = kept.at(-1);
      if (last === undefined || !isEnd(last)) return;
      const dropped = ended.add({ runId: last.runId, endSeq: last.seq });
      // A run that went on after its end has another place in the queue, or none while it is open.
      if (dropped !== undefined && logs.get(dropped.runId)?.length === dropped.endSeq) {
        logs.delete(dropped.runId);
      }
    },
    read(runId, afterSeq = 0) {
      refuseWhenClosed();
      return logs.get(runId)?.slice(wholeNumber(afterSeq)) ?? [];
    },
    runs(limit = DEFAULT_RUNS_LIMIT) {
      refuseWhenClosed();
      const latest = [...logs.values()].reverse().slice(0, wholeNumber(limit));
      return latest.flatMap((log) => {
        const [first, last] = [log[0], log.at(-1)];
        return first === undefined || last === undefined ? [] : [summary(first, last)];
      });
    },
    close() {
      closed = true;
      logs.clear();
      ended.clear();
    },
    [Symbol.dispose]() {
      this.close();
    },
  };
}

interface EndedRun {
  readonly runId: string;
  readonly endSeq: number;
}

// A ring, so that both ends of the queue cost the same however many runs are kept.
function endedRuns(capacity: number): {
  add(run: EndedRun): EndedRun | undefined;
  clear(): void;
} {
  const ring: EndedRun[] = [];
  let oldest = 0;
  return {
    add(run) {
      if (capacity === 0) return run;
      if (ring.length < capacity) {
        ring.push(run);
        return undefined;
      }
      const dropped = ring[oldest];
      ring[oldest] = run;
      oldest = (oldest + 1) % capacity;
      return dropped;
    },
    clear() {
      ring.length = 0;
      oldest = 0;
    },
  };
}
