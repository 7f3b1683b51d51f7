import { NO_COST } from "../call.ts";
import type { Said } from "../conflict/said.ts";
import { unkept } from "./accept.ts";
import { failure, NOT_BEGUN, recordFailure } from "./call-failure.ts";
import { placeOf } from "./call-id.ts";
import { isShared } from "./key.ts";
import { replayed, type Performed } from "./replay.ts";
import type { Run } from "./run.ts";

/**
 * Asked anew are the agent itself, or all of a team, and every team that it stands in; also in a repeated team, at another tier,
 * and who stands in for it.
 */
export function isAnew(callId: string, from: string): boolean {
  const place = placeOf(callId);
  return `${from}/`.startsWith(`${place}/`) || place.startsWith(`${from}/`);
}

/** A call that another run may have the answer of. */
interface Reused {
  readonly agent: string;
  readonly callId: string;
  readonly key: string | undefined;
  /** Whether it is a nested supervisor's. */
  readonly inTeam: boolean;
}

/**
 * The answer of the same call in the run that this one is a fork of; `undefined` when there is none, or it is to be asked
 * anew. It is recorded, so that the fork's log stands by itself, and costs nothing.
 */
export async function reuse(
  run: Run,
  reused: Reused,
  read: (output: unknown) => Said | undefined,
): Promise<Performed | undefined> {
  const { journal, origin } = run;
  const { agent, callId, key } = reused;
  if (origin === undefined || !isShared(key)) return undefined;
  const { history, from } = origin;
  if (from !== undefined && isAnew(callId, from)) return undefined;
  const end = history.call(callId, (recorded) => recorded === key)?.end;
  if (end === undefined || end.type === "call.failed") return undefined;
  // Who did not answer is asked again, also within a team that could do without.
  if (reused.inTeam && history.lacks(callId)) return undefined;
  const { attempt, durationMs, output } = end;
  const { inTeam } = reused;
  // A team is no call; those in it are.
  const calls = inTeam ? history.bill.sums(callId).calls : 1;
  const source = { runId: history.runId, callId };
  const cost = NO_COST;
  const event = {
    type: "call.reused",
    callId,
    agent,
    key,
    by: "fork",
    from: source,
    attempt,
    durationMs,
    output,
    cost,
    // Of one that was itself taken over, what it had cost to ask.
    saved: end.type === "call.reused" ? end.saved : end.cost,
    ...(inTeam && { calls }),
  } as const;
  const excess = journal.excess(event);
  if (excess !== undefined) {
    const error = unkept(agent, excess);
    await recordFailure(run, { name: agent }, callId, error, NOT_BEGUN, key);
    return failure(error, NOT_BEGUN);
  }
  await journal.record([event]);
  const performed = replayed({ ...end, cost }, read);
  const { result } = performed;
  return result.status === "ok"
    ? { ...performed, result: { ...result, reused: "fork" } }
    : performed;
}
