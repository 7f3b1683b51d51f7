import { describe, expect, it } from "vitest";
import { memberPlace, teamPlace } from "../../src/model/call-place.ts";
import { QuorateError, type Cost } from "../../src/index.ts";
import { evolve, newCall, type CallState } from "../../src/log/call-state.ts";
import { deadlinePassed } from "../../src/call/deadline.ts";
import {
  decide,
  type AttemptResult,
  type Callee,
  type AttemptDecision,
  type Moment,
} from "../../src/call/decide-attempt.ts";
import { PLAIN_AGENT } from "../../src/call/configured-agent.ts";
import { DEFAULT_LIMITS } from "../../src/describe/limits.ts";

const callee = (retries = 1): Callee => ({
  ...PLAIN_AGENT,
  agent: { name: "tests" },
  limits: { ...DEFAULT_LIMITS, retries },
});

const moment: Moment = {
  nowMs: 1_000,
  durationMs: 7,
  charged: undefined,
  jitter: 0.5,
  cancelled: undefined,
  isLast: false,
};

const cost = (usdMicros: number): Cost => ({ usdMicros, inputTokens: 0, outputTokens: 0 });

const answered: AttemptResult = {
  ok: true,
  accepted: { output: "ship", said: undefined },
  startedMs: 3,
  endedMs: 10,
  cost: cost(5),
};

function failedWith(error: unknown, more: object = {}): AttemptResult {
  return { ok: false, error, startedMs: 3, endedMs: 10, cost: cost(5), ...more };
}

const place = memberPlace(teamPlace("team", 1), "tests", "agent");
const fresh = newCall(place, "key");

/** The call after one attempt that began and ended so. */
function after(result: AttemptResult, state: CallState = fresh, retries = 99): CallState {
  const decision = decide(state, callee(retries), result, moment);
  const [event] = decision.events;
  if (decision.kind !== "again" || event === undefined) throw new Error("it has ended");
  return evolve(state, event as never);
}

const busy = Object.assign(new Error("busy"), { status: 503 });
const wrong = Object.assign(new Error("wrong"), { status: 400 });

/** What a decision says, in a line. */
function inShort(decision: AttemptDecision): string {
  const types = decision.events.map(({ type }) => type.replace("call.", ""));
  const wait = decision.kind === "again" ? ` after ${decision.waitMs} ms` : "";
  return `${[decision.kind, ...types].join(" ")}${wait}`;
}

const late = [
  {
    type: "call.abandoned",
    ...place,
    attempt: 1,
  },
] as const;

const TABLE: readonly (readonly [string, string, AttemptDecision])[] = [
  ["an answer", "ended succeeded", decide(fresh, callee(), answered, moment)],
  [
    "a failure with a repetition left",
    "again retried after 250 ms",
    decide(fresh, callee(), failedWith(busy), moment),
  ],
  [
    "a failure after the last repetition",
    "ended failed",
    decide(after(failedWith(busy)), callee(), failedWith(busy), moment),
  ],
  [
    "a failure that is known to be permanent",
    "ended failed",
    decide(fresh, callee(), failedWith(wrong), moment),
  ],
  [
    "a failure in a call of which no attempt may follow",
    "ended failed",
    decide(fresh, callee(), failedWith(busy), { ...moment, isLast: true }),
  ],
  [
    "an attempt that was turned away",
    "again requeued after 40 ms",
    decide(fresh, callee(0), failedWith(busy, { requeue: { waitMs: 40 } }), moment),
  ],
  [
    "a failure after an attempt that was turned away, which is no repetition",
    "again retried after 250 ms",
    decide(
      after(failedWith(busy, { requeue: { waitMs: 40 } })),
      callee(),
      failedWith(busy),
      moment,
    ),
  ],
  [
    "an attempt that was turned away once more than is allowed",
    "ended failed",
    decide(
      Array.from({ length: 20 }).reduce<CallState>(
        (state) => after(failedWith(busy, { requeue: { waitMs: 40 } }), state, 0),
        fresh,
      ),
      callee(0),
      failedWith(busy, { requeue: { waitMs: 40 } }),
      moment,
    ),
  ],
  [
    "an attempt that a budget refused",
    "ended failed",
    decide(
      fresh,
      callee(),
      { ok: false, asked: false, error: new QuorateError("DEADLOCK", "no") },
      moment,
    ),
  ],
  [
    "a failure while the run is cancelled",
    "cancelled",
    decide(fresh, callee(), failedWith(busy), { ...moment, cancelled: { reason: "enough" } }),
  ],
  [
    "a failure by itself while the run is cancelled, of which something is charged",
    "cancelled late",
    decide(fresh, callee(), failedWith(busy, { ended: "failed" }), {
      ...moment,
      charged: 9,
      cancelled: { reason: "enough" },
    }),
  ],
  [
    "an answer when the deadline of the run is over",
    "ended failed",
    decide(fresh, callee(), answered, {
      ...moment,
      cancelled: { reason: deadlinePassed("gate", 100) },
    }),
  ],
  [
    "a failure that something is to be recorded after",
    "again retried abandoned after 250 ms",
    decide(fresh, callee(), failedWith(busy, { after: late }), moment),
  ],
  [
    "a team that waits for a person",
    "ended",
    decide(fresh, callee(), { ok: false, waits: "a person is asked" }, moment),
  ],
];

describe("what follows from the result of an attempt", () => {
  it.each(TABLE)("%s is followed by: %s", (_what, expected, decision) => {
    expect(inShort(decision)).toBe(expected);
  });

  it("an answer is recorded with what all attempts took together", () => {
    const state = after(failedWith(busy));
    expect(decide(state, callee(), answered, { ...moment, charged: 12 })).toEqual({
      kind: "ended",
      events: [
        {
          type: "call.succeeded",
          ...place,
          attempt: 2,
          durationMs: 7,
          output: "ship",
          cost: cost(10),
          charged: 12,
        },
      ],
      outcome: {
        result: { status: "ok", output: "ship", attempts: 2, durationMs: 7, cost: cost(10) },
        said: undefined,
      },
    });
  });

  it("a deadline's own reason stands in place of what the attempt failed with", () => {
    const reason = deadlinePassed("gate", 100);
    const decision = decide(fresh, callee(), failedWith(busy), {
      ...moment,
      cancelled: { reason },
    });
    expect(decision).toMatchObject({ outcome: { result: { status: "failed", error: reason } } });
  });

  it("a call that nobody was asked for has its key in its end, and no attempt", () => {
    const error = new QuorateError("BUDGET_EXCEEDED", "no money");
    const decision = decide(fresh, callee(), { ok: false, asked: false, error }, moment);
    expect(decision.events).toMatchObject([{ type: "call.failed", attempt: 0, key: "key" }]);
  });

  it("a refused attempt at a call in doubt leaves the attempt that had begun", () => {
    const begun = evolve(fresh, {
      type: "call.started",
      ...place,
      attempt: 1,
      reserved: 30,
    });
    const error = new QuorateError("BUDGET_EXCEEDED", "no money");
    const decision = decide(begun, callee(), { ok: false, asked: false, error }, moment);
    expect(decision.events).toMatchObject([
      { type: "call.failed", attempt: 1, cost: { usdMicros: "unknown" } },
    ]);
    expect(decision.events[0]).not.toHaveProperty("key");
  });

  it("the issues of a failed output are in the state that the next attempt begins with", () => {
    const issues = [{ message: "too short", path: "reasons" }];
    const invalid = new QuorateError("OUTPUT_INVALID", "it fails its schema", { issues });
    const next = after(failedWith(invalid));
    expect(next.issues).toEqual(issues);
    expect(after(failedWith(busy), next).issues).toEqual(issues);
  });

  it("a team's cost is the one that its calls come to", () => {
    const decision = decide(fresh, callee(), { ...answered, total: cost(99) }, moment);
    expect(decision.events).toMatchObject([{ cost: cost(99) }]);
  });
});
