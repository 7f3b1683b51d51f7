import type { RunEvent } from "../../src/model/events.ts";
import type { Bill } from "../../src/model/outcome.ts";
import { runFold, type RunView } from "../../src/report/run-view.ts";

/** A run as far as it is known, and its bill so far. */
export interface RunState {
  readonly run: RunView;
  readonly bill: Bill;
}

/**
 * Where the page has its run from. All that it shows comes through here, so that the same page serves for a file and for a run that is
 * watched.
 */
export interface RunSource {
  /** What is known now: the same object until more is known. */
  readonly now: () => RunState;
  /** Calls `told` whenever more is known, until what it returns is called. A source that knows all never does. */
  readonly follow: (told: () => void) => () => void;
}

/** What a file holds. */
export interface RunData {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  readonly bill: Bill;
  /** Nobody drives it, which its events do not tell. */
  readonly interrupted?: true;
}

/** The run of a file, which is all there. */
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

/** The data of an element that nothing executes. */
export function dataIn(element: Element | null): RunData | undefined {
  const text = element?.textContent ?? "";
  return text.trim() === "" ? undefined : (JSON.parse(text) as RunData);
}
