import { addCost, UNKNOWN_COST } from "../model/call.ts";
import { spentSince, type Spent } from "../money/spent.ts";
import { nextAttempt, type CallState } from "../log/call-state.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import type { Tally } from "./charge.ts";
import { isDeadline } from "./deadline.ts";
import { decide, type AttemptResult, type Callee } from "./decide-attempt.ts";
import type { Run, Shared } from "./run.ts";

/** A call before its next attempt. */
export interface LeavableCall {
  readonly state: CallState;
  readonly callee: Callee;
  readonly tally: Tally;
  /** When its first attempt in this process began, by the monotonic clock; `undefined` if it has none yet. */
  readonly sinceMs: number | undefined;
}

/**
 * The result of an attempt for whose answer calls of other runs may wait. If the deadline of its own run comes while it is at work for them, its
 * call leaves it, and gets an end of its own at once; the others get the answer.
 */
export function orLeave(
  run: Run,
  shared: Shared,
  asking: LeavableCall,
  making: Promise<AttemptResult>,
): Promise<AttemptResult> {
  const { cancellation } = run;
  return new Promise((resolve, reject) => {
    const leave = (reason: unknown): void => {
      // Without others that wait, the attempt is told of the deadline itself.
      if (!isDeadline(reason) || shared.cancellation.cancelled) return;
      const soFar = shared.atWork?.leave(reason);
      if (soFar === undefined) return;
      shared.rest = tellOthers(run, shared, asking, soFar, making);
      resolve(endBefore(soFar, asking.callee));
    };
    const ended = (): void => {
      cancellation.unwatch(leave);
      shared.atWork = undefined;
    };
    making.finally(ended).then(resolve, reject);
    cancellation.watch(leave);
  });
}

/** The end of an attempt for a call that leaves it: what else it will use is unknown. */
function endBefore(soFar: AttemptEnd, { free, modelName }: Callee): AttemptEnd {
  if (free) return soFar;
  const { cost, model = modelName ?? null, used = [] } = soFar;
  const rest = UNKNOWN_COST;
  return { ...soFar, cost: addCost(cost, rest), used: [...used, { model, cost: rest }] };
}

/** When an attempt has ended that its call has left: the others get its answer, and the log says what else it has used. Never rejects. */
async function tellOthers(
  { clock, journal }: Run,
  shared: Shared,
  { state, callee, tally, sinceMs }: LeavableCall,
  soFar: AttemptEnd,
  making: Promise<AttemptResult>,
): Promise<void> {
  let end: AttemptResult;
  try {
    end = await making;
  } catch {
    // Its executor knew nothing of it, or its store has failed, of which the run was told.
    return;
  }
  // If it was given up or cancelled, it says itself what it has used.
  if (!("startedMs" in end) || end.ended === undefined) return;
  const { startedMs, endedMs, ended: settled } = end;
  const { charged } = tally;
  if (end.ok) {
    const durationMs = Math.round(endedMs - (sinceMs ?? startedMs));
    const moment = { nowMs: clock.now(), durationMs, charged, jitter: 0 };
    const last = { ...moment, cancelled: undefined, isLast: true };
    const [event] = decide(state, callee, end, last).events;
    if (event?.type === "call.succeeded") shared.answered(event);
  }
  journal.note([
    {
      type: "call.late",
      ...state.place,
      attempt: nextAttempt(state),
      settled,
      durationMs: Math.round(endedMs - startedMs),
      ...spentSince(spentBy(end), spentBy(soFar)),
      ...(charged !== undefined && { charged }),
    },
  ]);
}

function spentBy({ cost, model, used = [] }: AttemptEnd): Spent {
  return { cost, model, used };
}
