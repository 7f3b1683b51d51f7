import { agent, type Agent, type AgentContext } from "../../describe/agent.ts";
import { isWorker } from "../../describe/worker.ts";
import { listOf, thing } from "../../check/kinds.ts";
import type { Option } from "../../check/options.ts";
import type { Question } from "../resolver.ts";
import type { JudgeAnswer, JudgeQuestion } from "./question.ts";

/** A judge: an agent, or a function, which becomes one under the resolver's name. */
export type JudgeAsk =
  | Agent<string, JudgeQuestion, JudgeAnswer>
  | ((question: JudgeQuestion, context: AgentContext) => JudgeAnswer | Promise<JudgeAnswer>);

export const ASK: Option<JudgeAsk> = thing<JudgeAsk>(
  "an agent or a function",
  (given) => typeof given === "function" || isWorker(given),
  "give it agent({ … }) or async (question) => ({ choice, reasoning })",
).needed();

export function judgeAgent(ask: JudgeAsk, name: string): Agent {
  return typeof ask === "function" ? agent({ name, run: ask, cache: false }) : ask;
}

/** Agents for which a judge speaks, by their names. */
export const AUTHORS: Option<readonly string[]> = listOf<string>(
  (name) => typeof name === "string",
  'use a list of agents\' names, for instance ["security"]',
).or(Object.freeze([]));

/**
 * The agent whose position a judge would judge as its own: itself, or one that it lists in `authorOf`. `undefined`
 * if it may be asked.
 */
export function ownPosition(
  judge: string,
  authorOf: readonly string[],
  { positions }: Pick<Question, "positions">,
): string | undefined {
  const own = new Set([judge, ...authorOf]);
  for (const { heldBy } of positions) {
    const holder = heldBy.find(({ agent: name }) => own.has(name));
    if (holder !== undefined) return holder.agent;
  }
  return undefined;
}
