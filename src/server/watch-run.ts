import type { RunEvent } from "../model/events.ts";
import type { RunAsker } from "./asked.ts";
import { storeOf } from "./asked.ts";

/** The time between two looks at a run that another process drives, in ms. */
const LOOK_MS = 1_000;

export interface WatchOptions {
  readonly runId: string;
  readonly afterSeq: number;
  readonly signal: AbortSignal;
  /** How long at most, in ms. Default: no limit. */
  readonly withinMs?: number | undefined;
  readonly onEvent?: ((event: RunEvent) => Promise<void>) | undefined;
}

/**
 * Resolves when a run has ended, waits for a person, or is driven by no process; also when the time is over, and when the server stops. Rejects
 * with the signal's reason, and if the store fails. Holds no resources afterwards.
 */
export async function watchRun(
  asking: RunAsker,
  { runId, afterSeq, signal, withinMs, onEvent }: WatchOptions,
): Promise<void> {
  signal.throwIfAborted();
  const store = storeOf(asking);
  const leaving = new AbortController();
  const over = Promise.withResolvers<void>();
  const stop = (): void => over.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const { driving, stopping } = asking.parts;
  // A waiting call is told before the server is gone.
  const leave = (): void => over.resolve();
  stopping.addEventListener("abort", leave, { once: true });
  if (stopping.aborted) leave();
  const late =
    withinMs === undefined ? undefined : setTimeout(() => over.resolve(), withinMs).unref();
  let stuck: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  const look = (): void => {
    if (looking) return;
    looking = true;
    Promise.resolve(store.run(runId))
      .then(
        (run) => {
          if (run?.status === "running") return;
          // No process drives it any more, or it is gone: no event says so.
          if (run === undefined || run.status === "interrupted") over.resolve();
          // Its last events are about to arrive at the follower, and end the wait.
          else stuck ??= setTimeout(() => over.resolve(), LOOK_MS);
        },
        (error: unknown) => over.reject(error),
      )
      .finally(() => {
        looking = false;
      });
  };
  const clock = setInterval(look, LOOK_MS);
  const listened = follow(store.follow(runId, afterSeq, leaving.signal), onEvent);
  // Afterwards the store has the run's state.
  void driving.underWay(runId)?.then(look);
  try {
    await Promise.race([listened, over.promise]);
  } finally {
    clearTimeout(late);
    clearTimeout(stuck);
    clearInterval(clock);
    signal.removeEventListener("abort", stop);
    stopping.removeEventListener("abort", leave);
    leaving.abort();
    listened.catch(() => {});
  }
}

/** Follows a run until it has ended or waits. */
async function follow(
  events: AsyncIterable<RunEvent>,
  onEvent: WatchOptions["onEvent"],
): Promise<void> {
  for await (const event of events) {
    await onEvent?.(event);
    if (event.type === "run.waiting") return;
  }
}
