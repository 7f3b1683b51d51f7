import type { AgentResult } from "../../src/model/call.ts";
import type { Position } from "../../src/model/conflict.ts";
import type { Json } from "../../src/model/json.ts";
import type { Ask, ResolverContext, Question } from "../../src/resolve/resolver.ts";

export const COST = {
  usdMicros: "unknown",
  inputTokens: "unknown",
  outputTokens: "unknown",
} as const;

export function answered(output: unknown): AgentResult {
  return { status: "ok", output, attempts: 1, durationMs: 0, cost: COST };
}

/** Runs the agent there and then, and keeps the keys under which agents were asked. */
export function directAsk(): { readonly ask: Ask; readonly keys: string[] } {
  const keys: string[] = [];
  const ask: Ask = async (agent, task, key) => {
    keys.push(key);
    return answered(await agent.run(task as never, {} as never));
  };
  return { ask, keys };
}

/** For chains that have nobody to ask. */
export const askNobody: Ask = (agent) => {
  throw new Error(`${agent.name} was asked`);
};

export const ALONE: ResolverContext = { ask: askNobody, signal: undefined };

/** `question({ ship: ["a", "b"], hold: ["c"] })`, in that order. */
export function question(
  held: Readonly<Record<string, readonly string[]>>,
  kind: Question["kind"] = "claim",
): Question {
  return {
    subject: "task",
    kind,
    positions: Object.entries(held).map(([value, agents]) => position(value, agents)),
    missing: [],
    asked: Object.values(held).flat().length,
  };
}

export function position(value: Json, agents: readonly string[], evidence?: string): Position {
  return {
    value,
    heldBy: agents.map((agent) => (evidence === undefined ? { agent } : { agent, evidence })),
  };
}
