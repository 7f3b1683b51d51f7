import { reasonAsJson } from "../call/received-attempt.ts";
import { embeddedExecutor } from "../executor/embedded.ts";
import type { AgentRegistry, Attempt, Executor } from "../executor/executor.ts";
import { describeThrown, errorRecord, QuorateError, type ErrorRecord } from "../model/errors.ts";
import { queueOf } from "./attempt-queue.ts";
import { type AttemptRows, type SeenAttempt, type SentAttempt } from "./attempt-rows.ts";
import { repeated } from "./repeated.ts";
import type { StoreParts } from "./postgres-store.ts";
import { writeQueue } from "./write-queue.ts";

export interface ElsewhereOptions {
  readonly parts: StoreParts;
  readonly rows: AttemptRows;
  /** How long an attempt may wait while no process serves its agent, in ms. */
  readonly unservedMs: number;
}

/** An attempt that is in a queue or with a worker. */
interface Pending {
  readonly attempt: Attempt;
  readonly queue: string;
  /** Resolves when it is in its queue; never rejects. */
  readonly sent: Promise<void>;
  isSent: boolean;
  /** Since when no process has served its queue, on the monotonic clock. */
  unservedSinceMs: number | undefined;
}

const LOOK_EVERY_MS = 1_000;
/** How long no process may serve an attempt before a warning, in ms. */
const SAY_AFTER_MS = 3_000;
const SWEEP_AFTER_MS = 5_000;

/**
 * Has attempts of agents that are elsewhere run by the workers that take them from the database, and all others in this process. Their events are
 * passed on in the order in which they were written, at each notification and also once a second.
 */
export function elsewhere(
  { parts, rows, unservedMs }: ElsewhereOptions,
  agents: AgentRegistry,
  team: string,
): Executor {
  const here = embeddedExecutor(agents);
  const pending = new Map<string, Pending>();
  /** Attempts whose cancellation is being written. */
  const cancelling = new Map<string, Promise<void>>();
  const warned = new Set<string>();
  let sweeping: NodeJS.Timeout | undefined;
  const looking = repeated({ everyMs: LOOK_EVERY_MS, holds: true, work: look });
  const news = parts.news.hear(rows.ownChannel, looking.soon);

  const isElsewhere = (place: string): boolean => agents.get(place)?.elsewhere === true;

  const sending = writeQueue<SentAttempt, void>(async (all) => {
    await rows.send(all);
    return all.map(() => () => {});
  });

  function begin(attempt: Attempt, sent: Promise<void>): Pending {
    parts.shown();
    // This store counts as alive while it waits: workers do not take an attempt whose sender is gone.
    parts.heart.began(beatOf(attempt), 0);
    const { agent, version } = attempt.call;
    const one: Pending = {
      attempt,
      queue: queueOf(team, agent, version),
      sent,
      isSent: false,
      unservedSinceMs: undefined,
    };
    pending.set(attempt.attemptId, one);
    looking.begin();
    return one;
  }

  function leave({ attempt }: Pending): void {
    pending.delete(attempt.attemptId);
    parts.heart.ended(beatOf(attempt), 0);
    if (pending.size === 0) looking.pause();
    sweeping ??= setTimeout(() => {
      sweeping = undefined;
      // If it fails, the next one makes up for it.
      void rows.sweep().catch(() => undefined);
    }, SWEEP_AFTER_MS).unref();
  }

  function lose(one: Pending, thrown: unknown): void {
    if (pending.get(one.attempt.attemptId) !== one) return;
    leave(one);
    one.attempt.hear({ type: "failure", thrown, stopped: true });
  }

  /** Passes on the events of all pending attempts, and ends those that no process will end. */
  async function look(): Promise<void> {
    const asked = [...pending.values()];
    if (asked.length === 0) return;
    const heard = new Map(asked.map(({ attempt }) => [attempt.attemptId, attempt.heard]));
    const over: { readonly attemptId: string; readonly error: ErrorRecord }[] = [];
    for (const seen of await rows.look(heard)) {
      const one = pending.get(seen.attemptId);
      if (one === undefined || !asked.includes(one)) continue;
      tell(one, seen);
      const error = faultOf(one, seen);
      if (error !== undefined) over.push({ attemptId: seen.attemptId, error });
    }
    if (over.length === 0) return;
    await rows.end(over);
    looking.soon();
  }

  function tell(one: Pending, { state, events }: SeenAttempt): void {
    const { attempt } = one;
    for (const event of events) {
      if (event.seq !== attempt.heard + 1) continue;
      const hasStopped = event.type === "stopped" || ("stopped" in event && event.stopped === true);
      if (hasStopped) leave(one);
      attempt.hear(event);
    }
    if (state === undefined && one.isSent)
      lose(
        one,
        new QuorateError(
          "AGENT_FAILED",
          `what was sent to ${one.attempt.call.place.agent} is no longer in the database`,
        ),
      );
  }

  /** The failure of an attempt that no process will end; `undefined` while one may. */
  function faultOf(one: Pending, { state, lost, served }: SeenAttempt): ErrorRecord | undefined {
    const { agent: place } = one.attempt.call;
    const name = one.attempt.call.place.agent;
    if (lost) {
      const why = `the process that ${name} was at work in has ended`;
      const mayRepeat = (agents.get(place)?.agent.inDoubt ?? "retry") === "retry";
      return errorRecord(
        mayRepeat
          ? new QuorateError("AGENT_FAILED", why)
          : new QuorateError("IN_DOUBT", `${why}, and it must not be asked twice`),
      );
    }
    if (state !== "queued" || served) {
      one.unservedSinceMs = undefined;
      return undefined;
    }
    const nowMs = performance.now();
    one.unservedSinceMs ??= nowMs;
    const forMs = nowMs - one.unservedSinceMs;
    if (forMs >= SAY_AFTER_MS) warn(one);
    if (forMs < unservedMs) return undefined;
    const why = `${nobodyServes(one)}; it has waited for ${Math.round(forMs / 1_000)} s`;
    return { ...errorRecord(new QuorateError("AGENT_FAILED", why)), retryable: false };
  }

  function nobodyServes({ attempt: { call } }: Pending): string {
    const version = call.version === undefined ? "" : ` in its version "${call.version}"`;
    return `no process takes attempts of "${call.agent}" of supervisor "${team}"${version}; start one: quorate worker TEAM --agents ${call.agent}`;
  }

  function warn(one: Pending): void {
    if (warned.has(one.queue)) return;
    warned.add(one.queue);
    process.emitWarning(nobodyServes(one), "QuorateWarning");
  }

  async function send(one: Pending, request: SentAttempt["request"]): Promise<void> {
    try {
      await sending.add({ request, queue: one.queue });
      one.isSent = true;
    } catch (thrown) {
      lose(one, thrown);
    }
  }

  /** Waits until a cancelled attempt has stopped, for at most its agent's grace. */
  async function untilStopped(attempt: Attempt): Promise<void> {
    const endMs = performance.now() + attempt.toJSON().graceMs;
    for (;;) {
      const [seen] = await rows.look(new Map([[attempt.attemptId, NO_EVENT]]));
      const isAtWork = seen?.state === "taken" && !seen.lost;
      if (!isAtWork || performance.now() >= endMs) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AT_STOPPING_MS));
    }
  }

  parts.ending.add(async () => {
    await sending.drained();
    close();
  });

  function close(): void {
    void looking.stop();
    news[Symbol.dispose]();
    clearTimeout(sweeping);
    pending.clear();
  }

  return {
    start(attempt) {
      if (!isElsewhere(attempt.call.agent)) return here.start(attempt);
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = begin(attempt, promise);
      // Not awaited: its result arrives as an event.
      void send(one, attempt.toJSON()).then(resolve);
      return undefined;
    },
    startBatch: (batch) => here.startBatch?.(batch),
    collects: (place) => !isElsewhere(place),
    detach(attemptId) {
      const one = pending.get(attemptId);
      if (one !== undefined) leave(one);
      return one !== undefined;
    },
    mayBeginWithinMs: parts.owner.leaseMs,
    async attach(attempt) {
      if (!isElsewhere(attempt.call.agent)) return false;
      await cancelling.get(attempt.attemptId);
      if (await rows.adopt(attempt.attemptId)) {
        begin(attempt, Promise.resolve()).isSent = true;
        looking.soon();
        return true;
      }
      await untilStopped(attempt);
      return false;
    },
    cancel(attemptId, reason) {
      const one = pending.get(attemptId);
      if (one === undefined) return here.cancel(attemptId, reason);
      const why = reasonAsJson(one.attempt.call.place.agent, reason);
      const told = one.sent
        .then(async () => rows.cancel(attemptId, why))
        .then(looking.soon)
        .catch((error: unknown) => {
          process.emitWarning(
            `${one.attempt.call.place.agent} could not be told to stop: ${describeThrown(error)}`,
            "QuorateWarning",
          );
        })
        .finally(() => cancelling.delete(attemptId));
      cancelling.set(attemptId, told);
    },
    close,
  };
}

const LOOK_AT_STOPPING_MS = 50;
/** No event has a higher number. */
const NO_EVENT = 2 ** 31 - 1;

function beatOf({ attemptId }: Attempt): string {
  return `attempt ${attemptId}`;
}
