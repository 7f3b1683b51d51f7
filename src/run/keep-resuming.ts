import { describeThrown } from "../model/errors.ts";
import { queueKey } from "./enqueue.ts";
import { harmless } from "./listeners.ts";
import { openRuns, type OpenRun, type Seen } from "./can-go-on.ts";
import {
  KEEP_RESUMING,
  resumeOne,
  soughtBy,
  type KeepResumingOptions,
  type ResumedRun,
} from "./resume-all.ts";
import type { Root } from "./root.ts";

/** A supervisor that keeps going on with its runs. */
export interface KeptResuming extends AsyncDisposable {
  /** Begins no more. Resolves when what it has gone on with has ended: in an outcome, or since its backend was closed. */
  close(): Promise<void>;
}

/** How a run is left alone after it could not be gone on with. */
interface Refused {
  /** How many events it had: when it has others, it is tried at once. */
  readonly events: number;
  readonly untilMs: number;
  readonly waitMs: number;
  readonly why: string;
}

// A run that cannot be gone on with is tried again after `everyMs`, and then half as often each time.
const MAX_WAIT_MS = 300_000;

/**
 * Goes on with a supervisor's runs, those that could go on now and those that can later, until closed:
 *
 *     look ── ready ──▶ queue ── a place is free ──▶ resumed ── ended, or waits again
 *       ▲ every `everyMs`, at the next due time, when a run of this process goes to sleep, and when one is left for others
 */
export function keepResuming(root: Root, given: KeepResumingOptions): KeptResuming {
  const { team, clock } = root;
  const where = `keepResuming of ${team.where}`;
  const { atOnce, everyMs, onResumed, backend, ...checked } = KEEP_RESUMING.of(given, where);
  const sought = soughtBy(root, { ...checked, atOnce, ...(backend !== undefined && { backend }) });
  const tell = onResumed && harmless(onResumed, where, "onResumed");

  const seen: Seen = new Map();
  const queue = new Map<string, OpenRun>();
  const underWay = new Map<string, Promise<void>>();
  const refused = new Map<string, Refused>();
  /** Up to when the due times of a run that waits have been looked at. */
  const woken = new Map<string, number>();
  let closed = false;
  let looking: Promise<void> | undefined;
  let again = false;
  let timer: Disposable | undefined;
  let failing = false;

  function pump(): void {
    for (const [runId, run] of queue) {
      if (closed || underWay.size >= atOnce) return;
      queue.delete(runId);
      if (underWay.has(runId)) continue;
      woken.set(runId, clock.now());
      const ended = resumeOne(root, runId, backend).then((resumed) => {
        underWay.delete(runId);
        ending(run, resumed);
        pump();
      });
      underWay.set(runId, ended);
    }
  }

  function ending({ runId, events }: OpenRun, resumed: ResumedRun | undefined): void {
    const before = refused.get(runId);
    refused.delete(runId);
    // Whatever is due is so still.
    if (resumed?.outcome === undefined) woken.delete(runId);
    if (resumed === undefined) return;
    if (resumed.outcome === undefined) {
      const waitMs = Math.min(before === undefined ? everyMs : 2 * before.waitMs, MAX_WAIT_MS);
      const why = describeThrown(resumed.error);
      refused.set(runId, { events, waitMs, untilMs: clock.now() + waitMs, why });
      if (why === before?.why) return;
    }
    tell?.(resumed);
    // It may wait again, by now until another time.
    if (resumed.outcome?.status === "waiting") lookSoon();
  }

  /** Looks once at all that could go on. Gives the time of the next look, in ms from now. */
  async function look(): Promise<number> {
    const open = await openRuns(sought, seen);
    const nowMs = clock.now();
    let nextMs = nowMs + everyMs;
    const ids = new Set(open.map(({ runId }) => runId));
    for (const map of [woken, refused, queue]) {
      for (const runId of map.keys())
        if (!ids.has(runId) && !underWay.has(runId)) map.delete(runId);
    }
    for (const run of open) {
      const { runId, events, waiting } = run;
      if (underWay.has(runId)) continue;
      if (waiting !== undefined) root.onWaiting?.(waiting);
      const last = refused.get(runId);
      const isRefused = last?.events === events && last.untilMs > nowMs;
      if (isRefused) {
        nextMs = Math.min(nextMs, last.untilMs);
        continue;
      }
      const lookedMs = woken.get(runId) ?? -Infinity;
      const dueMs = run.dueMs.find((ms) => ms > lookedMs) ?? Infinity;
      if (run.ready || dueMs <= nowMs) queue.set(runId, run);
      else nextMs = Math.min(nextMs, dueMs);
    }
    failing = false;
    pump();
    return Math.max(1, nextMs - nowMs);
  }

  function lookSoon(): void {
    if (closed) return;
    again = looking !== undefined;
    if (again) return;
    timer?.[Symbol.dispose]();
    looking = look()
      .catch((error: unknown) => {
        if (!failing && !closed) warn(error);
        failing = true;
        return everyMs;
      })
      .then((afterMs) => {
        looking = undefined;
        if (again) lookSoon();
        else if (!closed) timer = clock.timer(afterMs, lookSoon);
      });
  }

  function warn(error: unknown): void {
    process.emitWarning(
      `${where}: it could not look for runs: ${describeThrown(error)}; it tries again every ${everyMs} ms`,
      "QuorateWarning",
    );
  }

  async function close(): Promise<void> {
    closed = true;
    root.keepers.delete(lookSoon);
    queued[Symbol.dispose]();
    timer?.[Symbol.dispose]();
    queue.clear();
    await looking;
    await Promise.all(underWay.values());
  }

  root.keepers.add(lookSoon);
  // Others leave runs for us.
  const queued = sought.store.values.watch(queueKey(sought.team), lookSoon);
  lookSoon();
  return Object.freeze({ close, [Symbol.asyncDispose]: close });
}
