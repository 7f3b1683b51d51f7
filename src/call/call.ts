import { either, type Cancellation } from "../async/cancellation.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { said, type Said } from "../conflict/said.ts";
import { QuorateError } from "../model/errors.ts";
import { attempts, failCall, type MakeAttempt } from "./attempts.ts";
import { attached } from "./attach.ts";
import { askCached, reuseIfKept } from "./cache/cache.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { CallSpec, PreparedCall } from "./call-spec.ts";
import { newCall } from "../log/call-state.ts";
import { isDeadline } from "./deadline.ts";
import { failure } from "./decide-attempt.ts";
import { dispatch } from "./dispatch.ts";
import { policyInDoubt, WAITS_IN_DOUBT } from "./in-doubt.ts";
import { checkInput } from "./input.ts";
import { isShared } from "./key.ts";
import { prepareCall } from "./prepare-call.ts";
import { replayOrReuse } from "./cache/reuse.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/**
 * Asks one agent once. This is the order of everything that happens to a call:
 *
 *     input check → replay → reuse → cache → join
 *       → ( batch → admission → timeout → run → output check → settle ) × (1 + retries) → record
 *
 * What an agent does ends up in the result. Rejects only when the run is cancelled, or its store fails.
 */
export function performCall(run: Run, seat: Seat, spec: CallSpec): Promise<CallOutcome> {
  const { cancellation, deadline } = run;
  if (deadline !== undefined) return performInTime(run, deadline, seat, spec);
  let input: unknown;
  try {
    input = checkInput(seat.agent, spec, seat.limits.maxBytes);
  } catch (error) {
    return refused(run, seat, spec, error);
  }
  if (!(input instanceof Promise)) {
    const call = prepareCall(run, seat.definition, spec, input);
    // Most calls have nothing to be looked up: each function on their way is one more on the stack of their agents.
    const isPlain = seat.cache === undefined && !isLogged(run, call);
    return isPlain ? attempts(run, seat, call, makerOf(seat)) : answer(run, seat, call);
  }
  return orCancelled(input, cancellation).then(
    (late) => answer(run, seat, prepareCall(run, seat.definition, spec, late)),
    (error: unknown) => refused(run, seat, spec, error),
  );
}

/** Performs a call that the run's deadline ends, if nothing else did before. */
async function performInTime(
  run: Run,
  deadline: Cancellation,
  seat: Seat,
  spec: CallSpec,
): Promise<CallOutcome> {
  using until = either(run.cancellation, deadline);
  const { cancellation } = until;
  try {
    return await performCall({ ...run, cancellation, deadline: undefined }, seat, spec);
  } catch (reason) {
    // No attempt had begun.
    if (run.cancellation.cancelled || !isDeadline(reason)) throw reason;
    return failCall(run, seat, newCall(spec.place, undefined), reason);
  }
}

/** Fails a call whose input the agent's schema refuses, or cannot be made. Nobody was asked. */
async function refused(
  run: Run,
  seat: Seat,
  { place }: CallSpec,
  error: unknown,
): Promise<CallOutcome> {
  const { cancellation, history } = run;
  if (cancellation.cancelled) throw cancellation.reason;
  const call = newCall(place, undefined);
  if (history?.call(place.callId, (key) => key === undefined)?.phase !== "ended") {
    return failCall(run, seat, call, error);
  }
  const moment = { nowMs: run.clock.now(), durationMs: 0, charged: undefined };
  return failure(call, seat, error, moment).outcome;
}

/** Gets the answer to a call: from a log, from the cache, from a call of the same content that is under way, or by asking. */
function answer(
  run: Run,
  seat: Seat,
  call: PreparedCall,
  isKnown = isLogged(run, call),
): Promise<CallOutcome> {
  if (seat.cache !== undefined && !isShared(call.key)) run.notices.addUncached(seat.agent.name);
  if (isKnown) {
    return logged(run, seat, call).then((outcome) => outcome ?? answer(run, seat, call, false));
  }
  if (seat.cache === undefined || !isShared(call.key)) {
    return attempts(run, seat, call, makerOf(seat));
  }
  return askCached(run, seat, call, (shared) => attempts(shared, seat, call, makerOf(seat)));
}

/** Whether a log may have it: that of its run, or of the run that this one is a fork of. */
function isLogged({ origin }: Run, { state }: PreparedCall): boolean {
  return state.phase !== "new" || origin !== undefined;
}

/** Makes attempts at an agent: each by itself, or collected with others. */
function makerOf({ batch }: Seat): MakeAttempt<Seat> {
  return batch === undefined ? dispatch : batch.add;
}

/** The outcome of a call by this run's log, or by that of the run it is a fork of; `undefined` where the call has to be made. */
async function logged(run: Run, seat: Seat, call: PreparedCall): Promise<CallOutcome | undefined> {
  const { agent } = seat;
  const { spec, state } = call;
  if (state.phase === "begun") {
    const goneOn = await attached(run, seat, call, makerOf(seat));
    if (goneOn !== undefined) return goneOn;
  }
  const read = (output: unknown): Said | undefined => said(agent, output);
  const known = await replayOrReuse(run, seat, call, read);
  if (known !== undefined || state.phase !== "begun") return known;
  const kept = await reuseIfKept(run, seat, call);
  if (kept !== undefined) return kept;
  const policy = policyInDoubt(run, agent, spec);
  if (policy === "retry") return undefined;
  if (policy === "wait") {
    return { result: { status: "waiting", detail: WAITS_IN_DOUBT }, said: undefined };
  }
  const why = `${agent.name} had been asked when the process ended, and is not to be asked twice`;
  return failCall(run, seat, state, new QuorateError("IN_DOUBT", why));
}
