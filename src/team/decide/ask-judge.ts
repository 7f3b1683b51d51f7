import type { Agent } from "../../describe/agent.ts";
import { furtherPlace, judgePlace, scopeOf, type CallPlace } from "../../model/call-place.ts";
import { performCall } from "../../call/call.ts";
import { mayAskFurther } from "../../call/ladder.ts";
import { canonicalJson } from "../../model/json.ts";
import { RERUN } from "../../describe/tier.ts";
import type { Ask, Told } from "../../resolve/resolver.ts";
import type { Deciding } from "./decide.ts";
import { askMember } from "../coordinate/member.ts";
import { madeOf } from "../coordinate/member-result.ts";

interface JudgeCall {
  readonly task: unknown;
  readonly answer: ReturnType<Ask>;
}

/**
 * Asks judges through all the steps of a call, for everything that is decided about one team. A question that was asked before under the same
 * key is not asked again: it has the same answer. Another question under that key is another call.
 */
export function judgeAsker(deciding: Deciding): Ask {
  const asked = new Map<string, JudgeCall[]>();
  let tell: ReturnType<typeof instructing> | undefined;
  return (agent, task, key, told) => {
    const place = judgePlace(deciding.at, agent.name, key);
    const before = asked.get(place.callId) ?? [];
    asked.set(place.callId, before);
    const same = before.find((call) => canonicalJson(call.task) === canonicalJson(task));
    if (same !== undefined) return same.answer;
    const another = before.reduce((one) => furtherPlace(one, "rerun", RERUN), place);
    if (told !== undefined) {
      if ("link" in told) throw new Error('what a judge is told has "link", renamed to "resolver"');
      tell ??= instructing(deciding);
      tell(agent.name, told);
    }
    const answer = askJudge(deciding, agent, task, another);
    before.push({ task, answer });
    return answer;
  };
}

/** Records the instructions of judges, each once, unless the log has them. */
function instructing({ run, at }: Deciding): (judge: string, told: Told) => void {
  const { journal, history, redact } = run;
  const known = new Set<string>();
  const nameOf = (judge: string, { resolver, instructions }: Told): string =>
    canonicalJson([judge, resolver, redact?.text(instructions) ?? instructions]);
  for (const event of history?.events ?? []) {
    if (event.type !== "judge.instructed" || scopeOf(event) !== scopeOf(at)) continue;
    known.add(nameOf(event.judge, event));
  }
  return (judge, told) => {
    const name = nameOf(judge, told);
    if (known.has(name)) return;
    known.add(name);
    journal.note([{ type: "judge.instructed", ...at, judge, ...told }]);
  };
}

async function askJudge(
  { run, configuredTeam }: Deciding,
  agent: Agent,
  task: unknown,
  place: CallPlace,
): ReturnType<Ask> {
  const judge = configuredTeam.judges.get(agent);
  if (judge === undefined) {
    throw new Error(`a resolver or a comparator asks ${agent.name}, which is not among its "asks"`);
  }
  const question = { place, task, results: {}, judged: true };
  if (mayAskFurther(judge.configured)) {
    const { calls } = await askMember(run, judge.configured, question);
    return madeOf(calls).result;
  }
  const { result } = await performCall(run, judge.configured, question);
  return result;
}
