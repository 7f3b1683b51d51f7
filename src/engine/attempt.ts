import type { Deadlines } from "../async/deadlines.ts";
import { UNKNOWN_COST, type CallRequest, type Cost, type Usage } from "../call.ts";
import { QuorateError } from "../errors.ts";
import { leave, type Lane } from "../policy/admission.ts";
import type { Limits } from "../policy/limits.ts";
import type { AttemptControl } from "./engine.ts";
import type { Run } from "./run.ts";

/** How an attempt ended: with what was made of the agent's answer, or with what went wrong. */
export type AttemptEnd<T> =
  | { readonly ok: true; readonly value: T; readonly cost: Cost }
  | { readonly ok: false; readonly error: unknown; readonly cost: Cost };

export interface AttemptPlan<T> {
  readonly run: Run;
  readonly request: CallRequest;
  readonly limits: Limits;
  /** Keeps the attempt's timeout; `undefined` where it has none. */
  readonly timeouts: Deadlines | undefined;
  /** Slots that the attempt holds. It gives them back itself, when the agent has stopped or was abandoned. */
  readonly lanes: readonly Lane[];
  /** The agent's own name, for messages and events. */
  readonly name: string;
  /** The clock's monotonic time of its dispatch, which is now. */
  readonly startedMs: number;
  /** Makes a value of the agent's answer, or throws what is wrong with it. Counts as part of the attempt's time. */
  readonly accept: (output: unknown) => T | Promise<T>;
}

/** Carries out one attempt. The promise never rejects. */
export function runAttempt<T>(plan: AttemptPlan<T>): Promise<AttemptEnd<T>> {
  return new Promise((tell) => new Attempt(plan, tell).begin());
}

/**
 * One attempt, from its dispatch until the agent has stopped or nobody waits for it any more.
 *
 *     running ── settles ───▶ over
 *     running ── timeoutMs ─▶ given up ── settles ──▶ over, straggled
 *                                      └─ graceMs ──▶ over, abandoned
 *     running ── cancelled ─▶ stopping ── settles or graceMs ──▶ over
 *
 * Its end is told at the first arrow, but when cancelled at the second: whoever cancels may rely on what was cancelled
 * having stopped, or having been given `graceMs` to. The slots are held until it is over.
 *
 * A class for its prototype: one is made for every attempt, and most agents never ask for the signal.
 */
class Attempt<T> implements AttemptControl {
  readonly #plan: AttemptPlan<T>;
  readonly #tell: (end: AttemptEnd<T>) => void;
  #state: "running" | "given up" | "stopping" | "over" = "running";
  #timer: Disposable | undefined;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #cost: Cost = UNKNOWN_COST;

  constructor(plan: AttemptPlan<T>, tell: (end: AttemptEnd<T>) => void) {
    this.#plan = plan;
    this.#tell = tell;
  }

  begin(): void {
    const { run, request, timeouts } = this.#plan;
    this.#timer = timeouts?.add(() => this.#giveUp());
    run.cancellation.watch(this.#stop);
    let answer: Promise<unknown>;
    try {
      // Whatever the engine and the agent do: throw, return a value, a promise, a hostile thenable.
      answer = Promise.resolve(run.engine.call(request, this));
    } catch (error) {
      return this.#fail(error);
    }
    answer.then(
      (output) => this.#answered(output),
      (error: unknown) => this.#fail(error),
    );
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  emit(value: unknown): void {
    const { run, request, name } = this.#plan;
    const { callId, attempt } = request;
    run.journal.emit({ callId, agent: name, attempt, value });
  }

  report(usage: Usage): void {
    this.#cost = {
      usdMicros: more(this.#cost.usdMicros, usage.usdMicros),
      inputTokens: more(this.#cost.inputTokens, usage.inputTokens),
      outputTokens: more(this.#cost.outputTokens, usage.outputTokens),
    };
  }

  #answered(output: unknown): void {
    let value: T | Promise<T>;
    try {
      value = this.#plan.accept(output);
    } catch (error) {
      return this.#fail(error);
    }
    if (value instanceof Promise) {
      value.then(
        (late) => this.#succeed(late),
        (error: unknown) => this.#fail(error),
      );
    } else {
      this.#succeed(value);
    }
  }

  #succeed(value: T): void {
    if (this.#settle("answered")) this.#tell({ ok: true, value, cost: this.#cost });
  }

  #fail(error: unknown): void {
    if (this.#settle("failed")) this.#tell({ ok: false, error, cost: this.#cost });
  }

  /** The agent has stopped. Whether its end is still to be told. */
  #settle(settled: "answered" | "failed"): boolean {
    const { run, request, name, startedMs } = this.#plan;
    const was = this.#state;
    if (was === "over") return false;
    this.#over();
    if (was === "given up") {
      const { callId, attempt } = request;
      const durationMs = run.clock.monotonic() - startedMs;
      run.journal.note([
        { type: "call.straggled", callId, agent: name, attempt, settled, durationMs },
      ]);
    } else if (was === "stopping") {
      this.#tell({ ok: false, error: run.cancellation.reason, cost: this.#cost });
    }
    return was === "running";
  }

  #giveUp(): void {
    const { run, name, limits } = this.#plan;
    this.#state = "given up";
    const error = new QuorateError("TIMEOUT", `${name} timed out after ${limits.timeoutMs} ms`);
    this.#timer = run.clock.timer(limits.graceMs, () => this.#abandon(), { hold: false });
    this.#abort(error);
    this.#tell({ ok: false, error, cost: this.#cost });
  }

  // A function, not a method: it is watched for, and has to be known again.
  readonly #stop = (reason: unknown): void => {
    const { run, limits } = this.#plan;
    if (this.#state === "running") {
      this.#state = "stopping";
      this.#timer?.[Symbol.dispose]();
      // Somebody waits for this one, so it holds the process.
      this.#timer = run.clock.timer(limits.graceMs, () => {
        this.#abandon();
        this.#tell({ ok: false, error: reason, cost: this.#cost });
      });
    }
    this.#abort(reason);
  };

  #abandon(): void {
    const { run, request, name } = this.#plan;
    const { callId, attempt } = request;
    this.#over();
    run.journal.note([{ type: "call.abandoned", callId, agent: name, attempt }]);
  }

  #abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }

  #over(): void {
    this.#state = "over";
    this.#timer?.[Symbol.dispose]();
    this.#plan.run.cancellation.unwatch(this.#stop);
    leave(this.#plan.lanes);
  }
}

/** Adds a reported amount; what is not a whole number from 0 is no report. */
function more(known: number | "unknown", reported: number | undefined): number | "unknown" {
  if (reported === undefined || !Number.isSafeInteger(reported) || reported < 0) return known;
  return known === "unknown" ? reported : known + reported;
}
