import { Cancellation, cancelWith } from "../async/cancellation.ts";
import { deadlinePassed } from "../call/deadline.ts";
import type { RunOptions } from "../team/run-options.ts";
import type { Root } from "./root.ts";

/** When a run must end. */
export interface Deadline extends Disposable {
  readonly deadlineMs: number;
  /** Cancelled when the time is over, and with the run. */
  readonly cancellation: Cancellation;
}

/** The deadline of one run, counted from when it begins or is resumed; or of a plan. */
export function deadlineOf(
  { team, clock }: Root,
  options: Pick<RunOptions, "deadlineMs">,
  run: Cancellation,
): Deadline | undefined {
  const deadlineMs = options.deadlineMs ?? team.deadlineMs;
  if (deadlineMs === undefined || deadlineMs === Infinity) return undefined;
  const startedMs = clock.monotonic();
  const end = (): void => cancellation.cancel(deadlinePassed(team.where, deadlineMs));
  // The timer cannot fire while an agent blocks the event loop.
  const cancellation = new Cancellation(() => {
    if (clock.monotonic() - startedMs > deadlineMs) end();
  });
  const following = cancelWith(run, cancellation);
  const timer = clock.timer(deadlineMs, end);
  return {
    deadlineMs,
    cancellation,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      following[Symbol.dispose]();
    },
  };
}
