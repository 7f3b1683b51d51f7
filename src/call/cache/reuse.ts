import { NO_COST } from "../../model/call.ts";
import type { Assertions } from "../../conflict/read-claims.ts";
import { unkept } from "../accept.ts";
import { failCall, type InPlace } from "../attempts.ts";
import { outcomeOf, type CallOutcome } from "../call-outcome.ts";
import type { PreparedCall } from "../call-spec.ts";
import { isShared } from "../key.ts";
import type { Run } from "../run.ts";

/**
 * Whether a place is asked again: `from` itself, everything below it and every team above it. Repeats, tiers and
 * fallbacks count as their place.
 */
export function isAnew(place: string, from: string): boolean {
  const within = [`${from}/`, `${from}~`].some((start) => place.startsWith(start));
  return within || `${from}/`.startsWith(`${place}/`);
}

/**
 * The outcome that a log has of a call: this run's, or else that of the run it is a fork of. `undefined` if the call must be made, or
 * is in doubt. `read` reads the answer.
 */
export async function replayOrReuse(
  run: Run,
  callee: InPlace,
  call: PreparedCall,
  read: (output: unknown) => Assertions | undefined,
): Promise<CallOutcome | undefined> {
  const { phase, end } = call.state;
  if (end !== undefined) return outcomeOf(end, read);
  return phase === "new" ? reuse(run, callee, call, read) : undefined;
}

/**
 * The answer of the same call in the run that this one is a fork of; `undefined` if there is none, or it must be asked
 * again. The answer is recorded, so the fork's log is complete by itself, and it costs nothing.
 */
async function reuse(
  run: Run,
  callee: InPlace,
  { spec, key, state }: PreparedCall,
  read: (output: unknown) => Assertions | undefined,
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
  // A member that did not answer is asked again, even if its team could answer without it.
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
    // A team is not a call; its agents' calls count.
    ...(inTeam && { calls: history.bill.sums(callId).calls }),
  } as const;
  const excess = journal.excess(event);
  if (excess !== undefined) {
    return failCall(run, callee, state, unkept(place.agent, excess));
  }
  // No agent in it is asked, so nothing else would repeat its notices.
  const notices = inTeam ? history.notices.given(callId) : [];
  await journal.record([
    ...(notices.length > 0 ? [{ type: "notices.given", team: callId, notices } as const] : []),
    event,
  ]);
  const outcome = outcomeOf({ ...end, cost: NO_COST }, read);
  const { result } = outcome;
  return result.status === "ok" ? { ...outcome, result: { ...result, reused: "fork" } } : outcome;
}
