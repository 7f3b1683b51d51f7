import type { Agent } from "../describe/agent.ts";
import type { CallPlace } from "../model/call-place.ts";
import { addCost, UNKNOWN_COST, type Cost } from "../model/call.ts";
import { errorRecord, QuorateError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import { modelsOf, NO_MODELS, type Models } from "../money/spent.ts";
import { classify } from "../retry/classify-error.ts";
import { retryWaitMs } from "../retry/retry.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import { agentError, failureRecord } from "./call-failure.ts";
import type { CallOutcome } from "./call-outcome.ts";
import { nextAttempt, spent, type CallState } from "../log/call-state.ts";
import { deadlineAfter, isDeadline } from "./deadline.ts";
import { dearestMicros } from "./dearest.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** What is called: an agent in its place, or a team with the limits of one. */
export type Callee = Pick<
  ConfiguredAgent,
  "limits" | "modelName" | "free" | "tier" | "next" | "prices" | "escalateIf" | "batch"
> & {
  readonly agent: Pick<Agent, "name">;
};

/** The result of one attempt at a call. */
export type AttemptResult =
  /** It was made, and ended. */
  | (AttemptEnd & {
      /** The total cost of the call, if it is not the sum of its attempts: a team's cost is that of the calls in it. */
      readonly total?: Cost;
      /** The answer as the log keeps it, if that differs. */
      readonly kept?: { readonly output: unknown; readonly redacted: true };
      /** It had begun before its process died, and continued: the log counts it already, and all that it reported is known. */
      readonly goesOn?: true;
    })
  /** No agent was asked: a limiter or a budget refused it, or it was cancelled before. */
  | { readonly ok: false; readonly asked: false; readonly error: unknown }
  /** It continues when a person has decided. */
  | { readonly ok: false; readonly waits: string };

/** Further facts that a decision depends on. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Since the first attempt of this process began, in ms. */
  readonly durationMs: number;
  /** What budgets have been charged for all attempts so far. */
  readonly charged: number | undefined;
  /** How long a retry waits, from 0 to 1 of the longest wait. */
  readonly jitter: number;
  /** Why the call is cancelled. */
  readonly cancelled: { readonly reason: unknown } | undefined;
  /** No further attempt follows, whatever the result. */
  readonly isLast: boolean;
}

/** What follows from the result of an attempt. The events are to be recorded in any case. */
export type AttemptDecision =
  | Ended
  | {
      readonly kind: "again";
      readonly events: readonly [EventBody, ...EventBody[]];
      readonly waitMs: number;
      readonly error: QuorateError;
    }
  /** The call has no end: the process that resumes its run makes it again. */
  | { readonly kind: "cancelled"; readonly events: readonly EventBody[]; readonly reason: unknown };

interface Ended {
  readonly kind: "ended";
  readonly events: readonly EventBody[];
  readonly outcome: CallOutcome;
}

/** How often a call may be rate-limited and queue again; after that it fails like any other. */
const MAX_REQUEUES = 20;

/**
 * Decides what follows from the result of an attempt at a call, which was in `state` before it:
 *
 *     answered ──▶ succeeded
 *     failed ── rate-limited, and not too often ─────────▶ requeued, and again after a wait
 *            ── may be retried, and a retry is left ───────▶ retried, and again after a wait
 *            ── else, and if no agent was asked ─────────▶ failed
 *     cancelled ── by the deadline of the run ───────────▶ failed with TIMEOUT
 *               ── else ─────────────────────────────────▶ no end
 */
export function decide(
  state: CallState,
  callee: Callee,
  result: AttemptResult,
  moment: Moment,
): AttemptDecision {
  if ("waits" in result) return ended([], { status: "waiting", detail: result.waits });
  const made = "asked" in result ? undefined : result;
  const taken = takenBy(state, callee, made, moment);
  const { cancelled } = moment;
  if (cancelled !== undefined) {
    const { reason } = cancelled;
    if (isDeadline(reason)) {
      const passed = deadlineAfter(reason, state.lastFailure);
      return failed(state, taken, passed, moment, made?.after);
    }
    return {
      kind: "cancelled",
      events: made === undefined ? [] : lastWord(state, taken, made),
      reason,
    };
  }
  if (result.ok) return succeeded(taken, result, callee, moment);
  const next = "asked" in result ? undefined : again(state, taken, result, callee, moment);
  if (next !== undefined) return next;
  const { error } = result;
  return failed(state, taken, tooLongAWait(error, callee, moment) ?? error, moment, made?.after);
}

/** The failure of a service that asks to wait for longer than the call may: it says so. */
function tooLongAWait(
  thrown: unknown,
  { agent, limits }: Callee,
  { nowMs }: Moment,
): QuorateError | undefined {
  const { maxRetryAfterMs } = limits.backoff;
  const { retry, retryAfterMs = 0 } = classify(thrown, nowMs);
  if (!retry || retryAfterMs <= maxRetryAfterMs) return undefined;
  const { code, message, issues, cause } = agentError(agent.name, thrown);
  const asked = `it asks to wait ${retryAfterMs} ms, longer than backoff.maxRetryAfterMs, which is ${maxRetryAfterMs} ms`;
  return new QuorateError(code, `${message}; ${asked}`, { issues, cause: cause ?? thrown });
}

/** The end of a call by a failure that no attempt caused. */
export function failure(
  state: CallState,
  callee: Callee,
  error: unknown,
  moment: Pick<Moment, "nowMs" | "durationMs" | "charged">,
): Ended {
  return failed(state, takenBy(state, callee, undefined, moment), error, moment);
}

/** The totals of a call at the end of an attempt, as its events have them. */
interface CallTotals extends CallPlace, Models {
  readonly attempt: number;
  readonly cost: Cost;
  readonly charged?: number;
}

type MadeAttempt = Exclude<AttemptResult, { readonly asked: false } | { readonly waits: string }>;

function takenBy(
  state: CallState,
  { modelName }: Callee,
  made: MadeAttempt | undefined,
  { charged }: Pick<Moment, "charged">,
): CallTotals {
  const before = made?.goesOn === true ? state.cost : spent(state).cost;
  const models = made === undefined ? NO_MODELS : modelsOf(made, modelName, before);
  const taken = {
    ...state.place,
    attempt: made === undefined ? state.attempt : nextAttempt(state),
    cost: made === undefined ? before : (made.total ?? addCost(before, made.cost)),
  };
  // Most calls have nothing more to say.
  if (charged === undefined && models === NO_MODELS) return taken;
  return { ...taken, ...(charged !== undefined && { charged }), ...models };
}

function ended(
  events: readonly EventBody[],
  result: CallOutcome["result"],
  said?: CallOutcome["said"],
): Ended {
  return { kind: "ended", events, outcome: { result, said } };
}

function succeeded(
  taken: CallTotals,
  { accepted, kept }: Extract<MadeAttempt, { readonly ok: true }>,
  callee: Callee,
  { durationMs }: Moment,
): Ended {
  const { output, said } = accepted;
  const { attempt: attempts, cost } = taken;
  // A good answer only saves money if the agent would otherwise be asked at a more expensive tier.
  const spared = callee.tier !== undefined && callee.escalateIf.length > 0;
  const dearest = spared ? dearestMicros(callee, cost) : undefined;
  // Spreading an object first copies it as a whole, which takes a fifth of the time.
  const event = { ...taken, type: "call.succeeded", durationMs, output } as const;
  const more = { ...kept, ...(dearest !== undefined && { dearestMicros: dearest }) };
  return ended(
    [kept === undefined && dearest === undefined ? event : { ...event, ...more }],
    { status: "ok", output, attempts, durationMs, cost },
    said,
  );
}

function failed(
  { key }: CallState,
  taken: CallTotals,
  thrown: unknown,
  { durationMs, nowMs }: Pick<Moment, "durationMs" | "nowMs">,
  after: readonly EventBody[] = [],
): Ended {
  const { agent, attempt: attempts, cost } = taken;
  const error = agentError(agent, thrown);
  // Otherwise its first attempt has the key. A call that was not made because the deadline was over is made when the run is resumed.
  const isOnlyHere = attempts === 0 && key !== undefined && !isDeadline(thrown);
  const event: EventBody = {
    type: "call.failed",
    ...taken,
    ...(isOnlyHere && { key }),
    durationMs,
    error: failureRecord(error, nowMs),
  };
  const result = { status: "failed", error, attempts, durationMs, cost } as const;
  return ended([event, ...after], result);
}

/** How the next attempt follows, if one does. */
function again(
  state: CallState,
  taken: CallTotals,
  made: Extract<MadeAttempt, { readonly ok: false }>,
  { limits, modelName }: Callee,
  { nowMs, jitter, isLast }: Moment,
): AttemptDecision | undefined {
  if (isLast) return undefined;
  const { requeue, after = [] } = made;
  const error = agentError(taken.agent, made.error);
  if (requeue !== undefined && state.requeues < MAX_REQUEUES) {
    const event = {
      type: "call.requeued",
      ...taken,
      ...requeue,
      error: errorRecord(error),
    } as const;
    return { kind: "again", events: [event, ...after], waitMs: requeue.waitMs, error };
  }
  // An attempt that queues again is not a retry: it neither uses one up nor makes the next wait longer.
  const repetition = taken.attempt - state.requeues;
  if (repetition > limits.retries) return undefined;
  const waitMs = retryWaitMs(made.error, repetition, limits.backoff, nowMs, jitter);
  if (waitMs === undefined) return undefined;
  const event = {
    type: "call.retried",
    ...(modelName !== undefined && { model: modelName }),
    ...taken,
    error: errorRecord(error),
    waitMs,
  } as const;
  return { kind: "again", events: [event, ...after], waitMs, error };
}

/**
 * The last events of an attempt that ended by itself when its run was cancelled. The call has no end, and the process that resumes
 * the run needs to know what it cost.
 */
function lastWord(
  { place }: CallState,
  { attempt, charged }: CallTotals,
  { ended: settled, cost, used = [], startedMs, endedMs }: MadeAttempt,
): readonly EventBody[] {
  if (settled === undefined || (cost === UNKNOWN_COST && charged === undefined)) return [];
  return [
    {
      type: "call.late",
      ...place,
      attempt,
      settled,
      durationMs: Math.round(endedMs - startedMs),
      ...(cost !== UNKNOWN_COST && { cost }),
      ...(used.length > 0 && { used }),
      ...(charged !== undefined && { charged }),
    },
  ];
}
