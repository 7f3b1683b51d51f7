import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { agent, type Agent, type AgentContext } from "../../describe/agent.ts";
import type { Usage } from "../../model/call.ts";

/** What the contract's agent does, step by step. Plain JSON, since it is the agent's task. */
export type ContractStep =
  | { readonly do: "report"; readonly usage: Usage }
  | { readonly do: "emit"; readonly value: unknown }
  | { readonly do: "checkpoint"; readonly value: unknown }
  /** Waits until the file exists; stops when it is told to, unless it is `deaf`. */
  | { readonly do: "wait"; readonly file: string; readonly deaf?: true }
  | { readonly do: "answer"; readonly value: unknown }
  /** Answers with the context that it was given. */
  | { readonly do: "tell" }
  | { readonly do: "fail"; readonly status: number; readonly retryAfterMs?: number };

const LOOK_EVERY_MS = 2;

/** The agents that an executor under test runs: one that does what its task says. */
export const executorAgents: readonly Agent[] = [
  agent({
    name: "stepper",
    run: async (steps: readonly ContractStep[], context) => {
      for (const step of steps) {
        const ended = await take(step, context);
        if (ended !== undefined) return ended.output;
      }
      return undefined;
    },
  }) as Agent,
];

async function take(
  step: ContractStep,
  context: AgentContext,
): Promise<{ readonly output: unknown } | undefined> {
  const { signal } = context;
  switch (step.do) {
    case "report":
      context.report(step.usage);
      return undefined;
    case "emit":
      context.emit(step.value);
      return undefined;
    case "checkpoint":
      context.checkpoint(step.value);
      return undefined;
    case "wait":
      while (!existsSync(step.file)) {
        if (step.deaf !== true) signal.throwIfAborted();
        await setTimeout(LOOK_EVERY_MS);
      }
      return undefined;
    case "answer":
      return { output: step.value };
    case "tell": {
      const { attempt, results, issues, idempotencyKey, runId, callId, checkpointed } = context;
      return {
        output: { attempt, results, issues, idempotencyKey, runId, callId, checkpointed },
      };
    }
    case "fail": {
      const { status, retryAfterMs } = step;
      throw Object.assign(new Error("told to fail"), {
        status,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    }
  }
}
