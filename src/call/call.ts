import { either, type Cancellation } from "../async/cancellation.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { readClaims, type Assertions } from "../conflict/read-claims.ts";
import { QuorateError } from "../model/errors.ts";
import { attempts, failCall, type MakeAttempt } from "./attempts.ts";
import { attached } from "./attach.ts";
import { askCached, goOnCached, reuseIfKept } from "./cache/cache.ts";
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
import type { ConfiguredAgent } from "./configured-agent.ts";

/**
 * Asks one agent once. This is the order of everything that happens to a call:
 *
 *     input check → replay → reuse → cache → join
 *       → ( batch → admission → timeout → run → output check → settle ) × (1 + retries) → record
 *
 * What an agent does ends up in the result. Rejects only if the run is cancelled, or its store fails.
 */
export function performCall(
  run: Run,
  configured: ConfiguredAgent,
  spec: CallSpec,
): Promise<CallOutcome> {
  const { cancellation, deadline } = run;
  if (deadline !== undefined) return performInTime(run, deadline, configured, spec);
  let input: unknown;
  try {
    input = checkInput(configured.agent, spec, configured.limits.maxBytes);
  } catch (error) {
    return refused(run, configured, spec, error);
  }
  if (!(input instanceof Promise)) {
    const call = prepareCall(run, configured.definition, spec, input);
    // Most calls need no lookup, and each function on their way is one more frame on the stack of their agents.
    const isPlain = configured.cache === undefined && !isLogged(run, call);
    return isPlain
      ? attempts(run, configured, call, makerOf(configured))
      : answer(run, configured, call);
  }
  return orCancelled(input, cancellation).then(
    (late) => answer(run, configured, prepareCall(run, configured.definition, spec, late)),
    (error: unknown) => refused(run, configured, spec, error),
  );
}

/** Performs a call that the run's deadline ends, unless it ends before. */
async function performInTime(
  run: Run,
  deadline: Cancellation,
  configured: ConfiguredAgent,
  spec: CallSpec,
): Promise<CallOutcome> {
  using until = either(run.cancellation, deadline);
  const { cancellation } = until;
  try {
    return await performCall({ ...run, cancellation, deadline: undefined }, configured, spec);
  } catch (reason) {
    if (run.cancellation.cancelled) throw run.cancellation.reason;
    // No attempt had begun in this process.
    if (!isDeadline(reason)) throw reason;
    return failUnknown(run, configured, spec, reason);
  }
}

/** Fails a call whose input the agent's schema refuses, or cannot be made. No agent was asked. */
async function refused(
  run: Run,
  configured: ConfiguredAgent,
  spec: CallSpec,
  error: unknown,
): Promise<CallOutcome> {
  const { cancellation } = run;
  if (cancellation.cancelled) throw cancellation.reason;
  return failUnknown(run, configured, spec, error);
}

/** Fails a call whose input is not known. What the log says that the call has cost stays: at its place, it is the same call. */
async function failUnknown(
  run: Run,
  configured: ConfiguredAgent,
  { place }: CallSpec,
  error: unknown,
): Promise<CallOutcome> {
  const call = run.history?.call(place.callId, () => true) ?? newCall(place, undefined);
  if (call.phase !== "ended") return failCall(run, configured, call, error);
  // A call ends once.
  const moment = { nowMs: run.clock.now(), durationMs: 0, charged: call.charged };
  return failure(call, configured, error, moment).outcome;
}

/** Gets the answer to a call: from a log, from the cache, from a running call with the same content, or by asking. */
function answer(
  run: Run,
  configured: ConfiguredAgent,
  call: PreparedCall,
  isKnown = isLogged(run, call),
): Promise<CallOutcome> {
  if (configured.cache !== undefined && !isShared(call.key))
    run.notices.addUncached(configured.agent.name);
  if (isKnown) {
    return logged(run, configured, call).then(
      (outcome) => outcome ?? answer(run, configured, call, false),
    );
  }
  if (configured.cache === undefined || !isShared(call.key)) {
    return attempts(run, configured, call, makerOf(configured));
  }
  return askCached(run, configured, call, (shared) =>
    attempts(shared, configured, call, makerOf(configured)),
  );
}

/** Whether a log may have it: that of its run, or of the run that this one is a fork of. */
function isLogged({ origin }: Run, { state }: PreparedCall): boolean {
  return state.phase !== "new" || origin !== undefined;
}

/** Makes attempts at an agent: each by itself, or collected with others. */
function makerOf({ batch }: ConfiguredAgent): MakeAttempt<ConfiguredAgent> {
  return batch === undefined ? dispatch : batch.add;
}

/** The outcome of a call in this run's log, or in that of the run it is a fork of; `undefined` if the call must be made. */
async function logged(
  run: Run,
  configured: ConfiguredAgent,
  call: PreparedCall,
): Promise<CallOutcome | undefined> {
  const { agent } = configured;
  const { spec, state } = call;
  if (state.phase === "begun" && run.executor.attach !== undefined) {
    const goneOn = await goOnCached(run, configured, call, (shared) =>
      attached(shared, configured, call, makerOf(configured)),
    );
    if (goneOn !== undefined) return goneOn;
  }
  const read = (output: unknown): Assertions | undefined => readClaims(agent, output);
  const known = await replayOrReuse(run, configured, call, read);
  if (known !== undefined || state.phase !== "begun") return known;
  const kept = await reuseIfKept(run, configured, call);
  if (kept !== undefined) return kept;
  const policy = policyInDoubt(run, agent, spec);
  if (policy === "retry") return undefined;
  if (policy === "wait") {
    return { result: { status: "waiting", detail: WAITS_IN_DOUBT }, said: undefined };
  }
  const why = `${agent.name} had been asked when the process ended, and must not be asked twice`;
  return failCall(run, configured, state, new QuorateError("IN_DOUBT", why));
}
