import { agent, isWorker, type Agent, type AgentContext } from "../../agent.ts";
import { QuorateError } from "../../errors.ts";
import { checkKind, shown } from "../../policy/check-kind.ts";
import type { Question } from "../link.ts";
import type { JudgeAnswer, JudgeQuestion } from "./question.ts";

/** A judge: an agent, or a function, which is made one under the link's name. */
export type JudgeAsk =
  | Agent<string, JudgeQuestion, JudgeAnswer>
  | ((question: JudgeQuestion, context: AgentContext) => JudgeAnswer | Promise<JudgeAnswer>);

/** Refuses with `BAD_OPTIONS` what is no judge. */
export function judgeAgent(ask: JudgeAsk, name: string, where: string): Agent {
  if (typeof ask === "function") return agent({ name, run: ask, cache: false });
  if (isWorker(ask)) return ask;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} is no agent and no function; give it agent({ … }) or async (question) => ({ choice, reasoning })`,
  );
}

/** Refuses with `BAD_OPTIONS` what is no list of agents' names. */
export function checkAuthors(authors: unknown, where: string): readonly string[] {
  checkKind(authors, where, "object", 'use a list of agents\' names, for instance ["security"]');
  if (authors === undefined) return [];
  if (Array.isArray(authors) && authors.every((name) => typeof name === "string")) {
    return Object.freeze([...(authors as readonly string[])]);
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} is ${shown(authors)}; use a list of agents' names, for instance ["security"]`,
  );
}

/**
 * The one whose position a judge would judge: itself, or an agent that it declared itself the author of. `undefined`
 * where it may be asked.
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
