import { describe, expect, it } from "vitest";
import { memberPlace, teamPlace } from "../../src/model/call-place.ts";
import type { Cost } from "../../src/index.ts";
import {
  evolve,
  newCall,
  nextAttempt,
  spent,
  type CallEvent,
  type CallState,
} from "../../src/log/call-state.ts";

const place = memberPlace(teamPlace("team", 1), "tests", "agent");

const cost = (usdMicros: number | "unknown"): Cost => ({
  usdMicros,
  inputTokens: usdMicros,
  outputTokens: usdMicros,
});

const error = { code: "AGENT_FAILED", message: "no" } as const;
const invalid = {
  code: "OUTPUT_INVALID",
  message: "it fails its schema",
  issues: [{ message: "too short" }],
} as const;

const started = (attempt: number, reserved?: number): CallEvent => ({
  type: "call.started",
  ...place,
  attempt,
  ...(reserved !== undefined && { reserved }),
});

const retried = (attempt: number, micros: number, charged?: number): CallEvent => ({
  type: "call.retried",
  ...place,
  attempt,
  error,
  waitMs: 0,
  cost: cost(micros),
  ...(charged !== undefined && { charged }),
});

const succeeded = (attempt: number, micros: number): CallEvent => ({
  type: "call.succeeded",
  ...place,
  attempt,
  durationMs: 1,
  output: "ship",
  cost: cost(micros),
});

const failed: CallEvent = {
  type: "call.failed",
  ...place,
  attempt: 1,
  durationMs: 1,
  error,
  cost: cost(4),
};

function folded(...events: readonly CallEvent[]): CallState {
  return events.reduce(evolve, newCall(place, "key"));
}

/** What a state says, in a line. */
function inShort(state: CallState): string {
  const took = spent(state);
  const charged = took.charged === undefined ? "" : `, ${took.charged} charged`;
  return `${state.phase} ${state.attempt}, costs ${took.cost.usdMicros}${charged}`;
}

const TABLE: readonly (readonly [string, string, readonly CallEvent[]])[] = [
  ["nothing has happened to", "new 0, costs 0", []],
  ["an attempt began at", "begun 1, costs unknown", [started(1)]],
  [
    "an attempt with a reservation began at",
    "begun 1, costs unknown, 30 charged",
    [started(1, 30)],
  ],
  ["an attempt failed at", "between 1, costs 4", [started(1), retried(1, 4)]],
  [
    "an attempt failed and was charged for at",
    "between 1, costs 4, 9 charged",
    [started(1, 30), retried(1, 4, 9)],
  ],
  [
    "an attempt that was turned away ended at",
    "between 1, costs 0",
    [started(1), { type: "call.requeued", ...place, attempt: 1, error, waitMs: 5, cost: cost(0) }],
  ],
  ["an attempt answered at", "ended 1, costs 4", [started(1), succeeded(1, 4)]],
  [
    "a second attempt answered at",
    "ended 2, costs 7",
    [started(1), retried(1, 4), started(2), succeeded(2, 7)],
  ],
  ["the last attempt failed at", "ended 1, costs 4", [started(1), failed]],
  [
    "an earlier version stopped",
    "between 1, costs 4",
    [started(1), { ...failed, stopped: true } as CallEvent],
  ],
  [
    "an answer was lost that is not kept whole of",
    "begun 1, costs unknown",
    [started(1), { ...succeeded(1, 4), redacted: true } as CallEvent],
  ],
  [
    "an attempt without an end was made again at",
    "begun 1, costs unknown, 40 charged",
    [started(1, 30), started(1, 10)],
  ],
  [
    "a cancelled attempt said at last what it cost at",
    "begun 1, costs 6, 8 charged",
    [
      started(1, 30),
      {
        type: "call.late",
        ...place,
        attempt: 1,
        settled: "failed",
        durationMs: 1,
        cost: cost(6),
        charged: 8,
      },
    ],
  ],
  [
    "a cancelled attempt was abandoned without a word at",
    "begun 1, costs unknown, 30 charged",
    [started(1, 30), { type: "call.abandoned", ...place, attempt: 1 }],
  ],
  [
    "an attempt reported more after its end at",
    "ended 1, costs 4, 12 charged",
    [
      started(1, 30),
      { ...succeeded(1, 4), charged: 4 } as CallEvent,
      { type: "call.reported", ...place, attempt: 1, cost: cost(8), charged: 12 },
    ],
  ],
  [
    "the answer of another call served for",
    "ended 3, costs 0",
    [
      {
        type: "call.reused",
        ...place,
        key: "key",
        by: "cache",
        from: { runId: "other", callId: "tests" },
        attempt: 3,
        durationMs: 1,
        output: "ship",
        cost: cost(0),
        saved: cost(9),
      },
    ],
  ],
];

describe("the state of a call", () => {
  it.each(TABLE)("when %s it is: %s", (_what, expected, events) => {
    expect(inShort(folded(...events))).toBe(expected);
  });

  it("has another attempt next after one that failed, and the same after one without an end", () => {
    expect(nextAttempt(folded())).toBe(1);
    expect(nextAttempt(folded(started(1), retried(1, 4)))).toBe(2);
    expect(nextAttempt(folded(started(1), retried(1, 4), started(2)))).toBe(2);
  });

  it("keeps the issues of the last output that failed its schema over failures of other kinds", () => {
    const flawed = { ...retried(1, 4), error: invalid } as CallEvent;
    const state = folded(started(1), flawed, started(2), retried(2, 5));
    expect(state.issues).toEqual(invalid.issues);
  });

  it("is not changed by an event, which makes another one", () => {
    const before = Object.freeze(folded(started(1)));
    expect(evolve(before, succeeded(1, 4))).not.toBe(before);
    expect(before.phase).toBe("begun");
  });
});
