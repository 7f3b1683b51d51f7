import { NOW, TEXT, TIME_MS } from "../check/arguments.ts";
import { flag, integer } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { systemClock, type Clock } from "../async/clock.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { PassingMap } from "../model/passing-map.ts";
import { checkEvents, checkAppend } from "./check-append.ts";
import { followEvents } from "./follow.ts";
import { EndedRun, lastEnded } from "./last-ended.ts";
import { listeners } from "./listeners.ts";
import { memoryValues, type MemoryValues } from "./memory-values.ts";
import { noSuchRun, ownedRun } from "./refuse-take.ts";
import { checkErasure, checkQuery, isAskedFor, isErased, noRunToGoOnFrom } from "./run-query.ts";
import type { Erasure, RunQuery, RunSummary, Store } from "./store.ts";
import { isEnd, summary } from "./summary.ts";
import { wholeNumber } from "./whole-number.ts";

export interface MemoryOptions {
  /** How many ended runs are kept, the last ones to end; a whole number from 0. Default 100. Open runs are all kept. */
  readonly keepRuns?: number;
  /**
   * Whether runs are logged so that this process can resume them, as long as it lives. Default `false`: it
   * costs a hash per call.
   */
  readonly resumable?: boolean;
  /** The store's time, which decides when a value has expired. Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now">;
}

export const MEMORY: Options<MemoryOptions, keyof MemoryOptions> = options({
  keepRuns: integer(0).or(100),
  resumable: flag().or(false),
  clock: NOW.or(systemClock),
});

/** A store that answers synchronously. */
export interface MemoryStore extends Store, Disposable {
  readonly values: MemoryValues;
  append(events: readonly RunEvent[], fence?: number): void;
  read(runId: string, afterSeq?: number, limit?: number): readonly RunEvent[];
  run(runId: string): RunSummary | undefined;
  runs(query?: RunQuery): readonly RunSummary[];
  take(runId: string): number;
  release(runId: string, fence: number): void;
  prune(beforeMs: number): number;
  erase(what: Erasure): number;
  close(): void;
}

/** One run: its events, and whether it is driven. */
class Log {
  readonly events: RunEvent[];
  fence = 1;
  held = true;
  /** The run's last `seq` when it was last taken: an end before that does not release it. */
  takenSeq = 0;

  constructor(first: readonly RunEvent[]) {
    // Not a literal, for the reason that is given at EndedRun.
    this.events = first.slice();
  }

  get lastSeq(): number {
    return this.events.length;
  }

  get ended(): boolean {
    const last = this.events.at(-1);
    return last !== undefined && isEnd(last);
  }

  get summary(): RunSummary | undefined {
    const [first, last] = [this.events[0], this.events.at(-1)];
    return first && last && summary(first, last, this.driven);
  }

  get driven(): boolean {
    return this.held && !(this.ended && this.lastSeq > this.takenSeq);
  }
}

/**
 * Keeps events only in this process, which owns all its runs. Events are kept as they are, not
 * copied: do not change them after appending. Of the values with an expiry, at most 10,000 are kept,
 * with at most 64 Mi characters of JSON: expired ones are dropped first, then those written longest ago.
 *
 * Throws `BAD_OPTIONS` for a bad option; a closed store throws `STORE_FAILED`.
 */
export function memoryStore(given: MemoryOptions = {}): MemoryStore {
  const { keepRuns, resumable, clock } = MEMORY.of(given, "memory");
  const logs = new PassingMap<string, Log>();
  const ended = lastEnded<Log>(keepRuns);
  const kept = memoryValues(clock, refuseWhenClosed, (runId) => logs.get(runId)?.summary);
  const followers = listeners();
  let closed = false;

  function refuseWhenClosed(): void {
    if (closed) throw new QuorateError("STORE_FAILED", "The memory store is closed.");
  }

  function known(runId: string): Log {
    const log = logs.get(runId);
    if (log === undefined) throw noSuchRun(runId);
    return log;
  }

  /** The run has ended and nobody continues it: it is kept until enough others have ended. */
  function queue(runId: string, log: Log): void {
    const dropped = ended.add(new EndedRun(runId, log, log.lastSeq));
    if (dropped === undefined || logs.get(dropped.runId) !== dropped.log) return;
    // A run that was taken or continued after its end is queued again, at another place.
    if (dropped.log.lastSeq === dropped.endSeq && !dropped.log.driven) logs.delete(dropped.runId);
  }

  const followed = { read, run, watch: followers.add };

  function read(runId: string, afterSeq = 0, limit = Infinity): readonly RunEvent[] {
    refuseWhenClosed();
    TEXT.take(runId, "read: runId");
    const from = wholeNumber(afterSeq);
    return logs.get(runId)?.events.slice(from, from + wholeNumber(limit)) ?? [];
  }

  function run(runId: string): RunSummary | undefined {
    refuseWhenClosed();
    TEXT.take(runId, "run: runId");
    return logs.get(runId)?.summary;
  }

  return {
    resumable,
    values: kept.values,
    append(events, fence) {
      refuseWhenClosed();
      checkEvents(events);
      const first = events[0];
      if (first === undefined) return;
      const before = logs.get(first.runId);
      checkAppend(events, before, fence);
      const log = before ?? new Log(events);
      if (before === undefined) logs.set(first.runId, log);
      else for (const event of events) before.events.push(event);
      if (log.ended) queue(first.runId, log);
      followers.tell(first.runId);
    },
    read,
    follow: (runId, afterSeq, signal) => followEvents(followed, runId, afterSeq, signal),
    run,
    runs(query) {
      refuseWhenClosed();
      const checked = checkQuery(query);
      const { after, limit } = checked;
      if (after !== undefined && !logs.has(after)) throw noRunToGoOnFrom(after);
      const found: RunSummary[] = [];
      let isListed = after === undefined;
      for (const [runId, log] of [...logs].reverse()) {
        if (found.length >= limit) break;
        const run = isListed ? log.summary : undefined;
        if (run !== undefined && isAskedFor(run, checked)) found.push(run);
        if (runId === after) isListed = true;
      }
      return found;
    },
    take(runId) {
      refuseWhenClosed();
      TEXT.take(runId, "take: runId");
      const log = known(runId);
      if (log.driven) throw ownedRun(runId, "this process");
      log.held = true;
      log.takenSeq = log.lastSeq;
      return (log.fence += 1);
    },
    release(runId, fence) {
      refuseWhenClosed();
      const log = logs.get(runId);
      if (log === undefined || log.fence !== fence) return;
      const goesOn = log.driven;
      log.held = false;
      if (goesOn && log.ended) queue(runId, log);
    },
    prune(beforeMs) {
      refuseWhenClosed();
      TIME_MS.take(beforeMs, "prune: beforeMs");
      kept.prune(beforeMs);
      let count = 0;
      for (const [runId, log] of logs) {
        const last = log.events.at(-1);
        if (last === undefined || !isEnd(last) || log.driven || !(last.atMs < beforeMs)) continue;
        logs.delete(runId);
        followers.tell(runId);
        count += 1;
      }
      if (count > 0) ended.keep(({ runId, log }) => logs.get(runId) === log);
      return count;
    },
    erase(what) {
      refuseWhenClosed();
      const checked = checkErasure(what);
      const meant = [...logs].filter(([, { summary }]) => summary && isErased(summary, checked));
      const driven = meant.find(([, log]) => log.driven);
      if (driven !== undefined) throw ownedRun(driven[0], "this process");
      for (const [runId] of meant) {
        logs.delete(runId);
        followers.tell(runId);
      }
      kept.erase((from) => isErased(from, checked));
      if (meant.length > 0) ended.keep(({ runId, log }) => logs.get(runId) === log);
      return meant.length;
    },
    close() {
      closed = true;
      followers.tellAll();
      logs.clear();
      kept.clear();
      ended.keep(() => false);
    },
    [Symbol.dispose]() {
      this.close();
    },
  };
}
