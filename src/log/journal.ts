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
  /** Of the run's owner; 1 where left out. */
  readonly fence?: number;
  /** The last `seq` that the run has already; 0 where left out. */
  readonly lastSeq?: number;
  /** Reckons what the run takes: it is told of every event. */
  readonly bill?: BillFold | undefined;
  /** Gathers what is to be told of the run beside its outcome: it is told of every event. */
  readonly notices?: NoticeFold | undefined;
  /** Takes secrets out of events before anything else is done with them. */
  readonly redact?: Redactor | undefined;
  /** Sees every event once it is kept. Must not throw. */
  readonly watch?: ((event: LiveEvent) => void) | undefined;
  /** The store failed: the run cannot go on. */
  readonly fail: (error: QuorateError) => void;
}

type Draft = { -readonly [K in keyof RunEvent]: RunEvent[K] };

/**
 * The log of one run while it runs: gives events their place, keeps them in the store, and shows them to those who watch
 * once they are kept, in their order.
 */
export class Journal {
  readonly runId: string;
  readonly #options: JournalOptions;
  readonly #epochMs: number;
  #seq: number;
  #preface: readonly EventBody[] = [];
  #begunAtMs: number | undefined;
  #begun = false;
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
   * Keeps events, in one append. Returns nothing when they are kept already, else a promise to wait for; rejects with
   * `STORE_FAILED`, and so does everything after. After the last event of the run they are dropped: a call of it may go on for
   * others. Takes the bodies over: they must not be used again. `nowMs` is the clock's
   * monotonic time, of one who has just read it.
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
   * Why the store would not take an event, as it is larger than what it says that it takes: the end of a sentence that begins
   * with what is in it. What is known to be at most `atMost` bytes is not measured where that is little.
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

  /** When the run's first event was recorded, in ms since 1970; `undefined` where this process did not begin it. */
  get begunAtMs(): number | undefined {
    return this.#begunAtMs;
  }

  /** The number of the event that was recorded last. */
  get lastSeq(): number {
    return this.#seq;
  }

  /** Whether any of its events was kept. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Puts events before the next ones, so that they are kept only if there are any. */
  preface(bodies: readonly EventBody[]): void {
    this.#preface = bodies;
  }

  /** Whether a preface is still waiting for something to follow it. */
  get untouched(): boolean {
    return this.#preface.length > 0;
  }

  /** Keeps events that nobody waits for. After the last event of the run they are dropped. */
  note(bodies: readonly EventBody[]): void {
    if (this.#closed || this.#failure !== undefined || bodies.length === 0) return;
    // Its failure is the run's, which `fail` has been told.
    this.record(bodies)?.catch(() => {});
  }

  /** Whether an agent's output is not kept as it is, since it has secrets. */
  hides(output: unknown): boolean {
    const { redact } = this.#options;
    if (redact === undefined || output === undefined) return false;
    return canonicalJson(redact.value(output as Json, "output")) !== canonicalJson(output);
  }

  /** A verdict as it is kept; nothing where a position in it is not kept as it is. */
  verdictAsKept(verdict: Verdict): Verdict | undefined {
    const kept = this.#options.redact?.event({ type: "verdict.reached", verdict });
    if (kept?.type !== "verdict.reached") return verdict;
    return kept.redacted === true ? undefined : kept.verdict;
  }

  /** The run's store has failed outside its log: the run cannot go on. */
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

  /** The run has its last event: what comes later is not of the run. */
  close(): void {
    this.#closed = true;
  }

  /** Milliseconds since 1970, going forward like the monotonic clock: a run's log is in the order of its times. */
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
    this.#begun = true;
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

/** What an agent emits may be anything; it is shown, and looked at for secrets, where it is JSON. */
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

// Its error, its models and its names are bounded, and less than this.
const MOST_BESIDES_BYTES = 1024 * 1024;

// What stands in the place of a secret is seldom so much longer: an event is not redacted twice for that.
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

function storeError(cause: unknown): QuorateError {
  return cause instanceof QuorateError && STORE_CODES.has(cause.code)
    ? cause
    : new QuorateError("STORE_FAILED", "the store could not keep an event; see the cause", {
        cause,
      });
}
