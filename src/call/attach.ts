import type { CallRequest } from "../model/call.ts";
import { CallAttempt } from "./attempt.ts";
import { holderOf } from "./attempt-request.ts";
import { attempts, type MakeAttempt } from "./attempts.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { PreparedCall } from "./call-spec.ts";
import type { CallState } from "../log/call-state.ts";
import { chargeReserved, type Tally } from "./charge.ts";
import type { AttemptResult } from "./decide-attempt.ts";
import type { Run } from "./run.ts";
import { lifeMsOf, slotsIn, type ConfiguredAgent } from "./configured-agent.ts";
import { goOnWith } from "./send.ts";
import type { PermitRequest } from "../limits/permit.ts";

/** The executor does not know an attempt: the call is in doubt. */
const GONE = new Error("the executor knows nothing of the attempt");

/**
 * The outcome of a call that had begun when the process of its run died: its attempt continues where it runs, and is neither begun nor
 * paid a second time. Later attempts are made by `make`. `undefined` if the executor does not know the attempt.
 */
export async function attached(
  run: Run,
  configured: ConfiguredAgent,
  call: PreparedCall,
  make: MakeAttempt<ConfiguredAgent>,
): Promise<CallOutcome | undefined> {
  let isFirst = true;
  try {
    return await attempts(run, configured, call, (given, callee, request, tally) => {
      if (!isFirst) return make(given, callee, request, tally);
      isFirst = false;
      return goOn(given, callee, call.state, request, tally);
    });
  } catch (error) {
    if (error === GONE) return undefined;
    throw error;
  }
}

async function goOn(
  run: Run,
  configured: ConfiguredAgent,
  { startedSeq, reserved }: CallState,
  request: CallRequest,
  tally: Tally,
): Promise<AttemptResult> {
  const attempt = new CallAttempt(run, configured, request, startedSeq);
  // Before any wait, so that no other attempt takes its slot.
  const held = requestOf(run, configured, request, reserved);
  const permit = await run.limiter.acquire(held, run.cancellation, attempt);
  const { budgets } = configured;
  const charge =
    budgets.length === 0
      ? undefined
      : chargeReserved(run, request, reserved, budgets, permit, tally);
  const end = await goOnWith(run, attempt, { permit, charge });
  if (end === undefined) throw GONE;
  await end.settled;
  return { ...end, goesOn: true };
}

/** Its slots, and what is reserved for it in shared budgets; those of its run have been charged with its reservation. */
function requestOf(
  { journal, executor, budgets }: Run,
  configured: ConfiguredAgent,
  call: CallRequest,
  usdMicros: number | undefined,
): PermitRequest {
  const { agent, limiters, limits } = configured;
  const { scoped } = budgets.all(
    { limits: limiters, scoped: configured.scoped },
    configured.budgets,
  );
  return (
    slotsIn(configured, journal.runId) ?? {
      agent: agent.name,
      runId: journal.runId,
      limits: limiters,
      scoped,
      tokens: 0,
      usdMicros,
      backoff: limits.backoff,
      lifeMs: lifeMsOf(limits, executor.mayBeginWithinMs),
      attempt: holderOf(call, executor, scoped),
      goesOn: scoped.length > 0,
    }
  );
}
