import { abortController, type Abort } from "../../async/abort-controller.ts";
import { hear as hearWithin, promiseOf } from "../../model/hear.ts";
import type { CallRequest, Usage } from "../../model/call.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import { holding } from "../../limits/deadlock.ts";
import type { Permit, Requeue } from "../../limits/permit.ts";
import { equalParts } from "../../money/equal-parts.ts";
import { misreported } from "../../money/misreported.ts";
import { readUsage, withPrice } from "../../money/usage-sum.ts";
import { runAttempt } from "../attempt.ts";
import { isOver, timeoutError, type AttemptEnd } from "../attempt-end.ts";
import type { Part, Reporting } from "./batch-part.ts";
import type { Charge } from "../charge.ts";
import type { BatchControl } from "../../executor/engine.ts";
import type { Run } from "../run.ts";
import type { Seat } from "../seat.ts";
import { isSameUsage, unfitAnswer } from "../unfit-answer.ts";

/** One call of a batch. */
export interface AskingAttempt {
  readonly run: Run;
  readonly request: CallRequest;
  readonly charge: Charge | undefined;
}

/**
 * Carries out one attempt at each of several requests as one request to the engine, dispatched at `startedMs`, which is now.
 * Each of them ends as an attempt of its own does: it is checked, times out, is cancelled and is late by itself. What they
 * share is kept here:
 *
 * - the permit for its slots, which is released when the last one is over;
 * - the signal, aborted when the last one is waited for no more;
 * - what the limits are told, once: it answered, or what it failed with, and the tokens of all.
 *
 * The promises, in the order of the requests, never reject.
 */
export function runBatch(
  seat: Seat,
  asking: readonly [AskingAttempt, ...AskingAttempt[]],
  startedMs: number,
  permit: Permit,
): readonly Promise<AttemptEnd>[] {
  const { agent } = seat;
  const { engine } = asking[0].run;
  const size = asking.length;
  const places = asking.map((one) => ({ ...one, answer: Promise.withResolvers<unknown>() }));
  const attempts: Reporting[] = [];
  const jitter = Math.random();
  let waitedFor = size;
  let unended = size;
  let lastReport: Usage | undefined;
  let controller: Abort | undefined;
  let aborted: { readonly reason: unknown } | undefined;
  let told: { readonly requeue: Requeue | undefined } | undefined;

  const hear = (error: unknown): Requeue | undefined => {
    if (told === undefined) {
      const tokens = attempts.reduce((sum, attempt) => sum + attempt.tokens, 0);
      told = { requeue: permit.ended(error, tokens) };
    }
    return error === undefined ? undefined : told.requeue;
  };

  /** It has ended by itself: the limits are told unless nobody waited for it any more. */
  const hearEnd = (error: unknown): void => {
    if (aborted !== undefined) return;
    hear(isOver(asking[0].run, seat, startedMs) ? timeoutError(seat) : error);
  };

  const fail = (thrown: unknown): void => {
    // One answer for all: what it cost is in parts, too.
    const unfit = unfitAnswer(seat, thrown);
    if (unfit !== undefined && !isSameUsage(unfit.usage, lastReport)) control.report(unfit.usage);
    const error = unfit === undefined ? thrown : unfit.error;
    hearEnd(error ?? null);
    for (const { answer } of places) answer.reject(error);
  };

  const settle = (answers: unknown): void => {
    let taken: readonly TakenPart[];
    try {
      taken = takeAnswers(agent.name, answers, size);
    } catch (error) {
      hearWithin(answers);
      return fail(error);
    }
    // Where all of them have failed, that is what the limits have to know.
    const failed = taken.every(({ error }) => error !== undefined);
    hearEnd(failed ? taken[0]?.error : undefined);
    for (const [index, { answer }] of places.entries()) {
      const { error, output } = taken[index] ?? {};
      if (error === undefined) answer.resolve(promiseOf(output));
      else answer.reject(error);
    }
  };

  const control: BatchControl = {
    get signal() {
      if (controller === undefined) {
        controller = abortController();
        if (aborted !== undefined) controller.abort(aborted.reason);
      }
      return controller.signal;
    },
    report(given, index) {
      hearWithin(given);
      if (index !== undefined) {
        // Of a task that is none, nobody knows whose it is.
        if (Number.isInteger(index)) attempts[index]?.report(given);
        return;
      }
      const usage = readUsage(given);
      for (const one of attempts) one.refuse(misreported(given));
      if (usage === undefined) return;
      lastReport = usage;
      // The price is that of the whole: rounded up once, and not for each task.
      const shares = equalParts(withPrice(usage, seat.prices, seat.modelName), size);
      for (const [at, share] of shares.entries()) attempts[at]?.report(share);
    },
  };

  const ends = places.map(({ run, request, answer, charge }) => {
    const part: Part = {
      jitter,
      hear,
      call(attempt) {
        attempts.push(attempt);
        return answer.promise;
      },
      aborted(reason) {
        if (--waitedFor > 0) return;
        aborted = { reason };
        permit.over = true;
        controller?.abort(reason);
      },
      over() {
        if (--unended > 0) return;
        // Where it holds something in a store that fails, the run has been told.
        permit.release(0)?.catch(() => {});
      },
    };
    return runAttempt(run, seat, request, startedMs, { charge, part });
  });
  const requests = asking.map(({ request }) => request);
  try {
    // Whatever the engine and the agent do: as in an attempt of its own.
    const answers = holding(permit, () => engine.callBatch?.(requests, control));
    promiseOf(answers).then(settle, fail);
  } catch (error) {
    fail(error);
  }
  return ends;
}

/** What a batch has for one of its tasks: an answer, or why there is none. */
interface TakenPart {
  readonly output?: unknown;
  readonly error?: object;
}

/** What a batch answered, task by task. Throws `AGENT_FAILED` where it is no list of as many, which is not worth a repetition. */
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
      // A list may do anything when it is read.
      const why = `${name} answered a batch with a list that cannot be read: ${describeThrown(cause)}`;
      return { error: misshapen(why, { cause }) };
    }
  });
}

function misshapen(why: string, options?: ErrorOptions): QuorateError {
  return Object.assign(new QuorateError("AGENT_FAILED", why, options), { retryable: false });
}
