import { addCost, NO_COST, type Answered } from "../../model/call.ts";
import type { Assertions } from "../../conflict/read-claims.ts";
import type { MadeCall, MadeCalls } from "./member.ts";

/**
 * The result of a member: the last answer among its calls, with the attempts, times and costs of all of them. If none
 * answered, the member's own last failure, not that of a fallback.
 */
export function madeOf(calls: MadeCalls): Omit<MadeCall, "place"> {
  const [first] = calls;
  const last = calls.at(-1) ?? first;
  if (last.result.status === "waiting") return { result: last.result, said: undefined };
  const answered = calls.findLast(({ result }) => result.status === "ok");
  if (answered?.result.status === "ok") {
    const { place, result, said } = answered;
    if (calls.length === 1) return { result, said };
    const by = answered === first ? {} : { answeredBy: place.callId };
    const { agent } = first.place;
    return { result: { ...result, ...totalOf(calls), ...by }, said: said && saidBy(agent, said) };
  }
  const own = calls.findLast(
    ({ place, result }) => result.status === "failed" && place.agent === first.place.agent,
  );
  const { result } = own ?? first;
  return {
    result: result.status === "failed" ? { ...result, ...totalOf(calls) } : result,
    said: undefined,
  };
}

function totalOf(calls: readonly MadeCall[]): MemberTotal {
  let total: MemberTotal = { attempts: 0, durationMs: 0, cost: NO_COST };
  for (const { result } of calls) {
    if (result.status !== "ok" && result.status !== "failed") continue;
    total = {
      attempts: total.attempts + result.attempts,
      durationMs: total.durationMs + result.durationMs,
      cost: addCost(total.cost, result.cost),
    };
  }
  return total;
}

type MemberTotal = Pick<Answered, "attempts" | "durationMs" | "cost">;

/** A fallback speaks in the member's name: the member has the position and the weight. */
function saidBy(name: string, said: Assertions): Assertions {
  return { ...said, claims: said.claims.map((claim) => ({ ...claim, agent: name })) };
}
