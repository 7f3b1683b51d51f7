import { abortController, type Abort } from "../async/abort-controller.ts";
import type { Cancellation } from "../async/cancellation.ts";
import type { CallRequest, Cost, ModelCost, Usage } from "../call.ts";
import { QuorateError } from "../errors.ts";
import {
  NOTHING_REPORTED,
  readUsage,
  spentSince,
  usageSum,
  type Spent,
  type UsageSum,
} from "../money/usage-sum.ts";
import { leave, type Ticket } from "../policy/admission.ts";
import { holderOf, holding, type Holder } from "../policy/holder.ts";
import { accept, type Accepted } from "./accept.ts";
import { classify } from "../policy/classify-error.ts";
import { retryWaitMs } from "../policy/retry.ts";
import type { AttemptControl } from "./engine.ts";
import { unfitAnswer } from "./model-failure.ts";
import type { RateLane } from "../policy/rate-lane.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/** How an attempt ended: with what was made of the agent's answer, or with what went wrong. */
export type AttemptEnd = (
  | { readonly ok: true; readonly accepted: Accepted }
  | { readonly ok: false; readonly error: unknown }
) & {
  /** Monotonic times in ms. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly cost: Cost;
  /** Which model it named last. */
  readonly model?: string | undefined;
  /** What it used of each model, where it reported anything. */
  readonly used?: readonly ModelCost[];
  /** What is known of the money, in micro-dollars, where some of it is not. */
  readonly leastMicros?: number;
  /** What its budgets were charged, in micro-dollars; `undefined` where there are none. */
  readonly charged?: number | undefined;
  readonly requeue?: Requeue | undefined;
  /** How long a repetition waits, from 0 to 1 of the longest: the same for all of a batch, so that they meet again. */
  readonly jitter?: number | undefined;
};

/** An attempt was told to come later, and how much later, in ms: it queues again, and that is no repetition. */
export interface Requeue {
  /** The lane that was told; none where the agent has no lane that learns from it. */
  readonly lane?: string;
  readonly waitMs: number;
}

/** An attempt as its batch sees it. */
export interface Reporting {
  report(usage: Usage): void;
  /** Those reported so far. */
  readonly tokens: number;
}

/** What an attempt shares with the others of its batch, and so does not do by itself. */
export interface Part {
  /** Carries the attempt out with the others: its own part of the answer. */
  call(attempt: Reporting): Promise<unknown>;
  /** Lets the lanes know how it ended. */
  hear(error: unknown): Requeue | undefined;
  /** Nobody waits for this part any more. */
  aborted(reason: unknown): void;
  /** The agent has stopped, or was abandoned. */
  over(): void;
  readonly jitter: number;
}

/**
 * Carries out one attempt at a request, dispatched at `startedMs` of the clock's monotonic time, which is now. Holds the
 * seat's slots, and gives them back itself when the agent has stopped or was abandoned; as `part` of a batch it leaves that
 * to the batch. `ticket` is what it was admitted with, where lanes have asked for one. The promise never rejects.
 */
export function runAttempt(
  run: Run,
  seat: Seat,
  request: CallRequest,
  startedMs: number,
  ticket?: Ticket,
  part?: Part,
): Promise<AttemptEnd> {
  return new Promise((tell) =>
    new Attempt(run, seat, request, startedMs, tell, ticket, part).begin(),
  );
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
class Attempt implements AttemptControl, Reporting {
  readonly #run: Run;
  readonly #seat: Seat;
  readonly #request: CallRequest;
  readonly #startedMs: number;
  readonly #tell: (end: AttemptEnd) => void;
  readonly #ticket: Ticket | undefined;
  readonly #part: Part | undefined;
  readonly #cancellation: Cancellation;
  readonly #holder: Holder;
  #state: "running" | "given up" | "stopping" | "over" = "running";
  #timer: Disposable | undefined;
  #controller: Abort | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  // Made at the first report: most attempts have one or none.
  #sum: UsageSum | undefined;
  /** What had been reported when it was given up. */
  #told: Spent = NOTHING_REPORTED;
  #lastReport: Usage | undefined;

  constructor(
    run: Run,
    seat: Seat,
    request: CallRequest,
    startedMs: number,
    tell: (end: AttemptEnd) => void,
    ticket: Ticket | undefined,
    part: Part | undefined,
  ) {
    this.#run = run;
    this.#seat = seat;
    this.#request = request;
    this.#startedMs = startedMs;
    this.#tell = tell;
    this.#ticket = ticket;
    this.#part = part;
    this.#holder = holderOf(seat.lanes);
    this.#cancellation = run.shared?.cancellation ?? run.cancellation;
  }

  begin(): void {
    this.#timer = this.#seat.timeouts?.add(() => this.#giveUp(), this.#startedMs);
    this.#cancellation.watch(this.#stop);
    try {
      // Whatever the engine and the agent do: throw, return a value, a promise, a hostile thenable, a promise whose own
      // `then` throws.
      const answer =
        this.#part?.call(this) ??
        holding(this.#holder, () => this.#run.engine.call(this.#request, this));
      Promise.resolve(answer).then(
        (output) => this.#answered(output),
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = abortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  emit(value: unknown): void {
    const { callId, attempt } = this.#request;
    this.#run.journal.emit({ callId, agent: this.#seat.agent.name, attempt, value });
  }

  report(usage: Usage): void {
    const read = readUsage(usage);
    if (read === undefined) return;
    this.#lastReport = read;
    this.#sum ??= usageSum(this.#seat.prices, this.#seat.modelName);
    this.#sum.add(read);
  }

  get #spent(): Spent {
    return this.#sum?.spent ?? NOTHING_REPORTED;
  }

  get tokens(): number {
    const { inputTokens, outputTokens } = this.#spent.cost;
    return known(inputTokens) + known(outputTokens);
  }

  #answered(output: unknown): void {
    const { agent, limits } = this.#seat;
    // Also of an answer that is refused: what is wrong with it may be said in its own words.
    this.#run.redact?.learn(output, limits.maxBytes);
    let value: Accepted | Promise<Accepted>;
    try {
      value = accept(agent, limits, output);
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

  #succeed(accepted: Accepted): void {
    const startedMs = this.#startedMs;
    const endedMs = this.#run.clock.monotonic();
    const spent = this.#spent;
    this.#hear(undefined);
    if (this.#settle("answered")) this.#tell({ ok: true, startedMs, endedMs, accepted, ...spent });
  }

  #fail(thrown: unknown): void {
    const unfit = unfitAnswer(this.#seat.agent.name, thrown);
    if (unfit?.usage !== undefined) this.#charge(unfit.usage);
    const error = unfit === undefined ? thrown : unfit.error;
    // Somebody may have thrown nothing.
    const later = this.#hear(error ?? null) ?? this.#later(error);
    const spent = this.#spent;
    // One that was paid for is a repetition: those are counted, or nobody could say what a call costs at most.
    const requeue = isPaid(spent) ? undefined : later;
    if (this.#settle("failed")) this.#tell(this.#failed(error, spent, requeue));
  }

  /** When to come again, where the agent was turned away since there were too many, and no lane knows better. */
  #later(error: unknown): Requeue | undefined {
    const nowMs = this.#run.clock.now();
    if (classify(error, nowMs).fault !== "limited") return undefined;
    const { backoff } = this.#seat.limits;
    const waitMs = retryWaitMs(error, this.#request.attempt, backoff, nowMs, this.#part?.jitter);
    return waitMs === undefined ? undefined : { waitMs };
  }

  /** What a failed client says of its answer's cost, unless that is what the agent has just reported. */
  #charge({ model, ...tokens }: Usage): void {
    const { inputTokens, outputTokens } = tokens;
    const last = this.#lastReport;
    if (last?.inputTokens === inputTokens && last?.outputTokens === outputTokens) return;
    const isPriced = model !== undefined && this.#seat.prices.has(model);
    this.report(isPriced ? { ...tokens, model } : tokens);
  }

  #failed(error: unknown, spent: Spent, requeue?: Requeue): AttemptEnd {
    const endedMs = this.#run.clock.monotonic();
    const [startedMs, jitter] = [this.#startedMs, this.#part?.jitter];
    return { ok: false, startedMs, endedMs, error, ...spent, requeue, jitter };
  }

  /** Lets the lanes know how it ended, before anybody else is admitted to them. */
  #hear(error: unknown): Requeue | undefined {
    const { rates } = this.#seat;
    if (rates.length === 0 || this.#state !== "running") return undefined;
    if (this.#part !== undefined) return this.#part.hear(error);
    return tellLanes(rates, this.#ticket, error, this.tokens);
  }

  /** The agent has stopped. Whether its end is still to be told. */
  #settle(settled: "answered" | "failed"): boolean {
    const was = this.#state;
    if (was === "over") return false;
    this.#over();
    if (was === "given up") {
      const { callId, attempt } = this.#request;
      const agent = this.#seat.agent.name;
      const durationMs = this.#run.clock.monotonic() - this.#startedMs;
      const late = spentSince(this.#spent, this.#told);
      this.#run.journal.note([
        {
          type: "call.straggled",
          callId,
          agent,
          attempt,
          settled,
          durationMs,
          ...late,
        },
      ]);
    } else if (was === "stopping") {
      this.#tell(this.#failed(this.#cancellation.reason, this.#spent));
    }
    return was === "running";
  }

  #giveUp(): void {
    const { agent, limits } = this.#seat;
    const why = `${agent.name} timed out after ${limits.timeoutMs} ms`;
    const error = new QuorateError("TIMEOUT", why);
    this.#hear(error);
    this.#state = "given up";
    this.#told = this.#spent;
    this.#timer = this.#run.clock.timer(limits.graceMs, () => this.#abandon(), { hold: false });
    this.#abort(error);
    this.#tell(this.#failed(error, this.#told));
  }

  // A function, not a method: it is watched for, and has to be known again.
  readonly #stop = (reason: unknown): void => {
    if (this.#state === "running") {
      this.#state = "stopping";
      this.#timer?.[Symbol.dispose]();
      // Somebody waits for this one, so it holds the process.
      this.#timer = this.#run.clock.timer(this.#seat.limits.graceMs, () => {
        this.#abandon();
        this.#tell(this.#failed(reason, this.#spent));
      });
    }
    this.#abort(reason);
  };

  #abandon(): void {
    const { callId, attempt } = this.#request;
    this.#over();
    this.#run.journal.note([
      { type: "call.abandoned", callId, agent: this.#seat.agent.name, attempt },
    ]);
  }

  #abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
    this.#part?.aborted(reason);
  }

  #over(): void {
    this.#state = "over";
    this.#timer?.[Symbol.dispose]();
    this.#cancellation.unwatch(this.#stop);
    if (this.#part !== undefined) return this.#part.over();
    this.#holder.over = true;
    leave(this.#seat.lanes, this.#ticket);
  }
}

/** Tells the lanes how something that had passed them ended, and what it ended with; when to come again, where they say. */
export function tellLanes(
  rates: readonly RateLane[],
  ticket: Ticket | undefined,
  error: unknown,
  tokens: number,
): Requeue | undefined {
  if (ticket === undefined) return undefined;
  const ended =
    error === undefined ? ({ ended: "answered" } as const) : ({ ended: "failed", error } as const);
  const news = { ...ended, ticket, tokens };
  let slowest: Requeue | undefined;
  for (const rate of rates) {
    const waitMs = rate.tell(news);
    if (waitMs !== undefined && waitMs >= (slowest?.waitMs ?? 0)) {
      slowest = { lane: rate.name, waitMs };
    }
  }
  return slowest;
}

function isPaid({ cost, leastMicros }: Spent): boolean {
  return leastMicros + known(cost.inputTokens) + known(cost.outputTokens) > 0;
}

function known(amount: number | "unknown"): number {
  return amount === "unknown" ? 0 : amount;
}
