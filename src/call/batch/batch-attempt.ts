import { hear as hearWithin, promiseOf } from "../../model/hear.ts";
import type { Usage } from "../../model/call.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { AttemptEvent, BatchAttempt } from "../../executor/executor.ts";
import { holding } from "../../limits/deadlock.ts";
import type { Permit, Requeue } from "../../limits/permit.ts";
import { misreported } from "../../money/misreported.ts";
import { readUsage } from "../../money/read-usage.ts";
import type { CallAttempt } from "../attempt.ts";
import { isNew, thrownBy } from "../attempt-events.ts";
import { classify, type Fault } from "../../retry/classify-error.ts";
import { isOver, timeoutError, type AttemptEnd } from "../attempt-end.ts";
import type { Charge } from "../charge.ts";
import type { Part } from "./batch-part.ts";
import type { Run } from "../run.ts";
import type { ConfiguredAgent } from "../configured-agent.ts";
import { isSameUsage, unfitAnswer } from "../unfit-answer.ts";

/** One call of a batch. */
export interface AskingAttempt {
  readonly run: Run;
  readonly attempt: CallAttempt;
  readonly charge: Charge | undefined;
}

/**
 * Makes one attempt at each of several calls as one request to the executor, sent now, which is `nowMs`.
 * Each of them ends like an attempt of its own: it is checked, times out, is cancelled and is late by itself. They
 * share what is kept here:
 *
 * - the permit for their slots, which is released when the last one is over;
 * - their cancellation, when nothing waits for the last one any more;
 * - what the limits are told, once, with the tokens of all: that the service turned a task away, as soon as one was; else, when all tasks have
 *   ended, an answer if there was any, or the failure.
 *
 * The promises, in the order of the calls, never reject.
 */
export function runBatch(
  configured: ConfiguredAgent,
  asking: readonly [AskingAttempt, ...AskingAttempt[]],
  nowMs: number,
  permit: Permit,
): readonly Promise<AttemptEnd>[] {
  const { agent } = configured;
  const [first] = asking;
  const { executor, clock, tracing } = first.run;
  const size = asking.length;
  const attempts = asking.map(({ attempt }) => attempt);
  let startedMs = nowMs;
  let waitedFor = size;
  let unended = size;
  let lastReport: Usage | undefined;
  let cancelled: BatchAttempt["cancelled"];
  let told:
    | { readonly fault: Fault | undefined; readonly requeue: Requeue | undefined }
    | undefined;
  let untold = size;
  let isAnswered = false;
  let failure: unknown;
  /** Resolves when each of the answers has been delivered. */
  let answered: Promise<unknown> | undefined;

  const faultOf = (error: unknown): Fault | undefined =>
    error === undefined ? undefined : classify(error, clock.now()).fault;

  const hear = (error: unknown): void => {
    if (told !== undefined) return;
    const tokens = attempts.reduce((sum, attempt) => sum + attempt.tokens, 0);
    told = { fault: faultOf(error), requeue: permit.ended(error, tokens) };
  };

  /** All that were turned away queue again, and meet again. */
  const requeueOf = (error: unknown): Requeue | undefined =>
    told?.requeue !== undefined && faultOf(error) === told.fault ? told.requeue : undefined;

  /** The batch has ended by itself: the limits are told, unless nothing waited for it any more. */
  const hearEnd = (error: unknown): void => {
    if (cancelled !== undefined) return;
    hear(isOver(first.run, configured, startedMs) ? timeoutError(configured) : error);
  };

  /** A task has its answer, or has failed with `error`. */
  const hearOne = (error: unknown): void => {
    untold--;
    if (error === undefined) isAnswered = true;
    else failure ??= error;
    const fault = faultOf(error);
    if (fault === "limited" || fault === "busy") hearEnd(error);
    else if (untold === 0) hearEnd(isAnswered ? undefined : failure);
  };

  const tellAll = (event: AttemptEvent): void => {
    for (const attempt of attempts) attempt.hear(event);
  };

  const fail = (thrown: unknown, hasStopped: boolean): void => {
    hearWithin(thrown);
    if (answered !== undefined) return;
    // One answer for all: its cost is divided, too.
    const unfit = unfitAnswer(configured, thrown);
    if (unfit !== undefined && !isSameUsage(unfit.usage, lastReport)) report(unfit.usage);
    const error = unfit === undefined ? thrown : unfit.error;
    hearEnd(error ?? null);
    answered = Promise.resolve();
    tellAll({ type: "failure", thrown: error, ...(hasStopped && STOPPED) });
  };

  const settle = (answers: unknown, hasStopped: boolean): void => {
    if (answered !== undefined) return hearWithin(answers);
    let taken: readonly TakenPart[];
    try {
      taken = takeAnswers(agent.name, answers, size);
    } catch (error) {
      hearWithin(answers);
      return fail(error, hasStopped);
    }
    const more = hasStopped ? STOPPED : {};
    answered = Promise.all(
      attempts.map((attempt, index) => {
        const { error, output } = taken[index] ?? {};
        return (error === undefined ? promiseOf(output) : Promise.reject(error)).then(
          (one) => {
            hearOne(undefined);
            attempt.hear({ type: "answer", output: one, ...more });
          },
          (thrown: unknown) => {
            hearOne(thrown ?? null);
            attempt.hear({ type: "failure", thrown, ...more });
          },
        );
      }),
    );
  };

  const report = (given: unknown, index?: number): void => {
    hearWithin(given);
    hearWithin(index);
    if (index !== undefined) {
      // The usage of an unknown task belongs to nobody.
      if (Number.isInteger(index)) attempts[index]?.report(given as Usage);
      return;
    }
    for (const one of attempts) one.refuse(misreported(given));
    const usage = readUsage(given);
    if (usage === undefined) return;
    lastReport = usage;
    for (const [at, one] of attempts.entries()) one.report(usage, { index: at, count: size });
  };

  const batch: BatchAttempt & { heard: number } = {
    attemptId: first.attempt.attemptId,
    calls: attempts.map(({ call }) => call),
    get idempotencyKeys() {
      return attempts.map(({ idempotencyKey }) => idempotencyKey);
    },
    get cancelled() {
      return cancelled;
    },
    heard: 0,
    toJSON: () => attempts.map((attempt) => attempt.toJSON()),
    hear(event) {
      if (!isNew(event, this.heard)) return;
      this.heard = event.seq ?? this.heard;
      switch (event.type) {
        case "started":
          if (event.atOnce !== true) startedMs = clock.monotonic();
          return tellAll(event);
        case "report":
          return report(event.usage, event.index);
        case "answer":
          return settle(event.output, event.stopped === true);
        case "failure":
          return fail(thrownBy(event), event.stopped === true);
        case "stopped":
          // Not before each call has its answer.
          if (answered === undefined) tellAll(event);
          else void answered.then(() => tellAll(event));
          return;
        case "progress":
        case "checkpoint":
          // It cannot be assigned to a call.
          return hearWithin(event.value);
      }
    },
  };

  const part: Part = {
    jitter: Math.random(),
    hear(error) {
      // Its tasks are heard of one by one.
      if (answered === undefined) hear(error);
      return requeueOf(error);
    },
    aborted(reason) {
      if (--waitedFor > 0) return;
      cancelled = { reason };
      permit.over = true;
      executor.cancel(batch.attemptId, reason);
    },
    over() {
      if (--unended > 0) return;
      // An answer may have come too late, or never.
      if (answered !== undefined) hearEnd(isAnswered ? undefined : failure);
      // If it holds something in a store that fails, the run has been told.
      permit.release(0)?.catch(() => {});
    },
  };
  permit.runIds = [...new Set(asking.map(({ run }) => run.journal.runId))];
  const ends = asking.map(({ attempt, charge }) => attempt.open(nowMs, { charge, part }));
  try {
    // Whatever the executor and the agent do: as in a single attempt.
    const start = (): unknown => holding.run(permit, () => executor.startBatch?.(batch));
    // In the trace of the first call, because it is one request.
    const sent = tracing === undefined ? start() : tracing.within(first.attempt.call, start);
    if (sent !== undefined) {
      promiseOf(sent).then(hearWithin, (thrown: unknown) => fail(thrown, true));
    }
  } catch (thrown) {
    fail(thrown, true);
  }
  return ends;
}

const STOPPED = { stopped: true } as const;

/** A batch's result for one of its tasks: an answer, or why there is none. */
interface TakenPart {
  readonly output?: unknown;
  readonly error?: object;
}

/** A batch's answers, task by task. Throws `AGENT_FAILED` if they are not a list of the right length, which is not retried. */
function takeAnswers(name: string, answers: unknown, size: number): readonly TakenPart[] {
  const inOrder = "return an answer for each task, in their order";
  if (!Array.isArray(answers)) {
    throw misshapen(`${name} answered a batch of ${size} tasks with no list; ${inOrder}`);
  }
  const { length } = answers;
  if (length !== size) {
    throw misshapen(
      `${name} answered a batch of ${size} tasks with ${length} answers; return one for each task, in their order`,
    );
  }
  return Array.from({ length: size }, (_, index) => {
    try {
      const answer: unknown = answers[index];
      return answer instanceof Error ? { error: answer } : { output: answer };
    } catch (cause) {
      // Reading a foreign list may run any code.
      const why = `${name} answered a batch with a list that cannot be read: ${describeThrown(cause)}`;
      return { error: misshapen(why, { cause }) };
    }
  });
}

function misshapen(why: string, options?: ErrorOptions): QuorateError {
  return Object.assign(new QuorateError("AGENT_FAILED", why, options), { retryable: false });
}
