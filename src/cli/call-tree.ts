import type { CallView, RunView } from "./run-view.ts";

/** A run's calls, each followed by those within it, else in the order in which they came. */
export function callsInOrder(run: RunView): CallView[] {
  const within = Map.groupBy(run.calls.values(), ({ callId }) => parentOf(callId, run.calls));
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

/**
 * The call that `callId` happened within; `""` for one of the team itself, a judge among them. A nested team that
 * was asked again carries the number of its attempt in the ids of its calls: `board~2/security`.
 */
export function parentOf(callId: string, calls: ReadonlyMap<string, unknown>): string {
  const path = callId.split("/").slice(0, -1).join("/");
  const parent = path.replace(/~\d+$/, "");
  return calls.has(parent) ? parent : "";
}
