import type { Attempt, BatchAttempt, CallRequest, Executor, Usage } from "../../src/index.ts";

/** What an attempt can say and hear while it is carried out. */
export interface Control {
  readonly signal: AbortSignal;
  emit(value: unknown): void;
  report(usage: Usage): void;
}

/** The same of a batch. */
export interface BatchControl {
  readonly signal: AbortSignal;
  report(usage: Usage, index?: number): void;
}

export type Call = (request: CallRequest, control: Control) => unknown;
export type CallBatch = (requests: readonly CallRequest[], control: BatchControl) => unknown;

type Both = BatchControl & Pick<Control, "emit">;

/** An executor that calls these functions, each attempt at once. */
export function executorOf(call: Call, callBatch?: CallBatch): Executor {
  const signals = new Map<string, AbortController>();

  function carryOut(
    attempt: Pick<Attempt | BatchAttempt, "attemptId" | "hear">,
    work: (control: Both) => unknown,
  ): void {
    const { attemptId } = attempt;
    const controller = new AbortController();
    signals.set(attemptId, controller);
    attempt.hear({ type: "started" });
    const answered = async (): Promise<unknown> => {
      try {
        return await work({
          signal: controller.signal,
          emit: (value) => attempt.hear({ type: "progress", value }),
          report: (usage, index) =>
            attempt.hear({ type: "report", usage, ...(index !== undefined && { index }) }),
        });
      } finally {
        signals.delete(attemptId);
      }
    };
    answered().then(
      (output) => attempt.hear({ type: "answer", output, stopped: true }),
      (thrown: unknown) => attempt.hear({ type: "failure", thrown, stopped: true }),
    );
  }

  return {
    start: (attempt) => carryOut(attempt, (control) => call(attempt.call, control)),
    ...(callBatch !== undefined && {
      startBatch: (batch) => carryOut(batch, (control) => callBatch(batch.calls, control)),
    }),
    cancel: (attemptId, reason) => signals.get(attemptId)?.abort(reason),
    close() {},
  };
}
