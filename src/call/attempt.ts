import { abortController, type Abort } from "../async/abort-controller.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { hear, promiseOf } from "../model/hear.ts";
import type { CallRequest, Usage } from "../model/call.ts";
import type { EventBody } from "../model/events.ts";
import { holding } from "../limits/deadlock.ts";
import type { Permit, Requeue } from "../limits/permit.ts";
import { misreported } from "../money/misreported.ts";
import {
  isPaid,
  NOTHING_REPORTED,
  readUsage,
  spentSince,
  tokensIn,
  usageSum,
  type Spent,
  type UsageSum,
} from "../money/usage-sum.ts";
import { accept, type Accepted } from "./accept.ts";
import type { Charge, Ending, Holding } from "./charge.ts";
import {
  isOver,
  timeoutError,
  turnedAway,
  type AttemptEnd,
  type EndDetails,
} from "./attempt-end.ts";
import { isDeadline } from "./deadline.ts";
import type { AttemptControl } from "../executor/engine.ts";
import { isSameUsage, unfitAnswer, type UnfitAnswer } from "./unfit-answer.ts";
import type { Part, Reporting } from "./batch/batch-part.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

type EventOf<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }>;

/**
 * Carries out one attempt at a request, dispatched at `startedMs` of the clock's monotonic time, which is now. Holds
 * its permit, and releases it itself when the agent has stopped or was abandoned; as `part` of a batch it leaves the slots to the
 * batch. The promise never rejects.
 */
export function runAttempt(
  run: Run,
  seat: Seat,
  request: CallRequest,
  startedMs: number,
  holds: Holding,
): Promise<AttemptEnd> {
  return new Promise((tell) => new Attempt(run, seat, request, startedMs, tell, holds).begin());
}

/**
 * One attempt, from its dispatch until the agent has stopped or nobody waits for it any more.
 *
 *     running ── settles ───▶ over
 *     running ── timeoutMs ─▶ given up ── settles ──▶ over, late
 *                                      └─ graceMs ──▶ over, abandoned
 *     running ── settles after timeoutMs, as nothing else could run before ──▶ over, late
 *     running ── cancelled ─▶ stopping ── settles ──▶ over
 *                                      └─ graceMs ──▶ over, abandoned
 *     over ── reports more ──▶ over
 *
 * Its end is told at the first arrow, but when cancelled at the second: whoever cancels may rely on what was cancelled
 * having stopped, or having been given `graceMs` to. The slots and the money are held until it is over.
 *
 * A class for its prototype: one is made for every attempt, and most agents never ask for the signal.
 */
class Attempt implements AttemptControl, Reporting {
  readonly #run: Run;
  readonly #seat: Seat;
  readonly #request: CallRequest;
  readonly #startedMs: number;
  readonly #tell: (end: AttemptEnd) => void;
  readonly #permit: Permit | undefined;
  readonly #money: Charge | undefined;
  readonly #part: Part | undefined;
  readonly #cancellation: Cancellation;
  #state: "running" | "given up" | "stopping" | "over" = "running";
  #timer: Disposable | undefined;
  #controller: Abort | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  // Made at the first report: most attempts have one or none.
  #sum: UsageSum | undefined;
  /** What of it has been told. */
  #told: Spent = NOTHING_REPORTED;
  /** Something was reported since it is over, and will be recorded. */
  #reporting = false;
  #lastReport: Usage | undefined;
  /** A report that cannot be read was recorded. */
  #refused = false;

  constructor(
    run: Run,
    seat: Seat,
    request: CallRequest,
    startedMs: number,
    tell: (end: AttemptEnd) => void,
    { permit, charge, part }: Holding,
  ) {
    this.#run = run;
    this.#seat = seat;
    this.#request = request;
    this.#startedMs = startedMs;
    this.#tell = tell;
    this.#permit = permit;
    this.#money = charge;
    this.#part = part;
    this.#cancellation = run.shared?.cancellation ?? run.cancellation;
  }

  begin(): void {
    this.#timer = this.#seat.timeouts?.add(() => this.#giveUp(), this.#startedMs);
    this.#cancellation.watch(this.#stop);
    try {
      // Whatever the engine and the agent do: throw, return a value, a promise, a hostile thenable.
      const permit = this.#permit;
      const answer =
        permit === undefined
          ? this.#part?.call(this)
          : holding(permit, () => this.#run.engine.call(this.#request, this));
      promiseOf(answer).then(
        (output) => this.#answered(output),
        (error: unknown) => this.#threw(error),
      );
    } catch (error) {
      this.#threw(error);
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
    const { place, attempt } = this.#request;
    this.#run.journal.emit({ ...place, attempt, value });
  }

  report(usage: Usage): void {
    hear(usage);
    this.refuse(misreported(usage));
    const read = readUsage(usage);
    if (read === undefined) return;
    this.#lastReport = read;
    this.#sum ??= usageSum(this.#seat.prices, this.#seat.modelName);
    this.#sum.add(read);
    if (this.#state !== "over" || this.#reporting) return;
    this.#reporting = true;
    // What it reports in one go is one event.
    queueMicrotask(() => this.#reportLate());
  }

  /** Records what is wrong with a report, once of an attempt. */
  refuse(detail: string | undefined): void {
    if (detail === undefined || this.#refused) return;
    this.#refused = true;
    const { place, attempt } = this.#request;
    this.#run.journal.note([{ type: "report.refused", ...place, attempt, detail }]);
  }

  get #spent(): Spent {
    return this.#sum?.spent ?? NOTHING_REPORTED;
  }

  get tokens(): number {
    return tokensIn(this.#spent);
  }

  #answered(output: unknown): void {
    // The time of its team may be over as well: then it is stopping from here on.
    const isStopping = this.#cancellation.cancelled || this.#state !== "running";
    if (isStopping || isOver(this.#run, this.#seat, this.#startedMs)) {
      // Nobody takes it any more.
      hear(output);
      return isStopping ? this.#settle("answered") : this.#settleLate("answered");
    }
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

  #threw(thrown: unknown): void {
    hear(thrown);
    const unfit = unfitAnswer(this.#seat, thrown);
    if (unfit !== undefined) this.#charge(unfit);
    if (this.#cancellation.cancelled || this.#state !== "running") return this.#settle("failed");
    if (isOver(this.#run, this.#seat, this.#startedMs)) return this.#settleLate("failed");
    this.#fail(unfit === undefined ? thrown : unfit.error);
  }

  #succeed(accepted: Accepted): void {
    const startedMs = this.#startedMs;
    const endedMs = this.#run.clock.monotonic();
    this.#hear(undefined);
    if (this.#state !== "running") return this.#settle("answered");
    const settled = this.#over("stopped");
    const how = { ok: true, ended: "answered" } as const;
    this.#tell({ ...how, startedMs, endedMs, accepted, settled, ...this.#told });
  }

  #fail(error: unknown): void {
    this.#run.redact?.learn(error, this.#seat.limits.maxBytes);
    // Somebody may have thrown nothing.
    const later =
      this.#hear(error ?? null) ??
      turnedAway(this.#run, this.#seat, this.#request.attempt, error, this.#part?.jitter);
    if (this.#state !== "running") return this.#settle("failed");
    // One that was paid for is a repetition: those are counted, or nobody could say what a call costs at most.
    const requeue = isPaid(this.#spent) ? undefined : later;
    const settled = this.#over(requeue === undefined ? "stopped" : "turned away");
    this.#tell(this.#failed(error, { settled, requeue, ended: "failed" }));
  }

  /** What a client says of an unfit answer's cost, unless that is what the agent has just reported. */
  #charge({ answer, usage }: UnfitAnswer): void {
    this.#run.redact?.learn(answer, this.#seat.limits.maxBytes);
    if (!isSameUsage(usage, this.#lastReport)) this.report(usage);
  }

  #failed(error: unknown, more?: EndDetails): AttemptEnd {
    const endedMs = this.#run.clock.monotonic();
    const [startedMs, jitter] = [this.#startedMs, this.#part?.jitter];
    return { ok: false, startedMs, endedMs, error, jitter, ...this.#told, ...more };
  }

  /** Lets the limits know how it ended, before anybody else is admitted to them. */
  #hear(error: unknown): Requeue | undefined {
    if (this.#state !== "running") return undefined;
    if (this.#part !== undefined) return this.#part.hear(error);
    return this.#permit?.ended(error, this.tokens);
  }

  /** The agent has stopped when its end had been told, or after it was cancelled. */
  #settle(how: "answered" | "failed"): void {
    const was = this.#state;
    if (was === "over") return;
    const before = this.#told;
    const settled = this.#over("stopped");
    const late = this.#late(how, before);
    if (was === "given up") return this.#run.journal.note([late]);
    // Of a call that is cancelled the log says no more than this.
    const isNews = late.cost !== undefined || late.charged !== undefined;
    if (isNews) this.#run.journal.note([late]);
    this.#tell(this.#failed(this.#cancellation.reason, { settled }));
  }

  /** The agent settles when its time is over, and the timer has not rung. */
  #settleLate(how: "answered" | "failed"): void {
    const error = timeoutError(this.#seat);
    this.#hear(error);
    this.#abort(error);
    const settled = this.#over("stopped");
    const after = [this.#late(how, this.#told)];
    this.#tell(this.#failed(error, { settled, after, ended: how }));
  }

  #giveUp(error: unknown = timeoutError(this.#seat)): void {
    this.#timer?.[Symbol.dispose]();
    this.#hear(error);
    this.#state = "given up";
    this.#told = this.#spent;
    this.#money?.hold(this.#told);
    const { graceMs } = this.#seat.limits;
    this.#timer = this.#run.clock.timer(graceMs, () => void this.#abandon(), { hold: false });
    this.#abort(error);
    this.#tell(this.#failed(error));
  }

  // A function, not a method: it is watched for, and has to be known again.
  readonly #stop = (reason: unknown): void => {
    // Nothing is waited for that does not stop in time.
    if (this.#state === "running" && isDeadline(reason)) return this.#giveUp(reason);
    if (this.#state === "running") {
      this.#state = "stopping";
      this.#timer?.[Symbol.dispose]();
      // Somebody waits for this one, so it holds the process.
      this.#timer = this.#run.clock.timer(this.#seat.limits.graceMs, () => {
        this.#tell(this.#failed(reason, { settled: this.#abandon() }));
      });
    }
    this.#abort(reason);
  };

  #abandon(): Promise<void> | undefined {
    const before = this.#told;
    const settled = this.#over("abandoned");
    this.#run.journal.note([{ type: "call.abandoned", ...this.#news(before) }]);
    return settled;
  }

  #reportLate(): void {
    this.#reporting = false;
    const before = this.#told;
    this.#told = this.#spent;
    this.#money?.raise(this.#told).catch(() => {});
    const news = this.#news(before);
    // One that names a model alone says nothing that the log keeps.
    if (news.cost !== undefined) this.#run.journal.note([{ type: "call.reported", ...news }]);
  }

  #late(how: "answered" | "failed", before: Spent): EventOf<"call.late"> {
    const durationMs = this.#run.clock.monotonic() - this.#startedMs;
    return { type: "call.late", ...this.#news(before), settled: how, durationMs };
  }

  /** What it has spent since it was `before`, and what its call is charged with by now. */
  #news(before: Spent): Omit<EventOf<"call.abandoned">, "type"> {
    const { place, attempt } = this.#request;
    const charged = this.#money?.total;
    return {
      ...place,
      attempt,
      ...spentSince(this.#told, before),
      ...(charged !== undefined && { charged }),
    };
  }

  #abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    if (this.#permit !== undefined) this.#permit.over = true;
    this.#controller?.abort(reason);
    this.#part?.aborted(reason);
  }

  /** Nothing of it is held any more. Resolves when its budgets are charged. */
  #over(ending: Ending): Promise<void> | undefined {
    this.#state = "over";
    this.#told = this.#spent;
    this.#timer?.[Symbol.dispose]();
    this.#cancellation.unwatch(this.#stop);
    const charged = this.#money?.settle(this.#told, ending);
    // Slots alone, or those of a batch of one whose money has a permit of its own; else it is released by now.
    const released = this.#permit?.release(0);
    this.#part?.over();
    const settled =
      charged && released ? Promise.all([charged, released]).then(() => {}) : (charged ?? released);
    // Of one that was given up nobody else hears it; the run has been told that its store fails.
    settled?.catch(() => {});
    return settled;
  }
}
