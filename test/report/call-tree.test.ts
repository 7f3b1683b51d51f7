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

describe("the view of a call", () => {
  it("adds up what its agent reported bit by bit when its attempt was over", () => {
    const place = member(ROOT, "solo");
    const cost = (usdMicros: number) => ({ usdMicros, inputTokens: 1, outputTokens: 0 });
    const fold = runFold(runId);
    const [about, told] = [
      { runId, atMs: startMs, ...place, attempt: 1 },
      { type: "call.reported" },
    ] as const;
    fold.add({ ...about, type: "call.abandoned", seq: 1, cost: cost(20) });
    fold.add({ ...about, ...told, seq: 2, cost: cost(30) });
    fold.add({ ...about, ...told, seq: 3, cost: cost(4) });
    const [call] = callsInOrder(fold.view());
    expect(call?.lateCost).toEqual({ usdMicros: 54, inputTokens: 3, outputTokens: 0 });
  });
});
