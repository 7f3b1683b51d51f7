import { addBills } from "../../src/money/add-bills.ts";
import type { Verdict } from "../../src/model/verdict.ts";
import type { EventBody, RunEvent } from "../../src/model/events.ts";

export const runId = "run-1";
export const startMs = Date.UTC(2026, 10, 22, 12, 0);

const unknown = { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" } as const;

export const holdVerdict: Verdict = {
  subject: "task",
  kind: "claim",
  status: "decided",
  winner: "hold",
  confidence: 0.6,
  confidenceFrom: "laplace",
  calibrated: false,
  reasoning: "unanimous: defers, 2 positions. vote: decides, hold has 2 of 3 votes.",
  by: "vote",
  positions: [
    {
      value: "hold",
      heldBy: [{ agent: "performance" }, { agent: "security", evidence: "a token is logged" }],
    },
    { value: "ship", heldBy: [{ agent: "style" }] },
  ],
  dissent: [{ agent: "style", position: "ship" }],
  missing: ["legal"],
};

/** A run of four agents: one asked twice, one that fails, a vote of two against one. */
export const bodies: readonly { readonly afterMs: number; readonly body: EventBody }[] = [
  {
    afterMs: 0,
    body: { type: "run.started", supervisor: { name: "gate", version: "2" }, input: { diff: "x" } },
  },
  {
    afterMs: 0,
    body: {
      type: "run.planned",
      mode: "parallel",
      agents: ["security", "performance", "style", "legal"],
    },
  },
  { afterMs: 0, body: started("security", 1) },
  { afterMs: 0, body: started("performance", 1) },
  { afterMs: 0, body: started("style", 1) },
  { afterMs: 0, body: started("legal", 1) },
  {
    afterMs: 200,
    body: {
      type: "call.retried",
      callId: "security",
      agent: "security",
      role: "agent",
      attempt: 1,
      error: { code: "TIMEOUT", message: "security timed out after 200 ms" },
      waitMs: 300,
      cost: unknown,
    },
  },
  { afterMs: 400, body: succeeded("performance", 1, 400, "hold") },
  { afterMs: 500, body: started("security", 2) },
  { afterMs: 500, body: succeeded("style", 1, 500, "ship") },
  {
    afterMs: 600,
    body: {
      type: "call.failed",
      callId: "legal",
      agent: "legal",
      role: "agent",
      attempt: 1,
      durationMs: 600,
      error: { code: "AGENT_FAILED", message: "legal failed: no such statute" },
      cost: unknown,
    },
  },
  { afterMs: 1000, body: succeeded("security", 2, 1000, "hold") },
  {
    afterMs: 1000,
    body: {
      type: "conflict.found",
      conflict: { subject: "task", kind: "claim", positions: holdVerdict.positions },
    },
  },
  { afterMs: 1000, body: { type: "verdict.reached", verdict: holdVerdict } },
  {
    afterMs: 1000,
    body: {
      type: "run.finished",
      status: "partial",
      missing: [{ agent: "legal", why: "failed", detail: "legal failed: no such statute" }],
      bill: { ...addBills([]), calls: 4, attempts: 5, spent: unknown },
    },
  },
];

/** The run as its log has it; `upTo` events of it. */
export function events(upTo: number = bodies.length): RunEvent[] {
  return bodies.slice(0, upTo).map(({ afterMs, body }, index) => ({
    ...body,
    runId,
    seq: index + 1,
    atMs: startMs + afterMs,
  }));
}

function started(agent: string, attempt: number): EventBody {
  return { type: "call.started", callId: agent, agent, role: "agent", attempt };
}

function succeeded(
  agent: string,
  attempt: number,
  durationMs: number,
  recommendation: string,
): EventBody {
  const output = { recommendation, reasons: ["because"] };
  return {
    type: "call.succeeded",
    callId: agent,
    agent,
    role: "agent",
    attempt,
    durationMs,
    output,
    cost: unknown,
  };
}
