import type { RunEvent } from "../../src/model/events.ts";
import type { Bill } from "../../src/model/outcome.ts";
import { runFold, type RunView } from "../../src/report/run-view.ts";

/** A run as far as it is known, with its bill so far. */
export interface RunState {
  readonly run: RunView;
  readonly bill: Bill;
}

/**
 * Where the page gets its run from. Everything that it shows comes through here, so that the same page works for a file and for a watched run.
 */
export interface RunSource {
  /** The current state: the same object until there is more. */
  readonly now: () => RunState;
  /** Calls `told` whenever there is more, until the returned function is called. A complete source never calls it. */
  readonly follow: (told: () => void) => () => void;
}

/** The data in a file. */
export interface RunData {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  readonly bill: Bill;
  /** Set if no process drives the run, which its events do not say. */
  readonly interrupted?: true;
}

/** The source for a file, which has the whole run. */
export function staticSource({ runId, events, bill, interrupted }: RunData): RunSource {
  const fold = runFold(runId);
  for (const event of events) fold.add(event);
  const run = fold.view();
  const state: RunState = {
    run: interrupted === true && run.status === "running" ? { ...run, status: "interrupted" } : run,
    bill,
  };
  return { now: () => state, follow: () => () => {} };
}

/** The data of an element that is not executed. */
export function dataIn(element: Element | null): RunData | undefined {
  const text = element?.textContent ?? "";
  return text.trim() === "" ? undefined : (JSON.parse(text) as RunData);
}
