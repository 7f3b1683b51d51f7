import type { Clock } from "../async/clock.ts";
import { hear } from "../model/hear.ts";
import { QuorateError, type ErrorCode } from "../model/errors.ts";
import type { EventBody, LiveEvent, ProgressEvent, RunEvent } from "../model/events.ts";
import { canonicalJson, REDACTED, takeJson, type Json } from "../model/json.ts";
import type { BillFold } from "../money/bill.ts";
import type { NoticeFold } from "../model/notice-fold.ts";
import type { Redactor } from "./redact.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Store } from "../store/store.ts";

export interface JournalOptions {
  readonly runId: string;
  readonly store: Pick<Store, "append" | "maxEventBytes">;
  readonly clock: Clock;
  /** The run's owner; default 1. */
  readonly fence?: number;
  /** The last `seq` of the run's existing log; default 0. */
  readonly lastSeq?: number;
  /** Computes the run's bill from every event. */
  readonly bill?: BillFold | undefined;
  /** Collects the run's notices from every event. */
  readonly notices?: NoticeFold | undefined;
  /** Takes secrets out of events before anything else is done with them. */
  readonly redact?: Redactor | undefined;
  /** Sees every event once it is kept. Must not throw. */
  readonly watch?: ((event: LiveEvent) => void) | undefined;
  /** Called when the store fails: the run cannot continue. */
  readonly fail: (error: QuorateError) => void;
}

type Draft = { -readonly [K in keyof RunEvent]: RunEvent[K] };

/**
 * The log of one run while it runs: numbers events, keeps them in the store, and, once they are kept, shows them to watchers
 * in their order.
 */
export class Journal {
  readonly runId: string;
  readonly #options: JournalOptions;
  readonly #epochMs: number;
  #seq: number;
  #preface: readonly EventBody[] = [];
  #begunAtMs: number | undefined;
  #keptSeq = 0;
  #closed = false;
  #failure: QuorateError | undefined;
  // The last append that is not kept yet. What comes after it waits for it, whatever order a store finishes them in.
  #tail: Promise<void> | undefined;

  constructor(options: JournalOptions) {
    this.runId = options.runId;
    this.#options = options;
    this.#seq = options.lastSeq ?? 0;
    this.#epochMs = options.clock.now() - options.clock.monotonic();
  }

  /**
   * Keeps events, in one append. Returns nothing if they are kept already, else a promise; rejects with
   * `STORE_FAILED`, and so does every later append. After the last event of the run, events are dropped: a call of the run may continue for
   * others. Takes the bodies over: do not use them again. `nowMs` is the clock's
   * monotonic time, if it has just been read.
   */
  record(following: readonly EventBody[], nowMs?: number): void | Promise<void> {
    if (this.#closed) return;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    let bodies = following;
    if (this.#preface.length > 0) {
      bodies = [...this.#preface, ...following];
      this.#preface = [];
    }
    const { store, fence, redact, bill, notices } = this.#options;
    if (redact !== undefined) bodies = bodies.map(redact.event);
    const atMs = this.#wallMs(nowMs);
    for (const body of bodies) {
      const event = body as unknown as Draft;
      event.runId = this.runId;
      event.seq = ++this.#seq;
      event.atMs = atMs;
      bill?.add(event as RunEvent);
      notices?.add(event as RunEvent);
    }
    const events = bodies as readonly RunEvent[];
    if (events[0]?.seq === 1) this.#begunAtMs = atMs;
    let appended: void | Promise<void>;
    try {
      appended = store.append(events, fence);
    } catch (error) {
      return Promise.reject(this.#fail(error));
    }
    if (appended === undefined && this.#tail === undefined) return this.#show(events);
    const kept = this.#settle(events, appended, this.#tail);
    this.#tail = kept;
    return kept;
  }

  /**
   * Why the store would refuse an event as larger than its limit: the end of a sentence that begins
   * with the event's content. A content known to have at most `atMost` bytes is not measured if that is little.
   */
  excess(body: EventBody, atMost: number = Infinity): string | undefined {
    const { store, redact } = this.#options;
    const { maxEventBytes = Infinity } = store;
    if (maxEventBytes === Infinity) return undefined;
    const most = atMost * (redact === undefined ? 1 : MOST_BY_REDACTION) + MOST_BESIDES_BYTES;
    if (most <= maxEventBytes) return undefined;
    const bytes = bytesOf(redact === undefined ? body : redact.event(body));
    if (bytes <= maxEventBytes) return undefined;
    return `is an event of ${bytes} bytes, and the store takes at most ${maxEventBytes}`;
  }

  /** When the run's first event was recorded, in ms since 1970; `undefined` if this process did not begin it. */
  get begunAtMs(): number | undefined {
    return this.#begunAtMs;
  }

  /** The `seq` of the event that was recorded last. */
  get lastSeq(): number {
    return this.#seq;
  }

  /** The `seq` of its last event that was kept; 0 if none was. */
  get keptSeq(): number {
    return this.#keptSeq;
  }

  /** Why it keeps no more events, if the store has failed. */
  get failure(): QuorateError | undefined {
    return this.#failure;
  }

  /** Whether it still keeps events. */
  get takesMore(): boolean {
    return !this.#closed && this.#failure === undefined;
  }

  /** Settles once no event is on its way to the store. */
  get settled(): Promise<void> | undefined {
    return this.#tail;
  }

  /** Puts events before the next ones, so that they are kept only if others follow. */
  preface(bodies: readonly EventBody[]): void {
    this.#preface = bodies;
  }

  /** Whether a preface still waits for an event to follow. */
  get untouched(): boolean {
    return this.#preface.length > 0;
  }

  /** Keeps events without waiting. After the last event of the run they are dropped. */
  note(bodies: readonly EventBody[]): void {
    if (!this.takesMore || bodies.length === 0) return;
    // Its failure is the run's, which `fail` has been told.
    this.record(bodies)?.catch(() => {});
  }

  /** Whether an agent's output is not kept as it is, because it has secrets. */
  hides(output: unknown): boolean {
    const { redact } = this.#options;
    if (redact === undefined || output === undefined) return false;
    return canonicalJson(redact.value(output as Json, "output")) !== canonicalJson(output);
  }

  /** A verdict in the form of the log; `undefined` if a position in it is not kept as it is. */
  verdictAsKept(verdict: Verdict): Verdict | undefined {
    const kept = this.#options.redact?.event({ type: "verdict.reached", verdict });
    if (kept?.type !== "verdict.reached") return verdict;
    return kept.redacted === true ? undefined : kept.verdict;
  }

  /** The run's store has failed outside its log: the run cannot continue. */
  failed(cause: unknown): QuorateError {
    return this.#fail(cause);
  }

  /** Shows live progress; not kept. */
  emit(progress: Omit<ProgressEvent, "type" | "runId" | "atMs">): void {
    const { watch, redact } = this.#options;
    if (this.#closed || watch === undefined) return hear(progress.value);
    const value = emittedAsShown(progress, redact);
    watch({ type: "call.progress", runId: this.runId, atMs: this.#wallMs(), ...progress, value });
  }

  /**
   * The run has its last event: later ones do not belong to it. To be called in the step that records it, because while it is on its way to the store
   * an agent that was given up may stop or report.
   */
  close(): void {
    this.#closed = true;
  }

  /** Milliseconds since 1970, advancing like the monotonic clock, so that a run's log is in the order of its times. */
  #wallMs(nowMs = this.#options.clock.monotonic()): number {
    return Math.round(this.#epochMs + nowMs);
  }

  async #settle(
    events: readonly RunEvent[],
    appended: void | Promise<void>,
    before: Promise<void> | undefined,
  ): Promise<void> {
    try {
      await appended;
    } catch (error) {
      throw this.#fail(error);
    }
    await before;
    this.#show(events);
    if (this.#seq === events.at(-1)?.seq) this.#tail = undefined;
  }

  #show(events: readonly RunEvent[]): void {
    this.#keptSeq = events.at(-1)?.seq ?? this.#keptSeq;
    const { watch } = this.#options;
    if (watch === undefined) return;
    // Readers and the store share them.
    for (const event of events) watch(Object.freeze(event));
  }

  #fail(cause: unknown): QuorateError {
    if (this.#failure === undefined) {
      this.#failure = storeError(cause);
      this.#options.fail(this.#failure);
    }
    return this.#failure;
  }
}

/** What an agent emits may be anything. If it is JSON, it is redacted and shown. */
function emittedAsShown(
  { agent, value }: Pick<ProgressEvent, "agent" | "value">,
  redact: Redactor | undefined,
): unknown {
  const taken = takeJson(value, Infinity);
  if (taken.fault === undefined) {
    if (redact === undefined || taken.value === undefined) return taken.value;
    return redact.value(taken.value as Json, "output");
  }
  if (redact !== undefined) return REDACTED;
  return `(not shown: what ${agent} emitted ${taken.fault.why}; emit plain JSON values)`;
}

// Its error, its models and its names are bounded, and smaller than this.
const MOST_BESIDES_BYTES = 1024 * 1024;

// The replacement of a secret is seldom this much longer, so an event is not redacted twice to measure it.
const MOST_BY_REDACTION = 8;

function bytesOf(body: EventBody): number {
  try {
    return Buffer.byteLength(JSON.stringify(body));
  } catch {
    // Its parts are JSON, and together too long for a text.
    return Infinity;
  }
}

const STORE_CODES: ReadonlySet<ErrorCode> = new Set(["STORE_FAILED", "SEQ_TAKEN", "LEASE_LOST"]);

/** Whether it says that a store cannot keep a run, or must not. */
export function isStoreError(error: unknown): error is QuorateError {
  return error instanceof QuorateError && STORE_CODES.has(error.code);
}

function storeError(cause: unknown): QuorateError {
  return isStoreError(cause)
    ? cause
    : new QuorateError("STORE_FAILED", "the store could not keep an event; see the cause", {
        cause,
      });
}
