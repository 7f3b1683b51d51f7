import { randomUUID } from "node:crypto";
import type { Agent } from "../agent.ts";
import { cancellation, follow } from "../async/cancellation.ts";
import { systemClock } from "../async/clock.ts";
import type { AgentResult } from "../call.ts";
import { lane } from "../policy/admission.ts";
import { mergeLimits } from "../policy/limits.ts";
import { performCall } from "./call.ts";
import { embeddedEngine } from "./engine.ts";
import { openJournal } from "./journal.ts";
import { tally, type Run } from "./run.ts";

const ALONE_CONCURRENCY = 8;

/**
 * Asks agents without a supervisor: through all the steps of a call, with the default limits, at most 8 attempts at once, and
 * with a log that nobody keeps. Each call rejects only when `signal` aborts, with its reason.
 */
export function aloneAsker(
  signal?: AbortSignal,
): (agent: Agent, task: unknown, key: string) => Promise<AgentResult> {
  const lanes = [lane(ALONE_CONCURRENCY)];
  const runId = randomUUID();
  return async (agent, task, key) => {
    const cancelling = cancellation();
    using _following = follow(signal, cancelling);
    const journal = openJournal({
      runId,
      store: { append: () => {} },
      clock: systemClock,
      watch: undefined,
      fail: cancelling.cancel,
    });
    const run: Run = {
      journal,
      cancellation: cancelling,
      clock: systemClock,
      engine: embeddedEngine(new Map([[agent.name, agent]])),
      tally: tally(),
    };
    const seat = { agent, place: agent.name, limits: mergeLimits(agent.limits), lanes };
    const { result } = await performCall(run, seat, { callId: `~${agent.name}/${key}`, task, results: {} });
    return result;
  };
}

export function askAlone(agent: Agent, task: unknown, key: string, signal?: AbortSignal): Promise<AgentResult> {
  return aloneAsker(signal)(agent, task, key);
}
