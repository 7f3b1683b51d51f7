import { describe, expect, it } from "vitest";
import { callsInOrder, parentOf } from "../../src/cli/call-tree.ts";
import { runFold } from "../../src/cli/run-view.ts";
import { runId, startMs } from "./a-run.ts";

function runOf(...callIds: string[]) {
  const fold = runFold(runId);
  callIds.forEach((callId, index) => {
    const agent = callId.split("/").at(-1) ?? "";
    fold.add({
      type: "call.started",
      callId,
      agent,
      attempt: 1,
      runId,
      seq: index + 1,
      atMs: startMs,
    });
  });
  return fold.view();
}

describe("callsInOrder", () => {
  it("puts what happened within a team after the team, at any depth", () => {
    const run = runOf("board", "solo", "board/inner", "board/a", "board/inner/x");
    expect(callsInOrder(run).map(({ callId }) => callId)).toEqual([
      "board",
      "board/inner",
      "board/inner/x",
      "board/a",
      "solo",
    ]);
  });

  it("keeps the calls of a team's second attempt with the team, and a judge's by themselves", () => {
    const run = runOf("board", "solo", "board/a", "board~2/a", "~judge/task");
    expect(callsInOrder(run).map(({ callId }) => callId)).toEqual([
      "board",
      "board/a",
      "board~2/a",
      "solo",
      "~judge/task",
    ]);
    expect(parentOf("~judge/task", run.calls)).toBe("");
  });
});
