import type { CallRequest, Cost, Usage } from "../call.ts";
import { UNKNOWN_COST } from "../call.ts";
import { QuorateError } from "../errors.ts";
import { leave, type Lane } from "../policy/admission.ts";
import type { Limits } from "../policy/limits.ts";
import type { AttemptControl } from "./engine.ts";
import type { Run } from "./run.ts";

/** How an attempt ended: with what was made of the agent's answer, or with what went wrong. */
export type AttemptEnd<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

export interface AttemptPlan<T> {
  readonly run: Run;
  readonly request: CallRequest;
  readonly limits: Limits;
  /** Slots that the attempt holds. It gives them back itself, when the agent has stopped or was abandoned. */
  readonly lanes: readonly Lane[];
  /** The agent's own name, for messages and events. */
  readonly name: string;
  /** Makes a value of the agent's answer, or throws what is wrong with it. Counts as part of the attempt's time. */
  readonly accept: (output: unknown) => T | Promise<T>;
}

/** An attempt under way. */
export interface Attempt<T> {
  /** Never rejects. */
  readonly end: Promise<AttemptEnd<T>>;
  /** What the agent has reported until now. */
  cost(): Cost;
}

/**
 * Carries out one attempt.
 *
 *     running ── settles ───▶ over
 *     running ── timeoutMs ─▶ given up ── settles ──▶ over, straggled
 *                                      └─ graceMs ──▶ over, abandoned
 *     running ── cancelled ─▶ stopping ── settles or graceMs ──▶ over
 *
 * Its end is told at the first arrow, but when cancelled at the second: whoever cancels may rely on what was cancelled
 * having stopped, or having been given `graceMs` to. The slots are held until it is over.
 */
export function startAttempt<T>(plan: AttemptPlan<T>): Attempt<T> {
  const { run, request, limits, lanes, name, accept } = plan;
  const { clock, cancellation, journal } = run;
  const control = new Control(run, request, name);
  const startedMs = clock.monotonic();
  let state: "running" | "given up" | "stopping" | "over" = "running";
  let timer: Disposable | undefined;
  let tell: (end: AttemptEnd<T>) => void;
  const end = new Promise<AttemptEnd<T>>((resolve) => {
    tell = resolve;
  });

  const over = (): void => {
    state = "over";
    timer?.[Symbol.dispose]();
    cancellation.unwatch(stop);
    leave(lanes);
  };

  const settled = (how: AttemptEnd<T>): void => {
    switch (state) {
      case "running":
        over();
        return tell(how);
      case "stopping":
        over();
        return tell({ ok: false, error: cancellation.reason });
      case "given up":
        over();
        return journal.note([
          {
            type: "call.straggled",
            callId: request.callId,
            agent: name,
            attempt: request.attempt,
            settled: how.ok ? "answered" : "failed",
            durationMs: clock.monotonic() - startedMs,
          },
        ]);
      case "over":
    }
  };

  const giveUp = (): void => {
    state = "given up";
    const error = new QuorateError("TIMEOUT", `${name} timed out after ${limits.timeoutMs} ms`);
    timer = clock.timer(limits.graceMs, abandon, { hold: false });
    control.abort(error);
    tell({ ok: false, error });
  };

  const abandon = (): void => {
    over();
    const { callId, attempt } = request;
    journal.note([{ type: "call.abandoned", callId, agent: name, attempt }]);
  };

  const stop = (reason: unknown): void => {
    if (state === "running") {
      state = "stopping";
      timer?.[Symbol.dispose]();
      // Somebody waits for this one, so it holds the process.
      timer = clock.timer(limits.graceMs, () => {
        abandon();
        tell({ ok: false, error: reason });
      });
    }
    control.abort(reason);
  };

  if (limits.timeoutMs !== Infinity) timer = clock.timer(limits.timeoutMs, giveUp);
  cancellation.watch(stop);
  carryOut(run, request, control)
    .then(accept)
    .then(
      (value) => settled({ ok: true, value }),
      (error: unknown) => settled({ ok: false, error }),
    );
  return { end, cost: () => control.cost };
}

/** A promise of the engine's answer, whatever the engine and the agent do: throw, return a value, a hostile thenable. */
function carryOut(run: Run, request: CallRequest, control: Control): Promise<unknown> {
  try {
    return Promise.resolve(run.engine.call(request, control));
  } catch (error) {
    return Promise.reject(error);
  }
}

// A class for its prototype's getter: most agents never ask for the signal, and making one costs.
class Control implements AttemptControl {
  readonly #run: Run;
  readonly #request: CallRequest;
  readonly #name: string;
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;
  cost: Cost = UNKNOWN_COST;

  constructor(run: Run, request: CallRequest, name: string) {
    this.#run = run;
    this.#request = request;
    this.#name = name;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  emit(value: unknown): void {
    const { callId, attempt } = this.#request;
    this.#run.journal.emit({ callId, agent: this.#name, attempt, value });
  }

  report(usage: Usage): void {
    this.cost = {
      usdMicros: more(this.cost.usdMicros, usage.usdMicros),
      inputTokens: more(this.cost.inputTokens, usage.inputTokens),
      outputTokens: more(this.cost.outputTokens, usage.outputTokens),
    };
  }
}

/** Adds a reported amount; what is not a whole number from 0 is no report. */
function more(known: number | "unknown", reported: number | undefined): number | "unknown" {
  if (reported === undefined || !Number.isSafeInteger(reported) || reported < 0) return known;
  return known === "unknown" ? reported : known + reported;
}
