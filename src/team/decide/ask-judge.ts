import type { Agent } from "../../describe/agent.ts";
import { furtherPlace, judgePlace, type CallPlace } from "../../model/call-place.ts";
import { performCall } from "../../call/call.ts";
import { mayAskFurther } from "../../call/ladder.ts";
import { canonicalJson } from "../../model/json.ts";
import { RERUN } from "../../describe/tier.ts";
import type { Ask } from "../../resolve/link.ts";
import type { Deciding } from "./decide.ts";
import { askMember } from "../coordinate/member.ts";
import { madeOf } from "../coordinate/member-result.ts";

interface JudgeCall {
  readonly task: unknown;
  readonly answer: ReturnType<Ask>;
}

/**
 * Asks judges through all the steps of a call, for all that is decided about one team. A question that was asked before, under the same
 * key, is not asked again: it has the same answer. Another one under that key is another call.
 */
export function judgeAsker(deciding: Deciding): Ask {
  const asked = new Map<string, JudgeCall[]>();
  return (agent, task, key) => {
    const place = judgePlace(deciding.at, agent.name, key);
    const before = asked.get(place.callId) ?? [];
    asked.set(place.callId, before);
    const same = before.find((call) => canonicalJson(call.task) === canonicalJson(task));
    if (same !== undefined) return same.answer;
    const another = before.reduce((one) => furtherPlace(one, "rerun", RERUN), place);
    const answer = askJudge(deciding, agent, task, another);
    before.push({ task, answer });
    return answer;
  };
}

async function askJudge(
  { run, seating }: Deciding,
  agent: Agent,
  task: unknown,
  place: CallPlace,
): ReturnType<Ask> {
  const judge = seating.judges.get(agent);
  if (judge === undefined) {
    throw new Error(`a link or a comparator asks ${agent.name}, which is not among its "asks"`);
  }
  const question = { place, task, results: {}, judged: true };
  if (mayAskFurther(judge.seat)) {
    const { calls } = await askMember(run, judge.seat, question);
    return madeOf(calls).result;
  }
  const { result } = await performCall(run, judge.seat, question);
  return result;
}
