import { describeThrown, QuorateError } from "../../model/errors.ts";
import { EVENTS_WHEN_ENQUEUED } from "../../store/run-query.ts";
import { queueKey } from "../enqueue.ts";
import { harmless } from "../listeners.ts";
import { openRuns, type OpenRun, type Seen } from "./can-go-on.ts";
import {
  KEEP_RESUMING,
  resumeOne,
  soughtBy,
  type KeepResumingOptions,
  type ResumedRun,
} from "./resume-all.ts";
import type { Root } from "../root.ts";
import { beginTry, endTry, MOST_DEATHS } from "./tries.ts";

/** A supervisor that keeps resuming its runs. */
export interface KeptResuming extends AsyncDisposable {
  /** Begins no more. Resolves when the runs that it has resumed have ended: with an outcome, or because its backend was closed. */
  close(): Promise<void>;
}

/** A run that could not be resumed, and how it is left alone. */
interface Refused {
  /** How many events it had: if it has more, it is tried at once. */
  readonly events: number;
  readonly untilMs: number;
  readonly waitMs: number;
  readonly why: string;
}

// A run that cannot be resumed is tried again after `everyMs`, and then at doubling intervals up to this.
const MAX_WAIT_MS = 300_000;

/** If other processes take the same runs, more runs are looked at, and each process begins with a different one. */
const MORE_WHERE_CONTENDED = 8;

/**
 * Resumes a supervisor's runs, those that can continue now and those that can later, until closed:
 *
 *     look ── ready ──▶ queue ── a place is free ──▶ resumed ── ended, or waits again
 *       ▲ every `everyMs`, at the next due time, when a run of this process starts to wait, and when one is enqueued
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
  /** Until when the due times of a waiting run have been handled. */
  const woken = new Map<string, number>();
  let closed = false;
  let looking: Promise<void> | undefined;
  let again = false;
  let timer: Disposable | undefined;
  let failing = false;
  /** Whether the next look includes runs that wait for a person. */
  let looksAtWaiting = true;
  /** Whether more runs may be ready than were looked at. */
  let mayBeMore = false;
  /** Whether another process has taken a run that was looked at here. */
  let contended = false;
  /** Runs that count as tried by this process. */
  const tried = new Set<string>();
  /** Runs over which too many processes had died, at the last try. */
  const dead = new Set<string>();

  /** Resumes a run, unless too many processes have died over it. */
  async function drive({ runId, events, ready }: OpenRun): Promise<ResumedRun | undefined> {
    if (!ready || events <= EVENTS_WHEN_ENQUEUED) return resumeOne(root, runId, backend);
    try {
      if (!(await beginTry(sought.store.values, runId))) {
        dead.add(runId);
        return { runId, error: deadRun(runId) };
      }
      tried.add(runId);
      return await resumeOne(root, runId, backend);
    } catch (error) {
      return { runId, error };
    } finally {
      await survived(runId);
    }
  }

  /** If the store cannot record that this process lives, the count is one too high for an hour. */
  async function survived(runId: string): Promise<void> {
    if (tried.delete(runId)) await endTry(sought.store.values, runId).catch(() => undefined);
  }

  function pump(): void {
    for (const [runId, run] of queue) {
      if (closed || underWay.size >= atOnce) return;
      queue.delete(runId);
      if (underWay.has(runId)) continue;
      woken.set(runId, clock.now());
      const ended = drive(run).then((resumed) => {
        underWay.delete(runId);
        contended = resumed === undefined;
        ending(run, resumed);
        pump();
      });
      underWay.set(runId, ended);
    }
    if (mayBeMore && !closed && underWay.size < atOnce) {
      mayBeMore = false;
      lookSoon();
    }
  }

  function ending({ runId, events }: OpenRun, resumed: ResumedRun | undefined): void {
    const before = refused.get(runId);
    refused.delete(runId);
    // What was due is still due.
    if (resumed?.outcome === undefined) woken.delete(runId);
    if (resumed === undefined) return;
    if (resumed.outcome === undefined) {
      const waitMs = Math.min(before === undefined ? everyMs : 2 * before.waitMs, MAX_WAIT_MS);
      const why = describeThrown(resumed.error);
      refused.set(runId, { events, waitMs, untilMs: clock.now() + waitMs, why });
      if (why === before?.why) return;
    }
    tell?.(resumed);
    // It may wait again, now until another time.
    if (resumed.outcome?.status === "waiting") lookAtAll();
  }

  /** Looks once at all runs that can continue. Returns the time until the next look, in ms. */
  async function look(): Promise<number> {
    const waiting = looksAtWaiting;
    looksAtWaiting = false;
    const most = atOnce * (contended ? MORE_WHERE_CONTENDED : 1) + 1;
    const without = [...refusedNow(clock.now()), ...underWay.keys()];
    const open = await openRuns(sought, seen, { most, without, waiting });
    const isBounded = sought.store.ready !== undefined;
    const nowMs = clock.now();
    let nextMs = nowMs + everyMs;
    const ids = new Set(open.map(({ runId }) => runId));
    for (const map of isBounded ? [woken, queue] : [woken, refused, queue]) {
      for (const runId of map.keys())
        if (!ids.has(runId) && !underWay.has(runId)) map.delete(runId);
    }
    for (const { untilMs } of refused.values())
      if (untilMs > nowMs) nextMs = Math.min(nextMs, untilMs);
    mayBeMore = isBounded && open.filter(({ waiting: asks }) => asks === undefined).length >= most;
    for (const run of contended ? apart(open) : open) {
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

  /** Runs that must not be tried yet. A run that was not seen for long is forgotten. */
  function refusedNow(nowMs: number): readonly string[] {
    for (const [runId, { untilMs }] of refused)
      if (untilMs !== -Infinity && untilMs + MAX_WAIT_MS < nowMs) refused.delete(runId);
    return [...refused].filter(([, { untilMs }]) => untilMs > nowMs).map(([runId]) => runId);
  }

  function lookAtAll(): void {
    looksAtWaiting = true;
    lookSoon();
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
        looksAtWaiting = true;
        return everyMs;
      })
      .then((afterMs) => {
        looking = undefined;
        if (again) lookSoon();
        else if (!closed) timer = clock.timer(afterMs, lookAtAll);
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
    root.keepers.delete(lookAtAll);
    queued[Symbol.dispose]();
    timer?.[Symbol.dispose]();
    queue.clear();
    // A process that stops cleanly has not died over the runs that it leaves.
    await Promise.all([...tried].map(survived));
    await looking;
    await Promise.all(underWay.values());
  }

  root.keepers.add(lookAtAll);
  // Other processes enqueue runs for this one.
  const queued = sought.store.values.watch(queueKey(sought.team), () => {
    // One of them may be the run that was enqueued again, which must be tried.
    for (const runId of dead) {
      const last = refused.get(runId);
      if (last !== undefined) refused.set(runId, { ...last, untilMs: -Infinity });
    }
    dead.clear();
    lookSoon();
  });
  lookSoon();
  return Object.freeze({ close, [Symbol.asyncDispose]: close });
}

/** In a random order of this process, so that several processes do not want the same runs. */
function apart(open: readonly OpenRun[]): readonly OpenRun[] {
  return open
    .map((run) => ({ run, by: Math.random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ run }) => run);
}

function deadRun(runId: string): QuorateError {
  const why = `${MOST_DEATHS} processes in a row have ended while they drove run "${runId}"`;
  return new QuorateError(
    "NOT_RESUMABLE",
    `${why}, so it is not resumed automatically; see what it does, and try it again with quorate retry ${runId} and the --db of this worker`,
  );
}
