import { NO_COST } from "../../model/call.ts";
import type { Said } from "../../conflict/said.ts";
import { unkept } from "../accept.ts";
import { failCall, type InPlace } from "../attempts.ts";
import { outcomeOf, type CallOutcome } from "../call-outcome.ts";
import type { PreparedCall } from "../call-spec.ts";
import { isShared } from "../key.ts";
import type { Run } from "../run.ts";

/**
 * Asked anew is whoever stands there: the agent itself, or all of a team, and every team that it stands in; also in a repeated team, at
 * another tier, and who stands in for it.
 */
export function isAnew(place: string, from: string): boolean {
  const within = [`${from}/`, `${from}~`].some((start) => place.startsWith(start));
  return within || `${from}/`.startsWith(`${place}/`);
}

/**
 * The outcome that a log has of a call: this run's, or else that of the run it is a fork of. `undefined` where the call has to be made, or
 * is in doubt. `read` reads the answer.
 */
export async function replayOrReuse(
  run: Run,
  callee: InPlace,
  call: PreparedCall,
  read: (output: unknown) => Said | undefined,
): Promise<CallOutcome | undefined> {
  const { phase, end } = call.state;
  if (end !== undefined) return outcomeOf(end, read);
  return phase === "new" ? reuse(run, callee, call, read) : undefined;
}

/**
 * The answer of the same call in the run that this one is a fork of; `undefined` when there is none, or it is to be asked
 * anew. It is recorded, so that the fork's log stands by itself, and costs nothing.
 */
async function reuse(
  run: Run,
  callee: InPlace,
  { spec, key, state }: PreparedCall,
  read: (output: unknown) => Said | undefined,
): Promise<CallOutcome | undefined> {
  const { journal, origin } = run;
  const { place } = spec;
  const { callId } = place;
  const inTeam = place.role === "team";
  if (origin === undefined || !isShared(key)) return undefined;
  const { history, from } = origin;
  if (from !== undefined && isAnew(callee.place, from)) return undefined;
  const end = history.call(callId, (recorded) => recorded === key)?.end;
  if (end === undefined || end.type === "call.failed") return undefined;
  // A member that did not answer is asked again, also within a team that could do without it.
  if (inTeam && history.lacks(callId)) return undefined;
  const { attempt, durationMs, output } = end;
  const event = {
    type: "call.reused",
    ...place,
    key,
    by: "fork",
    from: { runId: history.runId, callId },
    attempt,
    durationMs,
    output,
    cost: NO_COST,
    // An answer that was itself taken over saves what it first cost.
    saved: end.type === "call.reused" ? end.saved : end.cost,
    // A team is no call; those in it are.
    ...(inTeam && { calls: history.bill.sums(callId).calls }),
  } as const;
  const excess = journal.excess(event);
  if (excess !== undefined) {
    return failCall(run, callee, state, unkept(place.agent, excess));
  }
  // Nobody in it is asked, so that nothing else would say again what its answer does not say by itself.
  const notices = inTeam ? history.notices.given(callId) : [];
  await journal.record([
    ...(notices.length > 0 ? [{ type: "notices.given", team: callId, notices } as const] : []),
    event,
  ]);
  const outcome = outcomeOf({ ...end, cost: NO_COST }, read);
  const { result } = outcome;
  return result.status === "ok" ? { ...outcome, result: { ...result, reused: "fork" } } : outcome;
}
