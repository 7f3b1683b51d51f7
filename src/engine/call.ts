import { either } from "../async/cancellation.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { addCost, type Answered, type CallRequest, type Failed, type Waiting } from "../call.ts";
import { said, type Said } from "../conflict/said.ts";
import { errorRecord } from "../errors.ts";
import { modelsOf, NO_MODELS } from "../money/usage-sum.ts";
import { retryWaitMs } from "../policy/retry.ts";
import { unkept } from "./accept.ts";
import { askOrJoin, reuseIfKept } from "./cache.ts";
import {
  agentError,
  cancelled,
  failure,
  inDoubt,
  overdue,
  recordFailure,
  refused,
} from "./call-failure.ts";
import { comeAgain } from "./come-again.ts";
import { isDeadline } from "./deadline.ts";
import { dearestMicros } from "./dearest.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import type { Tally } from "./charge.ts";
import { dispatch } from "./dispatch.ts";
import { spentIn, type RecordedCall } from "./call-record.ts";
import { policyInDoubt, WAITS_IN_DOUBT } from "./in-doubt.ts";
import { checkInput, type CheckedInputs, type InputMap } from "./input.ts";
import { isShared } from "./key.ts";
import { contentOf, recordedCall } from "./recorded-call.ts";
import { isRefusal } from "./refusal.ts";
import { reuse } from "./reuse.ts";
import { replayed, type Performed } from "./replay.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/** What an agent is to be asked. */
export interface Question {
  readonly callId: string;
  readonly task: unknown;
  readonly results: CallRequest["results"];
  /** Makes this agent's input of the task. */
  readonly map?: InputMap | undefined;
  /** What schemas have made of the task already. Not for what `map` makes of it. */
  readonly checked?: CheckedInputs | undefined;
  /** The task is not the run's own: it was made of that, and perhaps of what others have said. */
  readonly derived?: boolean | undefined;
  /** A link or a comparator asks: the task is made of what all members have said. */
  readonly judged?: boolean | undefined;
  /** Whether the call may wait for a person. A judge's may not: the question it is asked about would have to wait too. */
  readonly canWait?: boolean;
  /** Of a fallback: what those failed with that were asked before it. */
  readonly failed?: CallRequest["failed"] | undefined;
  /** Of an agent that is asked once more: what others hold. */
  readonly others?: CallRequest["others"] | undefined;
}

/** How a call came out: its result, and what its answer says. It waits when a person has to be asked about it. */
export interface CallEnd {
  readonly result: Answered | Failed | Waiting;
  readonly said: Said | undefined;
}

/**
 * Asks one agent once. This is the order of everything that happens to a call:
 *
 *     input check → replay → reuse → cache → join
 *       → ( batch → admission → timeout → run → output check → settle ) × (1 + retries) → record
 *
 * What an agent does ends up in the result. Rejects only when the run is cancelled, or its store fails.
 */
export function performCall(run: Run, seat: Seat, question: Question): Promise<CallEnd> {
  const { deadline } = run;
  return deadline === undefined ? perform(run, seat, question) : performInTime(run, seat, question);
}

/** Asks as long as the run's deadline is not over. */
async function performInTime(run: Run, seat: Seat, question: Question): Promise<CallEnd> {
  using until = either(run.cancellation, run.deadline);
  try {
    return await perform({ ...run, cancellation: until.cancellation }, seat, question);
  } catch (reason) {
    // It had not come as far as to be asked.
    if (run.cancellation.cancelled || !isDeadline(reason)) throw reason;
    return overdue(run, seat.agent, question.callId);
  }
}

function perform(run: Run, seat: Seat, question: Question): Promise<CallEnd> {
  let input: unknown;
  try {
    input = checkInput(seat.agent, question, seat.limits.maxBytes);
  } catch (error) {
    return refused(run, seat.agent, question.callId, error);
  }
  if (input instanceof Promise) {
    return orCancelled(input, run.cancellation).then(
      (late) => answer(run, seat, question, late),
      (error: unknown) => refused(run, seat.agent, question.callId, error),
    );
  }
  return answer(run, seat, question, input);
}

/** The answer to a checked input: from a log, or by asking. */
function answer(run: Run, seat: Seat, question: Question, input: unknown): Promise<CallEnd> {
  const { keys, origin } = run;
  const { callId, results } = question;
  const content = keys && contentOf(seat.definition(), input, question);
  const key = content && keys?.of(content);
  const begun = recordedCall(run, question, content);
  const { failed, others } = question;
  const asked: Asked = { callId, input, results, key, begun, failed, others };
  return begun === undefined && origin === undefined
    ? askOnce(run, seat, asked)
    : answerKnown(run, seat, question, asked);
}

/** The answer of a call that a log may know of. */
async function answerKnown(
  run: Run,
  seat: Seat,
  question: Question,
  asked: Asked,
): Promise<CallEnd> {
  const { agent } = seat;
  const { callId, key, begun } = asked;
  const read = (output: unknown): Said | undefined => said(agent, output);
  if (begun === undefined) {
    const reused = await reuse(run, { agent: agent.name, callId, key, inTeam: false }, read);
    if (reused !== undefined) return reused;
  } else if (begun.end !== undefined) {
    return replayed(begun.end, read);
  } else if (begun.state === "begun") {
    const kept = await reuseIfKept(run, seat, asked);
    if (kept !== undefined) return kept;
    const policy = policyInDoubt(run, agent, question);
    if (policy === "wait") {
      return { result: { status: "waiting", detail: WAITS_IN_DOUBT }, said: undefined };
    }
    if (policy === "fail") return inDoubt(run, agent, callId, begun);
  }
  return askOnce(run, seat, asked);
}

/** Asks, unless the answer is kept, or somebody is asking the same just now. */
function askOnce(run: Run, seat: Seat, asked: Asked): Promise<Performed> {
  if (seat.cache === undefined || !isShared(asked.key)) return ask(run, seat, asked);
  const { agent } = seat;
  return askOrJoin(run, seat, asked, {
    ask: (shared) => ask(shared, seat, asked),
    async fail(error, before) {
      await recordFailure(run, agent, asked.callId, error, before, asked.key);
      return failure(error, before);
    },
  });
}

interface Asked {
  readonly callId: string;
  readonly input: unknown;
  readonly results: CallRequest["results"];
  readonly key: string | undefined;
  /** Where the run stopped within this call. */
  readonly begun: RecordedCall | undefined;
  readonly failed: CallRequest["failed"];
  readonly others: CallRequest["others"];
}

/** The attempts, until one is answered or its failure is not worth another. */
async function ask(
  run: Run,
  seat: Seat,
  { callId, input, results, key: own, begun, failed, others }: Asked,
): Promise<Performed> {
  // A call that goes on keeps its key, whatever it would be now: its agent's idempotency key is made of it.
  const key = begun?.key ?? own;
  const { agent, place, limits, tier, batch } = seat;
  const { journal, cancellation, clock } = run;
  const { name, version } = agent;
  const { runId } = journal;
  let firstMs: number | undefined;
  let issues = begun?.issues ?? [];
  let keptIssues: typeof issues | undefined;
  let requeues = begun?.requeues ?? 0;
  const before = spentIn(begun);
  let { cost } = before;
  const tally: Tally = { charged: before.charged };

  for (let attempt = firstAttempt(begun); ; attempt++) {
    if (cancellation.cancelled) {
      const durationMs = firstMs === undefined ? 0 : clock.monotonic() - firstMs;
      return cancelled(run, agent, callId, {
        attempts: attempt - 1,
        durationMs,
        cost,
        charged: tally.charged,
      });
    }
    const bare = { runId, callId, agent: place, version, input, key, results, attempt, issues };
    const request: CallRequest =
      tier === undefined && failed === undefined && others === undefined && keptIssues === undefined
        ? bare
        : {
            ...bare,
            ...(tier !== undefined && { tier }),
            ...(failed !== undefined && { failed }),
            ...(others !== undefined && { others }),
            ...(keptIssues !== undefined && { keptIssues }),
          };
    let end: AttemptEnd;
    try {
      end = await (batch === undefined
        ? dispatch(run, seat, request, tally)
        : batch.add(run, seat, request, tally));
    } catch (error) {
      // Nobody was asked this time.
      const durationMs = firstMs === undefined ? 0 : clock.monotonic() - firstMs;
      const ended = { attempts: attempt - 1, durationMs, cost, charged: tally.charged };
      // Whatever else it was refused with.
      if (cancellation.cancelled) return cancelled(run, agent, callId, ended);
      if (!isRefusal(error)) throw error;
      await recordFailure(run, agent, callId, error, ended, key);
      return failure(error, ended);
    }
    const { endedMs, after = [] } = end;
    const { charged } = tally;
    firstMs ??= end.startedMs;
    const durationMs = endedMs - firstMs;
    const models = modelsOf(end, seat.modelName, cost);
    cost = addCost(cost, end.cost);

    if (end.ok) {
      const { output, said } = end.accepted;
      if (run.shared !== undefined) {
        run.shared.answered({ output, cost, attempts: attempt, durationMs, ...models });
        // Others waited for it.
        if (cancellation.cancelled) {
          const ended = { attempts: attempt, durationMs, cost, charged, models };
          return cancelled(run, agent, callId, ended, { request, end });
        }
      }
      const dearest = tier === undefined ? undefined : dearestMicros(seat, cost);
      const plain = {
        type: "call.succeeded",
        callId,
        agent: name,
        attempt,
        durationMs,
        output,
        cost,
      } as const;
      const succeeded =
        charged === undefined && models === NO_MODELS && dearest === undefined
          ? plain
          : {
              ...plain,
              ...(charged !== undefined && { charged }),
              ...models,
              ...(dearest !== undefined && { dearestMicros: dearest }),
            };
      const excess = journal.excess(succeeded, limits.maxBytes);
      if (excess !== undefined) {
        const ended = { attempts: attempt, durationMs, cost, charged, models };
        const error = unkept(name, excess);
        await recordFailure(run, agent, callId, error, ended);
        return failure(error, ended);
      }
      const saved = journal.record([succeeded], endedMs);
      if (saved !== undefined) await saved;
      return { result: { status: "ok", output, attempts: attempt, durationMs, cost }, said };
    }

    if (cancellation.cancelled) {
      const ended = { attempts: attempt, durationMs, cost, charged, models };
      return cancelled(run, agent, callId, ended, { request, end });
    }
    const error = agentError(name, end.error);
    const { requeue } = end;
    if (requeue !== undefined && ++requeues <= MAX_REQUEUES) {
      const { lane, waitMs } = requeue;
      await journal.record([
        {
          type: "call.requeued",
          callId,
          agent: name,
          attempt,
          ...(lane !== undefined && { lane }),
          error: errorRecord(error),
          waitMs,
          cost,
          ...(charged !== undefined && { charged }),
          ...models,
        },
        ...after,
      ]);
      await comeAgain(run, seat, callId, waitMs).catch(unlessOverdue);
      continue;
    }
    const waitMs =
      attempt - Math.min(requeues, MAX_REQUEUES) > limits.retries
        ? undefined
        : retryWaitMs(end.error, attempt, limits.backoff, clock.now(), end.jitter);
    if (waitMs === undefined) {
      const ended = { attempts: attempt, durationMs, cost, charged, models };
      await recordFailure(run, agent, callId, error, ended, undefined, after);
      return failure(error, ended);
    }
    await journal.record([
      {
        type: "call.retried",
        callId,
        agent: name,
        attempt,
        error: errorRecord(error),
        waitMs,
        cost,
        ...(charged !== undefined && { charged }),
        ...(seat.modelName !== undefined && { model: seat.modelName }),
        ...models,
      },
      ...after,
    ]);
    // Kept over a failure of another kind: the request is still the one that asks to mend them.
    if (error.code === "OUTPUT_INVALID") {
      issues = error.issues;
      keptIssues = run.redact?.error(error).issues;
    }
    await comeAgain(run, seat, callId, waitMs).catch(unlessOverdue);
  }
}

/** A call that its deadline ends need not wait any longer; what comes next will see it. */
function unlessOverdue(reason: unknown): void {
  if (!isDeadline(reason)) throw reason;
}

/** How often a call may be told to come later; after that it is a failure like any other. */
const MAX_REQUEUES = 20;

/** The attempt to begin with: the one in doubt again, or the one that was to follow. */
function firstAttempt(begun: RecordedCall | undefined): number {
  if (begun === undefined) return 1;
  return begun.state === "begun" ? begun.attempt : begun.attempt + 1;
}
