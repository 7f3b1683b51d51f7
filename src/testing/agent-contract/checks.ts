import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { AgentContext } from "../../describe/agent.ts";
import { systemClock, type Clock } from "../../async/clock.ts";
import type { AgentResult, Usage } from "../../model/call.ts";
import type { QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import type { Budget } from "../../money/budget.ts";
import type { CallLimits } from "../../describe/limits.ts";
import type { Schema } from "../../check/schema.ts";
import { supervisor } from "../../supervisor.ts";
import type { ContractCase } from "../contract.ts";
import type { AgentSetting, AgentUnderTest, MakeAgent, PeerUsage } from "./peer.ts";

export const NAME = "subject";
export const TASK = { question: "ship or hold?" };
export const ANSWER = { recommendation: "hold" };
export const USAGE: PeerUsage = { inputTokens: 20, outputTokens: 9 };
export const MAX_BYTES = 32_768;

const WORDS: readonly unknown[] = ["ship", "hold"];

/** `{ recommendation: "ship" | "hold" }`, with a JSON Schema. */
export const OUTPUT: Schema<{ readonly recommendation: string }> = Object.freeze({
  "~standard": {
    version: 1 as const,
    vendor: "quorate",
    validate(value: unknown) {
      const { recommendation } = Object(value) as Readonly<Record<string, unknown>>;
      if (WORDS.includes(recommendation))
        return { value: { recommendation: String(recommendation) } };
      return { issues: [{ message: 'use "ship" or "hold"', path: ["recommendation"] }] };
    },
    jsonSchema: { input: () => JSON_SCHEMA, output: () => JSON_SCHEMA },
  },
});

const JSON_SCHEMA = {
  type: "object",
  properties: { recommendation: { type: "string", enum: WORDS } },
  required: ["recommendation"],
  additionalProperties: false,
};

/** An agent with its peer, in a team of its own. */
export interface Trial extends AgentUnderTest {
  /** Asks it once, in a team of one. */
  run(options?: {
    readonly signal?: AbortSignal;
    readonly clock?: Clock;
    readonly budget?: Budget | readonly Budget[];
  }): Promise<AskedAgent>;
}

export interface AskedAgent {
  readonly result: AgentResult;
  readonly log: readonly RunEvent[];
}

/** A case with an agent of its own; it checks that no work is left at the peer. */
export function withAgent(
  make: MakeAgent,
  name: string,
  check: (trial: Trial) => Promise<void>,
  more: CallLimits & Pick<AgentSetting, "cost"> = {},
): ContractCase {
  return {
    name,
    async run() {
      const setting = { retries: 0, backoff: { baseMs: 0 }, maxBytes: MAX_BYTES, ...more };
      const made = await make({ name: NAME, output: OUTPUT, ...setting });
      try {
        await check(trialOf(made));
        await until(() => made.peer.atWork === 0, "nothing is at work on the other side");
      } finally {
        await made[Symbol.asyncDispose]?.();
      }
    },
  };
}

/** An agent in a team of its own. */
export function trialOf(made: AgentUnderTest): Trial {
  return {
    ...made,
    async run({ signal, clock = systemClock, budget = [] } = {}) {
      const agents = { [NAME]: made.agent as never };
      const team = supervisor({ name: "contract", agents, clock });
      const { runId, results } = await team.run(TASK as never, {
        ...(signal && { signal }),
        budget,
      });
      const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
      const result = (results as Readonly<Record<string, AgentResult>>)[NAME];
      assert.ok(result !== undefined);
      return { result, log };
    },
  };
}

/** Calls the agent without a team, with the context that Quorate gives it. */
export function askDirectly(
  { agent }: AgentUnderTest,
  signal: AbortSignal,
  reports: Usage[] = [],
): Promise<unknown> {
  const context: AgentContext = {
    signal,
    results: {},
    attempt: 1,
    issues: [],
    idempotencyKey: "key",
    tier: undefined,
    model: undefined,
    failed: [],
    others: [],
    runId: "run",
    callId: NAME,
    emit() {},
    checkpoint() {},
    checkpointed: undefined,
    report: (usage) => void reports.push(usage),
  };
  const run = agent.run as unknown as (task: unknown, given: AgentContext) => unknown;
  return (async () => run(TASK, context))();
}

const PATIENCE_MS = 60_000;

/** Waits for an effect of another process or of a socket. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!holds()) {
    assert.ok(performance.now() < endMs, `it did not come about that ${what}`);
    await setTimeout(1);
  }
}

/** The error of a call that failed with this code. */
export function failedWith(code: string, { result }: AskedAgent): QuorateError {
  assert.equal(result.status, "failed", `it is ${result.status}, and was to fail with ${code}`);
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, code, result.error.message);
  return result.error;
}
