import type { Agent } from "../describe/agent.ts";
import { either } from "../async/cancellation.ts";
import { sleep } from "../async/sleep.ts";
import type { CallRequest } from "../model/call.ts";
import type { Issue } from "../model/errors.ts";
import { unkept } from "./accept.ts";
import { expectedCall } from "./batch/batch.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { PreparedCall } from "./call-spec.ts";
import { evolve, nextAttempt, spent, type CallEvent, type CallState } from "../log/call-state.ts";
import type { Tally } from "./charge.ts";
import { isDeadline } from "./deadline.ts";
import {
  decide,
  failure,
  type AttemptResult,
  type Callee,
  type AttemptDecision,
  type Moment,
} from "./decide-attempt.ts";
import { orLeave } from "./leave.ts";
import { isRefusal } from "./refusal.ts";
import type { Run } from "./run.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** A callee with the fields that a request needs. */
export type InPlace = Callee &
  Pick<ConfiguredAgent, "place"> & { readonly agent: Pick<Agent, "version"> };

/** Makes one attempt at a request, and counts in `tally` what its budgets are charged. Rejects if it could not ask. */
export type MakeAttempt<C extends InPlace> = (
  run: Run,
  callee: C,
  request: CallRequest,
  tally: Tally,
) => Promise<AttemptResult>;

/**
 * Makes attempts at a call until it has ended. Begins at the state that the log folds to, so a resumed call is like a new one.
 * `make` asks an agent alone, in a batch with others, or all agents of a team. Rejects if the run is cancelled, or if its store fails.
 */
export async function attempts<C extends InPlace>(
  run: Run,
  callee: C,
  call: PreparedCall,
  make: MakeAttempt<C>,
): Promise<CallOutcome> {
  const { cancellation, clock, journal, redact, shared } = run;
  let { state } = call;
  const tally: Tally = { charged: spent(state).charged };
  let issues: readonly Issue[] | undefined;
  let sinceMs: number | undefined;
  const restMs = restOf(state, clock.now());
  if (restMs > 0) await pause(run, callee, state.place.callId, restMs);
  for (;;) {
    let result: AttemptResult;
    try {
      if (cancellation.cancelled) throw cancellation.reason;
      const making = make(run, callee, requestOf(run, callee, call, state, issues), tally);
      const asking = { state, callee, tally, sinceMs };
      result = await (shared === undefined ? making : orLeave(run, shared, asking, making));
    } catch (error) {
      // A cancelled call is cancelled, even if it was refused.
      if (!cancellation.cancelled && !isRefusal(error)) throw error;
      result = { ok: false, asked: false, error };
    }
    const made = "startedMs" in result ? result : undefined;
    sinceMs ??= made?.startedMs;
    const endedMs = made?.endedMs ?? clock.monotonic();
    const durationMs = sinceMs === undefined ? 0 : Math.round(endedMs - sinceMs);
    const decision = decideNow(run, callee, state, result, durationMs, tally);
    if (decision.kind === "cancelled") {
      journal.note(decision.events);
      throw decision.reason;
    }
    const [event] = decision.events;
    if (decision.kind === "again")
      state = evolve(state, (redact?.event(event) ?? event) as CallEvent);
    const saved = journal.record(decision.events, made?.endedMs);
    if (saved !== undefined) await saved;
    if (decision.kind === "ended") return decision.outcome;
    if (decision.error.code === "OUTPUT_INVALID") ({ issues } = decision.error);
    await pause(run, callee, state.place.callId, decision.waitMs);
  }
}

/**
 * The request of the next attempt. `issues` are those of the last output that failed its schema in this process, unredacted; the state
 * has them in the form of the log.
 */
function requestOf(
  { journal, redact }: Run,
  callee: InPlace,
  { spec, input, key }: PreparedCall,
  state: CallState,
  issues: readonly Issue[] | undefined,
): CallRequest {
  const { tier } = callee;
  const { place, results, failed, others } = spec;
  const bare: CallRequest = {
    runId: journal.runId,
    callId: place.callId,
    place,
    agent: callee.place,
    version: callee.agent.version,
    input,
    // A resumed call keeps its key, even if it would be another one now, because the idempotency key is made of it.
    key: state.key ?? key,
    results,
    attempt: nextAttempt(state),
    issues: issues ?? state.issues,
  };
  // The idempotency key is made of what the log has, so that it is the same after a resume.
  const keptIssues = issues === undefined || redact === undefined ? undefined : state.issues;
  const { checkpoint } = state;
  if (
    tier === undefined &&
    failed === undefined &&
    others === undefined &&
    !keptIssues &&
    checkpoint === undefined
  )
    return bare;
  return {
    ...bare,
    ...(checkpoint !== undefined && { checkpoint }),
    ...(tier !== undefined && { tier }),
    ...(failed !== undefined && { failed }),
    ...(others !== undefined && { others }),
    ...(keptIssues !== undefined && { keptIssues }),
  };
}

/** Decides about the result of an attempt in the run's present state. Calls that wait for its answer get it first. */
function decideNow(
  run: Run,
  callee: Callee,
  state: CallState,
  result: AttemptResult,
  durationMs: number,
  { charged }: Tally,
): AttemptDecision {
  const { cancellation, clock, deadline, journal, shared } = run;
  const isLast = deadline?.cancelled === true;
  const nowMs = clock.now();
  const cancelled = undefined;
  const moment: Moment = { nowMs, durationMs, charged, jitter: 0, cancelled, isLast };
  const stopped = (): Moment =>
    cancellation.cancelled ? { ...moment, cancelled: { reason: cancellation.reason } } : moment;
  if (!result.ok) {
    const { jitter = Math.random() } = "jitter" in result ? result : {};
    return decide(state, callee, result, { ...stopped(), jitter });
  }
  const decision = decide(state, callee, result, moment);
  const [end] = decision.events;
  if (end?.type !== "call.succeeded") return decision;
  shared?.answered(end);
  // An answer counts even if its run is cancelled, unless the attempt continued only for others.
  if (shared !== undefined && cancellation.cancelled)
    return decide(state, callee, result, stopped());
  const excess = journal.excess(end, callee.limits.maxBytes);
  if (excess === undefined) return decision;
  const error = unkept(callee.agent.name, excess);
  return decide(state, callee, { ...result, ok: false, error }, moment);
}

/** Ends and records a call by a failure that no attempt caused. */
export async function failCall(
  { journal, clock }: Run,
  callee: Callee,
  state: CallState,
  error: unknown,
  { durationMs = 0, charged = spent(state).charged }: Partial<Moment> = {},
): Promise<CallOutcome> {
  const moment = { nowMs: clock.now(), durationMs, charged };
  const { events, outcome } = failure(state, callee, error, moment);
  await journal.record(events);
  return outcome;
}

/** How long the next attempt of a resumed call still has to wait, in ms: by the time of the log, and never longer than it was to wait. */
function restOf({ wait }: CallState, nowMs: number): number {
  return wait === undefined ? 0 : Math.min(wait.sinceMs + wait.waitMs - nowMs, wait.waitMs);
}

/** Waits before the next attempt. A batch that collects calls of the agent waits for this one. Rejects if the run is cancelled. */
async function pause(
  { clock, cancellation, deadline, journal }: Run,
  { batch }: Callee,
  callId: string,
  waitMs: number,
): Promise<void> {
  const name = expectedCall(journal.runId, callId);
  batch?.expect(name);
  using until = either(cancellation, deadline);
  try {
    await sleep(clock, waitMs, until.cancellation);
  } catch (reason) {
    // At the deadline the wait is over, and the loop decides what follows.
    if (!isDeadline(reason)) throw reason;
  } finally {
    batch?.expectNoMore(name);
  }
}
