import { setTimeout as startTimer } from "node:timers";
import { setTimeout } from "node:timers/promises";
import { MAX_TIMER_MS } from "../async/clock.ts";
import {
  receivedAttempt,
  type NumberedEvent,
  type ReceivedAttempt,
} from "../call/received-attempt.ts";
import { embeddedExecutor } from "../executor/embedded.ts";
import type { AgentRegistry, AttemptEvent, AttemptRequest } from "../executor/executor.ts";
import { errorFrom, QuorateError } from "../model/errors.ts";
import type { TakenAttempt, TakingAttempts } from "../team/backend.ts";
import { queueOf } from "./attempt-queue.ts";
import { type AttemptRows, type TakenRow, type ToldEvents } from "./attempt-rows.ts";
import type { StoreParts } from "./postgres-store.ts";
import { repeated } from "./repeated.ts";
import { writeQueue } from "./write-queue.ts";

export interface AttemptWorkerOptions {
  readonly parts: StoreParts;
  readonly rows: AttemptRows;
  readonly atOnce: number;
  readonly onTaken: ((taken: TakenAttempt) => void) | undefined;
}

/** An attempt that runs in this process. */
interface AttemptAtWork {
  readonly row: string;
  readonly fence: number;
  readonly request: AttemptRequest;
  readonly attempt: ReceivedAttempt;
  /** How many of its events are not in the database yet. */
  unsaved: number;
  how: "answered" | "failed";
  isTold: boolean;
  /** Whether it counts towards the attempts that run at once: one that does not stop when told to counts only until the end of its grace. */
  counts: boolean;
  timer: NodeJS.Timeout | undefined;
  readonly ended: PromiseWithResolvers<void>;
}

const LOOK_EVERY_MS = 750;
const TELL_AGAIN_MS = 1_000;
/** While this many events are not saved, further progress of the agent is dropped. */
const MOST_UNSAVED = 1_000;

/**
 * Takes attempts from the database and runs them in this process, until it is closed:
 *
 *     look ── room for another ──▶ take ──▶ running ── stops ──▶ reported, and removed
 *       ▲ when attempts are sent, one is cancelled, or there is room; and every 750 ms
 *
 * An attempt that is no longer this process's, because the process was silent for longer than its lease, is told to stop, and its events are
 * dropped.
 */
export function attemptWorker(
  { parts, rows, atOnce, onTaken }: AttemptWorkerOptions,
  agents: AgentRegistry,
  team: string,
): TakingAttempts {
  parts.refuseWhenClosed();
  const queues = [...agents].map(([place, { agent }]) => queueOf(team, place, agent.version));
  for (const [index, queue] of queues.entries()) {
    if (parts.served.has(queue)) {
      const name = [...agents.keys()][index] ?? "";
      const why = `attempts of "${name}" of supervisor "${team}" are taken in this process already`;
      throw new QuorateError("BAD_OPTIONS", `${why}; close what takes them first`);
    }
  }
  for (const queue of queues) parts.served.add(queue);
  const here = embeddedExecutor(agents);
  const jobs = new Map<string, AttemptAtWork>();
  const beat = `attempts of ${team} ${queues.join()}`;
  let isServing = false;
  let closing: Promise<void> | undefined;

  const telling = writeQueue<ToldEvents, boolean>(async (all) => {
    const kept = await tellPatiently(joined(all));
    return all.map(
      ({ row }) =>
        () =>
          kept.has(row),
    );
  });

  /** Tries as long as the database is unreachable, so that no answer is lost. Rejects while this is being closed. */
  async function tellPatiently(told: readonly ToldEvents[]): Promise<ReadonlySet<string>> {
    for (;;) {
      try {
        return await rows.tell(told);
      } catch (error) {
        if (closing !== undefined) throw error;
        await setTimeout(TELL_AGAIN_MS);
      }
    }
  }

  const looking = repeated({ everyMs: LOOK_EVERY_MS, holds: true, work: look });
  const news = [rows.queueChannel, rows.ownChannel].map((name) =>
    parts.news.hear(name, looking.soon),
  );
  parts.shown();
  parts.heart.began(beat, 0);
  looking.begin();
  looking.soon();

  async function look(): Promise<void> {
    if (!isServing && closing === undefined) {
      await rows.serve(queues);
      isServing = true;
    }
    // Waiting attempts first: checking its own is not urgent.
    const free = atOnce - [...jobs.values()].filter(({ counts }) => counts).length;
    if (free > 0 && closing === undefined)
      for (const row of await rows.take(queues, free)) begin(row);
    const mine = await rows.mine(queues, [...jobs.keys()]);
    const rowsOfMine = new Set(mine.map(({ row }) => row));
    for (const job of jobs.values()) if (!rowsOfMine.has(job.row) && !job.isTold) lose(job);
    for (const row of mine) {
      const job = jobs.get(row.row);
      if (job === undefined) begin(row);
      else if (row.cancelled !== undefined) stop(job, errorFrom(row.cancelled));
    }
  }

  function begin({ row, fence, request, cancelled }: TakenRow): void {
    // One that has stopped here, and whose end is not in the database yet.
    if (request === undefined || jobs.has(row)) return;
    const job: AttemptAtWork = {
      row,
      fence,
      request,
      attempt: receivedAttempt(request, (event) => tell(job, event)),
      unsaved: 0,
      how: "failed",
      isTold: false,
      counts: true,
      timer: undefined,
      ended: Promise.withResolvers(),
    };
    jobs.set(row, job);
    const { timeoutMs, place } = request;
    if (timeoutMs !== undefined && timeoutMs <= MAX_TIMER_MS) {
      const why = new QuorateError("TIMEOUT", `${place.agent} timed out after ${timeoutMs} ms`);
      job.timer = startTimer(() => stop(job, why), timeoutMs);
    }
    try {
      void here.start(hearing(job));
    } catch (thrown) {
      job.attempt.hear({ type: "failure", thrown, stopped: true });
    }
    if (cancelled !== undefined) stop(job, errorFrom(cancelled));
  }

  /** The start has been in the database since the attempt was taken. */
  function hearing(job: AttemptAtWork): ReceivedAttempt {
    const { attempt } = job;
    const hear = (event: AttemptEvent): void => {
      const isTooMuch = event.type === "progress" && job.unsaved >= MOST_UNSAVED;
      if (event.type !== "started" && !isTooMuch) attempt.hear(event);
    };
    return Object.defineProperty(Object.create(attempt) as ReceivedAttempt, "hear", {
      value: hear,
    });
  }

  function tell(job: AttemptAtWork, event: NumberedEvent): void {
    if (job.isTold) return;
    if (event.type === "answer") job.how = "answered";
    const stops = event.type === "stopped" || ("stopped" in event && event.stopped === true);
    if (stops) {
      job.isTold = true;
      clearTimeout(job.timer);
      job.counts = false;
      looking.soon();
    }
    job.unsaved += 1;
    // Numbered one higher, since the first event is the start.
    const numbered = { ...event, seq: event.seq + 1 };
    telling.add({ row: job.row, fence: job.fence, events: [numbered], stops }).then(
      (isKept) => saved(job, stops, isKept),
      // The database was unreachable when this was closed.
      () => saved(job, stops, false),
    );
  }

  function saved(job: AttemptAtWork, stops: boolean, isKept: boolean): void {
    job.unsaved -= 1;
    if (!isKept) return lose(job);
    if (stops) leave(job, job.how);
  }

  /** Its row belongs to another process, or is gone: what its agent reports is dropped. */
  function lose(job: AttemptAtWork): void {
    if (jobs.get(job.row) !== job) return;
    job.isTold = true;
    stop(
      job,
      new QuorateError("LEASE_LOST", `${job.request.place.agent} is no longer waited for here`),
    );
    leave(job, "lost");
  }

  function leave(job: AttemptAtWork, ended: TakenAttempt["ended"]): void {
    if (jobs.get(job.row) !== job) return;
    clearTimeout(job.timer);
    jobs.delete(job.row);
    const { runId, agent, attempt } = job.request;
    onTaken?.({ runId, agent, attempt, ended });
    job.ended.resolve();
    looking.soon();
  }

  /** Tells its agent to stop. */
  function stop(job: AttemptAtWork, reason: unknown): void {
    if (job.attempt.cancelled !== undefined) return;
    clearTimeout(job.timer);
    job.attempt.cancel(reason);
    here.cancel(job.request.attemptId, reason);
    job.timer = startTimer(() => {
      job.counts = false;
      looking.soon();
    }, job.request.graceMs);
  }

  async function close(withinMs: number): Promise<void> {
    for (const one of news) one[Symbol.dispose]();
    // Senders then see that it is not served by this process.
    await rows.leave(queues).catch(() => undefined);
    for (const queue of queues) parts.served.delete(queue);
    const all = [...jobs.values()];
    const ended = Promise.all(all.map((job) => job.ended.promise));
    if (!(await isInTime(ended, withinMs))) {
      for (const job of all) {
        stop(
          job,
          new QuorateError("CANCELLED", `the worker of ${job.request.place.agent} is stopped`),
        );
      }
      const longestMs = Math.max(0, ...all.map(({ request }) => request.graceMs));
      await isInTime(ended, longestMs);
    }
    await looking.stop();
    await telling.drained();
    parts.heart.ended(beat, 0);
    parts.ending.delete(atOnceClosed);
    for (const job of jobs.values()) clearTimeout(job.timer);
  }

  const atOnceClosed = (): Promise<void> => (closing ??= close(0));
  parts.ending.add(atOnceClosed);
  return Object.freeze({
    close: (withinMs = Infinity) => (closing ??= close(withinMs)),
    [Symbol.asyncDispose]: () => (closing ??= close(Infinity)),
  });
}

/** All events of one row as one entry, since one statement keeps them. */
function joined(all: readonly ToldEvents[]): readonly ToldEvents[] {
  const byRow = new Map<string, ToldEvents>();
  for (const one of all) {
    const before = byRow.get(one.row);
    const events = [...(before?.events ?? []), ...one.events];
    byRow.set(one.row, { ...one, events, stops: one.stops || before?.stops === true });
  }
  return [...byRow.values()];
}

/** Whether the work settles in time. */
async function isInTime(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  if (withinMs > MAX_TIMER_MS) return work.then(() => true);
  const late = Promise.withResolvers<false>();
  const timer = startTimer(() => late.resolve(false), withinMs);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
