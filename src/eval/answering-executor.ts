import { isShared } from "../call/key.ts";
import type { Attempt, AttemptEvent, Executor } from "../executor/executor.ts";
import { AMOUNTS, type CallRequest, type Usage } from "../model/call.ts";
import { errorFrom } from "../model/errors.ts";
import { randomId, sha256 } from "../model/hash.ts";
import { canonicalJson, takeJson } from "../model/json.ts";
import type { RecordedResult, TakenCase } from "./eval-case.ts";
import type { KeptAnswer, KeptAnswers } from "./kept-answers.ts";

/** What answers the attempts of an evaluation's runs. */
export interface Answering {
  readonly answers: KeptAnswers;
  /** Carries out what is not recorded; `undefined`: no agent is asked. */
  readonly live: Executor | undefined;
  /** Called with an error that ends the evaluation. */
  readonly failed: (error: unknown) => void;
  /** The runs that are under way, by their ids. */
  readonly runs: Map<string, AnsweredRun>;
}

/** A run of one case. */
export interface AnsweredRun {
  readonly of: TakenCase;
  /** Attempts that were really made. */
  asked: number;
  /** Calls whose answer is not recorded. */
  readonly unrecorded: Set<string>;
}

const STARTED: AttemptEvent = Object.freeze({ type: "started", atOnce: true });

/**
 * Carries out attempts from recordings: first the results of a case, then the kept answers, by the content of the call. An unrecorded
 * attempt goes to `live`, and its answer is kept; without `live` it fails. If a call with the same content is under way, the attempt waits for it.
 */
export function answeringExecutor(answering: Answering): Executor {
  const { answers, live, failed, runs } = answering;
  // Runs have the same ids in every evaluation, so that what is drawn from them is the same; but an executor elsewhere begins an attempt with one id only once.
  const evaluation = randomId();
  const idHere = (attemptId: string): string => `${evaluation}/${attemptId}`;
  /** Settled when no attempt asks for that content any more. */
  const underWay = new Map<string, Promise<void>>();

  function answer(attempt: Attempt, { used, output }: KeptAnswer): void {
    attempt.hear(STARTED);
    for (const usage of used) attempt.hear({ type: "report", usage });
    attempt.hear({ type: "answer", output, stopped: true });
  }

  function refuse(attempt: Attempt, thrown: unknown): void {
    attempt.hear(STARTED);
    attempt.hear({ type: "failure", thrown, stopped: true });
  }

  async function ask(attempt: Attempt, run: AnsweredRun, key: string | undefined): Promise<void> {
    if (live === undefined) return;
    run.asked++;
    const attemptId = idHere(attempt.attemptId);
    if (key === undefined) {
      await live.start(keeping(attempt, attemptId));
      return;
    }
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    underWay.set(key, over);
    const ended = (): void => {
      underWay.delete(key);
      end();
    };
    try {
      await live.start(
        keeping(attempt, attemptId, ended, (answered) => {
          try {
            answers.add(key, attempt.call.agent, answered);
          } catch (error) {
            failed(error);
          }
        }),
      );
    } catch (error) {
      ended();
      throw error;
    }
  }

  return {
    async start(attempt) {
      const { call } = attempt;
      const run = runs.get(call.runId);
      if (run === undefined) throw new Error(`no case has the run ${call.runId}`);
      const given = answeredIn(run.of.results.get(call.callId));
      if (given !== undefined && isFor(given, call)) {
        if (given.status === "ok") {
          answer(attempt, { used: usageOf(given), output: given.output });
        } else refuse(attempt, errorFrom({ ...given.error, retryable: false }));
        return;
      }
      const key = keyOf(call);
      for (;;) {
        const kept = key === undefined ? undefined : answers.get(key);
        if (kept !== undefined) {
          answer(attempt, kept);
          return;
        }
        const others = key === undefined ? undefined : underWay.get(key);
        if (others === undefined) break;
        await others;
        if (attempt.cancelled !== undefined) {
          refuse(attempt, attempt.cancelled.reason);
          return;
        }
      }
      if (live !== undefined) {
        await ask(attempt, run, key);
        return;
      }
      run.unrecorded.add(call.callId);
      refuse(attempt, unrecorded(call, given));
    },
    cancel(attemptId, reason) {
      live?.cancel(idHere(attemptId), reason);
    },
    close: () => live?.close(),
  };
}

/** An attempt under another id, whose answer is kept before it is reported, and whose end is noticed. */
function keeping(
  attempt: Attempt,
  attemptId: string,
  ended: () => void = () => undefined,
  keep: (answer: KeptAnswer) => void = () => undefined,
): Attempt {
  const used: Usage[] = [];
  return {
    attemptId,
    call: attempt.call,
    get idempotencyKey() {
      return attempt.idempotencyKey;
    },
    get cancelled() {
      return attempt.cancelled;
    },
    get heard() {
      return attempt.heard;
    },
    hear(event) {
      if (event.type === "report") used.push(event.usage);
      // Even a late answer, because it is paid for.
      if (event.type === "answer") {
        const taken = takeJson(event.output, Infinity);
        // If it is not JSON, the run reports what is wrong with it.
        if (taken.fault === undefined) {
          keep({ used: [...used], ...(taken.value !== undefined && { output: taken.value }) });
        }
      }
      if (event.type === "answer" || event.type === "failure" || event.type === "stopped") ended();
      attempt.hear(event);
    },
    toJSON: () => ({ ...attempt.toJSON(), attemptId }),
  };
}

/** A result of an agent that was asked. */
type AskedResult = Exclude<RecordedResult, { readonly status: "skipped" | "waiting" }>;

function answeredIn(given: RecordedResult | undefined): AskedResult | undefined {
  return given?.status === "ok" || given?.status === "failed" ? given : undefined;
}

/** Whether a result belongs to this call: with a key, only to a call with the same key. A judge's questions differ, so its result needs a key. */
function isFor(given: AskedResult, { key, place }: CallRequest): boolean {
  if (given.key !== undefined) return given.key === key;
  return place.role !== "judge";
}

/** The key of a kept answer; `undefined` if the call cannot be distinguished from others because some of it is hidden. */
function keyOf({ key, issues }: CallRequest): string | undefined {
  if (!isShared(key)) return undefined;
  return issues.length === 0 ? key : `${key}#${sha256(canonicalJson(issues))}`;
}

function usageOf({ cost = {} }: Extract<RecordedResult, { status: "ok" }>): readonly Usage[] {
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  for (const name of AMOUNTS) {
    const amount = cost[name];
    if (typeof amount === "number") usage[name] = amount;
  }
  return Object.keys(usage).length === 0 ? [] : [usage];
}

function unrecorded({ callId }: CallRequest, given: AskedResult | undefined): Error {
  const other =
    given === undefined
      ? "no answer is recorded for it"
      : "the recorded answer is of another version of it, or of another question";
  const message = `${callId} was not asked: ${other}; evaluate live to have it asked`;
  return Object.assign(new Error(message), { retryable: false });
}
