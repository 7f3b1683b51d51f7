import type { CallView, RunView } from "./run-view.ts";

/** A run's calls, each followed by those within it, otherwise in the order in which they came. */
export function callsInOrder(run: RunView): CallView[] {
  const within = Map.groupBy(run.calls.values(), ({ team }) => (run.calls.has(team) ? team : ""));
  const ordered: CallView[] = [];
  const add = (parent: string): void => {
    for (const call of within.get(parent) ?? []) {
      ordered.push(call);
      add(call.callId);
    }
  };
  add("");
  return ordered;
}
