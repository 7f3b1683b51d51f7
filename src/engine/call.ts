import type { Agent } from "../agent.ts";
import { sleep } from "../async/sleep.ts";
import { addCost, NO_COST, type Answered, type CallRequest, type Failed } from "../call.ts";
import type { Said } from "../conflict/said.ts";
import { describeThrown, errorRecord, QuorateError, type Issue } from "../errors.ts";
import { enter, leave, type Lane } from "../policy/admission.ts";
import type { Limits } from "../policy/limits.ts";
import { retryWaitMs } from "../policy/retry.ts";
import { accept } from "./accept.ts";
import { startAttempt } from "./attempt.ts";
import type { Run } from "./run.ts";

/** An agent in its place in a team, with everything that limits it there. */
export interface Seat {
  readonly agent: Agent;
  /** Where the engine finds the agent. */
  readonly place: string;
  readonly limits: Limits;
  /** Every limit on the path to the root. */
  readonly lanes: readonly Lane[];
}

/** How a call ended, and what its answer says. */
export interface Performed {
  readonly result: Answered | Failed;
  readonly said: Said | undefined;
}

/**
 * Asks one agent once. This is the order of everything that happens to a call:
 *
 *     ( admission → timeout → run → output check ) × (1 + retries) → record
 *
 * What an agent does ends up in the result. Rejects only when the run is cancelled, or its store fails.
 */
export async function performCall(
  run: Run,
  seat: Seat,
  callId: string,
  input: unknown,
  results: CallRequest["results"],
): Promise<Performed> {
  const { agent, place, limits, lanes } = seat;
  const { journal, cancellation, clock, tally } = run;
  const { name, version } = agent;
  const { runId } = journal;
  tally.called();
  let firstMs: number | undefined;
  let cost = NO_COST;
  let issues: readonly Issue[] = NO_ISSUES;

  for (let attempt = 1; ; attempt++) {
    if (cancellation.cancelled) throw cancellation.reason;
    const admitted = enter(lanes, cancellation);
    if (admitted !== undefined) await admitted;

    const started = journal.record([{ type: "call.started", callId, agent: name, attempt }]);
    if (started !== undefined) await held(lanes, started);
    if (cancellation.cancelled) {
      leave(lanes);
      throw cancellation.reason;
    }

    tally.attempted();
    firstMs ??= clock.monotonic();
    // The attempt owns the slots from here on.
    const underWay = startAttempt({
      run,
      request: { runId, callId, agent: place, version, input, results, attempt, issues },
      limits,
      lanes,
      name,
      accept: (output) => accept(agent, limits, output),
    });
    const end = await underWay.end;
    const attemptCost = underWay.cost();
    tally.spent(attemptCost);
    cost = addCost(cost, attemptCost);
    const durationMs = clock.monotonic() - firstMs;

    if (end.ok) {
      const { output, said } = end.value;
      const saved = journal.record([
        { type: "call.succeeded", callId, agent: name, attempt, durationMs, output, cost },
      ]);
      if (saved !== undefined) await saved;
      return { result: { status: "ok", output, attempts: attempt, durationMs, cost }, said };
    }

    if (cancellation.cancelled) throw cancellation.reason;
    const error = agentError(name, end.error);
    const waitMs =
      attempt > limits.retries
        ? undefined
        : retryWaitMs(end.error, attempt, limits.backoff, clock.now());
    const base = { callId, agent: name, attempt, error: errorRecord(error) };
    if (waitMs === undefined) {
      await journal.record([{ type: "call.failed", ...base, durationMs, cost }]);
      const result: Failed = { status: "failed", error, attempts: attempt, durationMs, cost };
      return { result, said: undefined };
    }
    await journal.record([{ type: "call.retried", ...base, waitMs }]);
    issues = error.issues;
    await sleep(clock, waitMs, cancellation);
  }
}

const NO_ISSUES: readonly Issue[] = [];

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
