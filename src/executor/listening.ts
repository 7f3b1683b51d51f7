import { abortController } from "../async/abort-controller.ts";
import type { Attempt } from "./executor.ts";
import type { PassingMap } from "../model/passing-map.ts";

/** Aborts the signals of running agents, by the ids of their attempts. Most agents never read theirs, and are not in it. */
export type Listening = PassingMap<string, (reason: unknown) => void>;

/** The signal of an attempt's agent: aborted when nothing waits for it any more. `listening` is left out if its agent has stopped. */
export function signalFor(
  { attemptId, cancelled }: Pick<Attempt, "attemptId" | "cancelled">,
  listening: Listening | undefined,
): AbortSignal {
  const { signal, abort } = abortController();
  if (cancelled !== undefined) abort(cancelled.reason);
  else listening?.set(attemptId, abort);
  return signal;
}
