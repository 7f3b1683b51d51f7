import type { Agent } from "../../agent.ts";
import type { AgentResult } from "../../call.ts";
import { furtherId } from "../../engine/call-id.ts";
import { performCall } from "../../engine/call.ts";
import { canonicalJson } from "../../json.ts";
import { RERUN } from "../../policy/tier.ts";
import type { Deciding } from "./decide.ts";
import { askMember, mayAskFurther } from "../coordinate/member.ts";
import { madeOf } from "../coordinate/member-result.ts";

/** What links and comparators have asked, by judge and key: the questions, and their answers. */
export type Asked = Map<string, JudgeCall[]>;

interface JudgeCall {
  readonly task: string;
  readonly answer: Promise<AgentResult>;
}

interface JudgeAsked {
  readonly agent: Agent;
  readonly task: unknown;
  readonly key: string;
}

/**
 * Asks a judge through all the steps of a call. Where members are asked once more, `asked` keeps what was asked before: the same
 * question is not asked again, and another one under the same key is another call.
 */
export function askJudge(
  deciding: Deciding,
  { agent, task, key }: JudgeAsked,
  asked: Asked | undefined,
): Promise<AgentResult> {
  if (asked === undefined) return askOf(deciding, agent, task, key);
  const place = `${agent.name}/${key}`;
  const before = asked.get(place) ?? [];
  asked.set(place, before);
  const text = canonicalJson(task);
  const same = before.find((call) => call.task === text);
  if (same !== undefined) return same.answer;
  const id = before.reduce((one) => furtherId(one, RERUN), key);
  const answer = askOf(deciding, agent, task, id);
  before.push({ task: text, answer });
  return answer;
}

async function askOf(
  { run, seating, prefix }: Deciding,
  agent: Agent,
  task: unknown,
  key: string,
): Promise<AgentResult> {
  const judge = seating.judges.get(agent);
  if (judge === undefined) {
    throw new Error(`a link or a comparator asks ${agent.name}, which is not among its "asks"`);
  }
  const question = { callId: `${prefix}${judge.name}/${key}`, task, results: {}, judged: true };
  if (mayAskFurther(judge.seat)) {
    const { calls } = await askMember(run, judge.seat, question);
    return madeOf(calls, agent).result;
  }
  const { result } = await performCall(run, judge.seat, question);
  return result;
}
