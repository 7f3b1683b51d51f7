import { orCancelled } from "../async/or-cancelled.ts";
import { sleep } from "../async/sleep.ts";
import {
  addCost,
  NO_COST,
  type Answered,
  type CallRequest,
  type Cost,
  type Failed,
} from "../call.ts";
import type { Said } from "../conflict/said.ts";
import { describeThrown, errorRecord, QuorateError, type Issue } from "../errors.ts";
import { enter, leave, type Lane } from "../policy/admission.ts";
import { retryWaitMs } from "../policy/retry.ts";
import { runAttempt } from "./attempt.ts";
import { checkInput, type CheckedInputs, type InputMap } from "./input.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/** How a call ended, and what its answer says. */
export interface Performed {
  readonly result: Answered | Failed;
  readonly said: Said | undefined;
}

/** What an agent is to be asked. */
export interface Question {
  readonly callId: string;
  readonly task: unknown;
  readonly results: CallRequest["results"];
  /** Makes this agent's input of the task. */
  readonly map?: InputMap | undefined;
  /** What schemas have made of the task already. Not for what `map` makes of it. */
  readonly checked?: CheckedInputs | undefined;
}

/**
 * Asks one agent once. This is the order of everything that happens to a call:
 *
 *     input check → ( admission → timeout → run → output check ) × (1 + retries) → record
 *
 * What an agent does ends up in the result. Rejects only when the run is cancelled, or its store fails.
 */
export async function performCall(run: Run, seat: Seat, question: Question): Promise<Performed> {
  const { agent, place, limits, lanes } = seat;
  const { journal, cancellation, clock, tally } = run;
  const { name, version } = agent;
  const { callId, results } = question;
  const { runId } = journal;
  tally.called();

  let input: unknown;
  try {
    input = checkInput(agent, question, limits.maxBytes);
    if (input instanceof Promise) input = await orCancelled(input, cancellation);
  } catch (error) {
    if (cancellation.cancelled) throw cancellation.reason;
    return recordFailure(run, callId, agentError(name, error), { name, attempt: 0, durationMs: 0, cost: NO_COST });
  }

  let firstMs: number | undefined;
  let cost = NO_COST;
  let issues: readonly Issue[] = NO_ISSUES;

  for (let attempt = 1; ; attempt++) {
    if (cancellation.cancelled) throw cancellation.reason;
    const admitted = enter(lanes, cancellation);
    if (admitted !== undefined) await admitted;

    let startedMs = clock.monotonic();
    const started = journal.record(
      [{ type: "call.started", callId, agent: name, attempt }],
      startedMs,
    );
    if (started !== undefined) {
      await held(lanes, started);
      startedMs = clock.monotonic();
    }
    if (cancellation.cancelled) {
      leave(lanes);
      throw cancellation.reason;
    }

    firstMs ??= startedMs;
    const request = { runId, callId, agent: place, version, input, results, attempt, issues };
    // The attempt owns the slots from here on.
    const end = await runAttempt(run, seat, request, startedMs);
    const endedMs = clock.monotonic();
    const durationMs = endedMs - firstMs;
    tally.attempted(end.cost);
    cost = addCost(cost, end.cost);

    if (end.ok) {
      const { output, said } = end.accepted;
      const saved = journal.record(
        [{ type: "call.succeeded", callId, agent: name, attempt, durationMs, output, cost }],
        endedMs,
      );
      if (saved !== undefined) await saved;
      return { result: { status: "ok", output, attempts: attempt, durationMs, cost }, said };
    }

    if (cancellation.cancelled) throw cancellation.reason;
    const error = agentError(name, end.error);
    const waitMs =
      attempt > limits.retries
        ? undefined
        : retryWaitMs(end.error, attempt, limits.backoff, clock.now());
    if (waitMs === undefined) {
      return recordFailure(run, callId, error, { name, attempt, durationMs, cost });
    }
    await journal.record([
      { type: "call.retried", callId, agent: name, attempt, error: errorRecord(error), waitMs },
    ]);
    issues = error.issues;
    await sleep(clock, waitMs, cancellation);
  }
}

const NO_ISSUES: readonly Issue[] = [];

async function recordFailure(
  { journal }: Run,
  callId: string,
  error: QuorateError,
  { name, attempt, durationMs, cost }: FailedAttempts,
): Promise<Performed> {
  await journal.record([
    {
      type: "call.failed",
      callId,
      agent: name,
      attempt,
      durationMs,
      error: errorRecord(error),
      cost,
    },
  ]);
  const result: Failed = { status: "failed", error, attempts: attempt, durationMs, cost };
  return { result, said: undefined };
}

interface FailedAttempts {
  readonly name: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly cost: Cost;
}

/** Waits while slots are held, and gives them back if that fails. */
async function held(lanes: readonly Lane[], saved: Promise<void>): Promise<void> {
  try {
    await saved;
  } catch (error) {
    leave(lanes);
    throw error;
  }
}

/** What an attempt failed with, as the error that its caller gets. */
function agentError(name: string, thrown: unknown): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  return new QuorateError("AGENT_FAILED", `${name} failed: ${describeThrown(thrown)}`, {
    cause: thrown,
  });
}
