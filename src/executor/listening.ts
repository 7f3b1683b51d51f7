import { abortController } from "../async/abort-controller.ts";
import type { Attempt } from "./executor.ts";

/** How the signals of agents at work are aborted, by the ids of their attempts. Most agents never ask for theirs, and are not in it. */
export type Listening = Map<string, (reason: unknown) => void>;

/** The signal of an attempt's agent: aborted when nobody waits for it any more. `listening` is left out where its agent has stopped. */
export function signalFor(
  { attemptId, cancelled }: Pick<Attempt, "attemptId" | "cancelled">,
  listening: Listening | undefined,
): AbortSignal {
  const { signal, abort } = abortController();
  if (cancelled !== undefined) abort(cancelled.reason);
  else listening?.set(attemptId, abort);
  return signal;
}
