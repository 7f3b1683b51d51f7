import { describe, expect, it } from "vitest";
import {
  memberPlace,
  judgePlace,
  ROOT,
  teamPlace,
  type CallPlace,
} from "../../src/model/call-place.ts";
import { callsInOrder } from "../../src/report/call-tree.ts";
import { runFold } from "../../src/report/run-view.ts";
import { runId, startMs } from "../cli/a-run.ts";

const board = teamPlace("board", 1);
const member = (team: typeof ROOT, name: string) => memberPlace(team, name, "agent");

function runOf(...places: CallPlace[]) {
  const fold = runFold(runId);
  places.forEach((place, index) => {
    fold.add({
      type: "call.started",
      ...place,
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
    const run = runOf(
      memberPlace(ROOT, "board", "team"),
      member(ROOT, "solo"),
      memberPlace(board, "inner", "team"),
      member(board, "a"),
      member(teamPlace("board/inner", 1), "x"),
    );
    expect(callsInOrder(run).map(({ callId }) => callId)).toEqual([
      "board",
      "board/inner",
      "board/inner/x",
      "board/a",
      "solo",
    ]);
  });

  it("keeps the calls of a team's second attempt with the team, and a judge's by themselves", () => {
    const run = runOf(
      memberPlace(ROOT, "board", "team"),
      member(ROOT, "solo"),
      member(board, "a"),
      member(teamPlace("board", 2), "a"),
      judgePlace(ROOT, "judge", "task"),
    );
    expect(callsInOrder(run).map(({ callId }) => callId)).toEqual([
      "board",
      "board/a",
      "board~2/a",
      "solo",
      "~judge/task",
    ]);
  });
});
