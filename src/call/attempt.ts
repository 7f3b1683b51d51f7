import type { Cancellation } from "../async/cancellation.ts";
import { hear } from "../model/hear.ts";
import type { CallRequest, Usage } from "../model/call.ts";
import type { WaitsFor } from "../model/call-events.ts";
import type { EventBody } from "../model/events.ts";
import type { Attempt, AttemptEvent, AttemptRequest } from "../executor/executor.ts";
import type { WaitOptions } from "../limits/admission.ts";
import type { Requeue } from "../limits/permit.ts";
import { renewing } from "../limits/scope/renewal.ts";
import { misreported } from "../money/misreported.ts";
import { readUsage } from "../money/read-usage.ts";
import type { Share } from "../money/split-usage.ts";
import { isPaid, nothingBy, tokensIn, type Spent } from "../money/spent.ts";
import { accept, type Accepted } from "./accept.ts";
import { HOLDS_NOTHING, letGo, type Ending, type Holding } from "./charge.ts";
import { isOver, silence, timeoutError, type AttemptEnd, type EndMore } from "./attempt-end.ts";
import { checkpointOf, isNew, newsOf, placeIn, thrownBy, type News } from "./attempt-events.ts";
import { ReportSum } from "./reports.ts";
import { attemptIdOf, attemptRequest } from "./attempt-request.ts";
import { isDeadline } from "./deadline.ts";
import { isLeft } from "./send.ts";
import { isSameUsage, unfitAnswer } from "./unfit-answer.ts";
import { tellThrown } from "./tell-thrown.ts";
import { idempotencyKey } from "./key.ts";
import type { Run } from "./run.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/**
 * One attempt, from when it waits for its permit until its agent has stopped or nothing waits for it any more.
 *
 *     sent ── started ─▶ running          (what follows may come of one that is sent as well)
 *     running ── answers, fails, and has stopped ──▶ over
 *     running ── answers, fails ─▶ answered ── stops ────▶ over
 *                                           └─ graceMs ──▶ over, abandoned
 *     running ── timeoutMs ─▶ given up ── stops ──▶ over, late
 *                                      └─ graceMs ──▶ over, abandoned
 *     running ── timeoutMs, and has stopped: its answer is checked, or it blocked the event loop ──▶ over, late
 *     running ── cancelled ─▶ stopping ── stops ──▶ over
 *                                      └─ graceMs ──▶ over, abandoned
 *     over ── reports more ──▶ over
 *
 * Its time counts from `started`, not while its executor has it queued. Its end is reported at the first arrow, but at the second one if it was
 * cancelled: a caller who cancels may rely on the agent having stopped, or having had its `graceMs`. The slots and the
 * money are held until it is over.
 *
 * A class for its prototype: one is made for every attempt, and most executors use little of it.
 */
export class CallAttempt implements Attempt, WaitOptions {
  readonly call: CallRequest;
  /** The number of its `call.started` in the log. */
  startedSeq: number;
  /** Its greatest cost, in micro-dollars, if it is known. */
  maxUsdMicros: number | undefined;
  heard = 0;
  cancelled: Attempt["cancelled"];
  readonly #run: Run;
  readonly #configured: ConfiguredAgent;
  readonly #cancellation: Cancellation;
  /** When it was sent, then when its work began. */
  #startedMs = 0;
  #tell: (end: AttemptEnd) => void = () => {};
  #holds: Holding = HOLDS_NOTHING;
  #state: "sent" | "running" | "answered" | "given up" | "stopping" | "over" = "sent";
  /** Whether its agent answered or failed, even if that does not count. */
  #how: "answered" | "failed" | undefined;
  #hasStopped = false;
  #callHasEnded = false;
  #ending: Ending = "stopped";
  #timer: Disposable | undefined;
  // Made at the first report: most attempts have one or none.
  #reports: ReportSum | undefined;

  constructor(run: Run, configured: ConfiguredAgent, call: CallRequest, startedSeq = 0) {
    this.#run = run;
    this.#configured = configured;
    this.call = call;
    this.startedSeq = startedSeq;
    this.#cancellation = run.shared?.cancellation ?? run.cancellation;
  }

  /** Records that it waits for its permit. */
  queued(waitsFor: WaitsFor): void {
    this.#run.journal.note([{ type: "call.queued", ...placeIn(this.call), waitsFor }]);
  }

  /**
   * From now on, which is `nowMs` of the clock's monotonic time, it receives its events. It holds its permit, and releases it itself when the
   * agent has stopped or was abandoned; as `part` of a batch it leaves the slots to the batch. The promise never rejects.
   */
  open(nowMs: number, holds: Holding): Promise<AttemptEnd> {
    const { promise: ended, resolve } = Promise.withResolvers<AttemptEnd>();
    this.#tell = resolve;
    this.#startedMs = nowMs;
    this.#holds = holds;
    if (this.#run.shared !== undefined) this.#run.shared.atWork = this;
    this.#cancellation.watch(this.#stop);
    return ended;
  }

  /** Its call ends with that error, and it goes on for others. Returns what it has used so far; `undefined` if it has ended itself. */
  leave(error: unknown): AttemptEnd | undefined {
    if (this.#state !== "sent" && this.#state !== "running") return undefined;
    this.#reports?.tell();
    this.#callHasEnded = true;
    this.#holds.charge?.hold(this.#told);
    return this.#failed(error);
  }

  /** It is queued, unless it has begun: what it holds is kept for it. */
  waits(): void {
    const { permit } = this.#holds;
    if (this.#state === "sent" && permit?.elsewhere !== undefined) this.#timer ??= renewing(permit);
  }

  /** No agent works on it, as if it had not been opened. */
  discard(): Promise<void> | undefined {
    this.#state = "over";
    this.#timer?.[Symbol.dispose]();
    this.#cancellation.unwatch(this.#stop);
    return (this.#holds.charge ?? this.#holds.permit)?.discard();
  }

  get attemptId(): string {
    return attemptIdOf(this.call, this.startedSeq);
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.call, this.#configured.agent);
  }

  toJSON(): AttemptRequest {
    return attemptRequest(this, this.#configured, this.#run.tracing);
  }

  hear(event: AttemptEvent): void {
    if (!isNew(event, this.heard)) return;
    this.heard = event.seq ?? this.heard;
    switch (event.type) {
      case "started":
        return this.#start(event.atOnce);
      case "report":
        return this.report(event.usage);
      case "progress":
        return this.#run.journal.emit({ ...placeIn(this.call), value: event.value });
      case "checkpoint":
        // After its end, no process continues it. An attempt that is cancelled has none: the process that resumes its run does.
        if (this.#state !== "running" && this.#state !== "stopping") return;
        return this.#run.journal.note(checkpointOf(this.call, event.value));
      case "answer":
      case "failure":
        this.#start();
        this.#hasStopped ||= event.stopped === true;
        if (event.type === "answer") return this.#answered(event.output);
        return this.#threw(thrownBy(event));
      case "stopped":
        return this.#stopped();
    }
  }

  /** Its work begins: its time counts from here on. */
  #start(atOnce = false): void {
    if (this.#state !== "sent") return;
    // If it begins as it is sent, the clock has just been read.
    if (!atOnce) this.#startedMs = this.#run.clock.monotonic();
    this.#state = "running";
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#configured.timeouts?.add(() => this.#giveUp(), this.#startedMs);
  }

  report(usage: Usage, share?: Share): void {
    hear(usage);
    this.refuse(misreported(usage));
    const read = readUsage(usage);
    if (read === undefined) return;
    this.#reports ??= new ReportSum(this.#configured);
    const isFirst = this.#reports.add(read, share);
    if (this.#state === "over" && isFirst) queueMicrotask(() => this.#reportLate());
  }

  /** Records what is wrong with a report, at most once per attempt. */
  refuse(detail: string | undefined): void {
    if (detail === undefined) return;
    this.#reports ??= new ReportSum(this.#configured);
    if (!this.#reports.refuse()) return;
    this.#run.journal.note([{ type: "report.refused", ...placeIn(this.call), detail }]);
  }

  get tokens(): number {
    return tokensIn(this.#spent);
  }

  get #spent(): Spent {
    return this.#reports?.spent ?? nothingBy(this.#configured);
  }

  get #told(): Spent {
    return this.#reports?.told ?? nothingBy(this.#configured);
  }

  #answered(output: unknown): void {
    if (this.#how !== undefined) return hear(output);
    this.#how = "answered";
    if (this.#isTooLate()) return hear(output);
    let value: Accepted | Promise<Accepted>;
    try {
      value = accept(this.#configured, output, this.#run.redact);
    } catch (error) {
      return this.#fail(error);
    }
    if (!(value instanceof Promise)) return this.#succeed(value);
    value.then(
      (late) => this.#succeed(late),
      (error: unknown) => this.#fail(error),
    );
  }

  #threw(thrown: unknown): void {
    hear(thrown);
    if (this.#how !== undefined) return;
    this.#how = "failed";
    tellThrown(this.call, thrown);
    const unfit = unfitAnswer(this.#configured, thrown);
    if (unfit !== undefined) {
      this.#run.redact?.learn(unfit.answer, this.#configured.limits.maxBytes);
      // Unless the agent has just reported the same.
      if (!isSameUsage(unfit.usage, this.#reports?.last)) this.report(unfit.usage);
    }
    this.#fail(unfit === undefined ? thrown : unfit.error);
  }

  /** Whether an answer or a failure does not count, because it comes too late: then the attempt is settled. */
  #isTooLate(): boolean {
    // The time of its team may be over, too: then it is stopping from here on.
    if (this.#cancellation.cancelled || this.#state !== "running") this.#settle();
    else if (isOver(this.#run, this.#configured, this.#startedMs)) this.#giveUp();
    else return false;
    return true;
  }

  #succeed(accepted: Accepted): void {
    // Its schema may have taken long.
    if (this.#isTooLate()) return;
    const startedMs = this.#startedMs;
    const endedMs = this.#run.clock.monotonic();
    this.#hear(undefined);
    const settled = this.#end("stopped");
    const how = { ok: true, ended: "answered" } as const;
    this.#tell({ ...how, startedMs, endedMs, accepted, settled, ...this.#told });
  }

  #fail(error: unknown): void {
    if (this.#isTooLate()) return;
    this.#run.redact?.learn(error, this.#configured.limits.maxBytes);
    // The thrown value may be undefined.
    const later = this.#hear(error ?? null);
    // An attempt that was paid for counts as a retry: retries are limited, and without that the cost of a call would have no bound.
    const requeue = isPaid(this.#spent) ? undefined : later;
    const settled = this.#end(requeue === undefined ? "stopped" : "turned away");
    this.#tell(this.#failed(error, { settled, requeue, ended: "failed" }));
  }

  #failed(error: unknown, more?: EndMore): AttemptEnd {
    const endedMs = this.#run.clock.monotonic();
    const [startedMs, jitter] = [this.#startedMs, this.#holds.part?.jitter];
    return { ok: false, startedMs, endedMs, error, jitter, ...this.#told, ...more };
  }

  /** Tells the limits how it ended, before they admit another attempt. */
  #hear(error: unknown): Requeue | undefined {
    if (this.#state !== "running") return undefined;
    const { part, permit } = this.#holds;
    return part === undefined ? permit?.ended(error, this.tokens) : part.hear(error);
  }

  /** Reports its end now. What it holds is held until its agent has stopped. */
  #end(ending: Ending): Promise<void> | undefined {
    if (this.#hasStopped) return this.#over(ending);
    this.#ending = ending;
    this.#linger("answered");
    return undefined;
  }

  /** Its end is reported; its agent has `graceMs` to stop. */
  #linger(state: "answered" | "given up"): void {
    this.#timer?.[Symbol.dispose]();
    this.#state = state;
    // What it uses after its call's end is told when it is over.
    if (!this.#callHasEnded) this.#reports?.tell();
    this.#holds.charge?.hold(this.#told);
    const { graceMs } = this.#configured.limits;
    this.#timer = this.#run.clock.timer(graceMs, () => void this.#abandon(), { hold: false });
  }

  #stopped(): void {
    this.#hasStopped = true;
    if (this.#state === "answered") return this.#release();
    if (this.#state === "given up" || this.#state === "stopping") return this.#settle();
    // Otherwise its answer is being checked.
    if (this.#how === undefined) this.hear(silence(this.#configured));
  }

  /** The agent had stopped when its answer was accepted. */
  #release(): void {
    const [before, charged] = [this.#told, this.#holds.charge?.total()];
    void this.#over(this.#ending);
    const news = this.#news(before);
    if (news.cost === undefined && news.charged === charged) return;
    this.#run.journal.note([{ type: "call.reported", ...news }]);
  }

  /** The agent stopped after its end was reported, or after it was cancelled. */
  #settle(): void {
    const was = this.#state;
    if (was === "over" || !this.#hasStopped) return;
    const before = this.#told;
    const settled = this.#over("stopped");
    // The log has no more than this about a cancelled call.
    const { cost, charged } = this.#news(before);
    const isNews = was === "given up" || cost !== undefined || charged !== undefined;
    if (isNews) this.#run.journal.note([this.#late(before)]);
    if (was === "given up") return;
    this.#tell(this.#failed(this.#cancellation.reason, { settled }));
  }

  /** Its time is over. Its agent may have stopped: its answer is being checked, or has come before the timer could fire. */
  #giveUp(error: unknown = timeoutError(this.#configured)): void {
    this.#hear(error);
    if (!this.#hasStopped) {
      this.#linger("given up");
      this.#abort(error);
      return this.#tell(this.#failed(error));
    }
    this.#abort(error);
    const settled = this.#over("stopped");
    const after = [this.#late(this.#told)];
    this.#tell(this.#failed(error, { settled, after, ended: this.#how }));
  }

  // A function, not a method: it is registered as a watcher, and must be the same when it is removed.
  readonly #stop = (reason: unknown): void => {
    const was = this.#state;
    if (was === "answered") return;
    if (was === "sent" || was === "running") {
      if (isDeadline(reason)) return this.#giveUp(reason);
      this.#state = "stopping";
      this.#hasStopped ||= isLeft(this.#run, this, this.#holds.permit, reason);
      if (this.#hasStopped) return this.#settle();
      this.#timer?.[Symbol.dispose]();
      // A caller waits for this timer, so it holds the process.
      this.#timer = this.#run.clock.timer(this.#configured.limits.graceMs, () => {
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

  /** Reports in one turn are one event. */
  #reportLate(): void {
    const before = this.#told;
    this.#reports?.tell();
    this.#holds.charge?.raise(this.#told).catch(() => {});
    const news = this.#news(before);
    // A report that only names a model has nothing that the log keeps.
    if (news.cost !== undefined) this.#run.journal.note([{ type: "call.reported", ...news }]);
  }

  #news(before: Spent): News {
    return newsOf(this.call, this.#told, before, this.#holds.charge?.total());
  }

  #late(before: Spent): EventBody {
    const durationMs = Math.round(this.#run.clock.monotonic() - this.#startedMs);
    return { type: "call.late", ...this.#news(before), settled: this.#how ?? "failed", durationMs };
  }

  #abort(reason: unknown): void {
    if (this.cancelled !== undefined) return;
    this.cancelled = { reason };
    if (this.#holds.part !== undefined) return this.#holds.part.aborted(reason);
    if (this.#holds.permit !== undefined) this.#holds.permit.over = true;
    this.#run.executor.cancel(this.attemptId, reason);
  }

  /** It holds nothing any more. Resolves when its budgets are charged. */
  #over(ending: Ending): Promise<void> | undefined {
    this.#state = "over";
    this.#reports?.tell();
    this.#timer?.[Symbol.dispose]();
    this.#cancellation.unwatch(this.#stop);
    return letGo(this.#holds, this.#told, ending);
  }
}
