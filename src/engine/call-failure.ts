import type { Agent } from "../agent.ts";
import { NO_COST, type CallRequest, type Failed } from "../call.ts";
import {
  describeThrown,
  errorRecord,
  isSoundError,
  QuorateError,
  type ErrorRecord,
} from "../errors.ts";
import { classify } from "../policy/classify-error.ts";
import type { EventBody } from "../events.ts";
import type { Models } from "../money/usage-sum.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import { spentIn, type RecordedCall } from "./call-record.ts";
import type { Performed } from "./replay.ts";
import type { Run } from "./run.ts";
import { isDeadline } from "./deadline.ts";

/** What had come of a call when it ended. */
export type Ended = Pick<Failed, "attempts" | "durationMs" | "cost"> & {
  readonly charged?: number | undefined;
  /** Of its last attempt, where one ended. */
  readonly models?: Models;
};

/** Of a call that nobody was asked for. */
export const NOT_BEGUN: Ended = Object.freeze({ attempts: 0, durationMs: 0, cost: NO_COST });

/** A call's last failure as the log has it. A team around it asks whether it was for good, also when the run is resumed. */
export function failureRecord(error: QuorateError, nowMs: number): ErrorRecord {
  const record = errorRecord(error);
  const isForGood = !classify(error, nowMs).retry;
  const saysSo = !classify(new QuorateError(error.code, ""), nowMs).retry;
  return isForGood && !saysSo ? { ...record, retryable: false } : record;
}

/** Records that a call has failed, and what is to be recorded `after` that. */
export async function recordFailure(
  { journal, clock }: Run,
  { name }: Pick<Agent, "name">,
  callId: string,
  error: QuorateError,
  { attempts: attempt, durationMs, cost, charged, models }: Ended,
  key?: string,
  after: readonly EventBody[] = [],
): Promise<void> {
  await journal.record([
    {
      type: "call.failed",
      callId,
      agent: name,
      attempt,
      durationMs,
      error: failureRecord(error, clock.now()),
      cost,
      // Else its first attempt has it.
      ...(attempt === 0 && key !== undefined && { key }),
      ...(charged !== undefined && { charged }),
      ...models,
    },
    ...after,
  ]);
}

/** The end of a call that has failed. */
export function failure(error: QuorateError, { attempts, durationMs, cost }: Ended): Performed {
  return { result: { status: "failed", error, attempts, durationMs, cost }, said: undefined };
}

/** What an attempt failed with, as the error that its caller gets. */
export function agentError(name: string, thrown: unknown): QuorateError {
  if (isSoundError(thrown)) return thrown;
  return new QuorateError("AGENT_FAILED", `${name} failed: ${describeThrown(thrown)}`, {
    cause: thrown,
  });
}

/** An input that the agent's schema refuses, or that cannot be made: a failed call, though nobody was asked. */
export async function refused(
  run: Run,
  agent: Agent,
  callId: string,
  error: unknown,
): Promise<Performed> {
  const { cancellation, history } = run;
  if (cancellation.cancelled) throw cancellation.reason;
  const refusal = agentError(agent.name, error);
  if (history?.call(callId, (key) => key === undefined)?.state !== "ended")
    await recordFailure(run, agent, callId, refusal, NOT_BEGUN);
  return failure(refusal, NOT_BEGUN);
}

/** The attempt that had just come to its end. */
export interface LastAttempt {
  readonly request: CallRequest;
  readonly end: AttemptEnd;
}

/** A cancelled call rejects with its run. One that the run's deadline ended is recorded as failed instead. */
export async function cancelled(
  run: Run,
  agent: Agent,
  callId: string,
  ended: Ended,
  last?: LastAttempt,
): Promise<Performed> {
  const { reason } = run.cancellation;
  const after = last?.end.after;
  if (isDeadline(reason)) return overdue(run, agent, callId, ended, after);
  if (last !== undefined) run.journal.note(lastWord(last, agent.name, ended.charged));
  throw reason;
}

/** The end of a call that was not over when its run's deadline was. */
export async function overdue(
  run: Run,
  agent: Agent,
  callId: string,
  ended: Ended = NOT_BEGUN,
  after?: readonly EventBody[],
): Promise<Performed> {
  const error = agentError(agent.name, run.deadline?.reason);
  await recordFailure(run, agent, callId, error, ended, undefined, after);
  return failure(error, ended);
}

/** What is left to say of a call that may not be repeated. */
export async function inDoubt(
  run: Run,
  agent: Agent,
  callId: string,
  begun: RecordedCall,
): Promise<Performed> {
  const why = `${agent.name} had been asked when the process ended, and is not to be asked twice`;
  const error = new QuorateError("IN_DOUBT", why);
  const ended = { attempts: begun.attempt, durationMs: 0, ...spentIn(begun) };
  await recordFailure(run, agent, callId, error, ended);
  return failure(error, ended);
}

/**
 * What is left to say of an attempt that has ended by itself when its run was cancelled: the call has no end, and whoever goes on
 * with the run is to know what it took.
 */
function lastWord(
  { request, end }: LastAttempt,
  agent: string,
  charged: number | undefined,
): readonly EventBody[] {
  const { callId, attempt } = request;
  const { ended, cost, used = [], startedMs, endedMs } = end;
  const isKnown = used.length > 0 || charged !== undefined;
  if (ended === undefined || !isKnown) return [];
  return [
    {
      type: "call.straggled",
      callId,
      agent,
      attempt,
      settled: ended,
      durationMs: endedMs - startedMs,
      ...(used.length > 0 && { cost, used }),
      ...(charged !== undefined && { charged }),
    },
  ];
}
