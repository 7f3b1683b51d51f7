import type { RunView } from "./run-view.ts";

/** Whether a run has only been put into the queue: it is planned, and no process has begun to drive it. */
export function isQueued({ status, resumed, calls }: RunView): boolean {
  if (status !== "interrupted" || resumed.length > 0) return false;
  return [...calls.values()].every(
    ({ state, attempts }) => state === "waiting" && attempts.length === 0,
  );
}
