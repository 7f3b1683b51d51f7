import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import type { EventBody } from "../model/events.ts";
import type { OpenQuestion } from "../log/questions.ts";
import type { Executor } from "../executor/executor.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { RunBudgets } from "../limits/run-budgets.ts";
import type { BillFold } from "../money/bill.ts";
import type { NoticeFold } from "../model/notice-fold.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import type { Store } from "../store/store.ts";
import type { RunCache } from "../describe/cache.ts";
import type { CallAttempt } from "./attempt.ts";
import type { Flights } from "./cache/single-flight.ts";
import type { History, Origin } from "../log/history.ts";
import type { Journal } from "../log/journal.ts";
import type { ContentKeys } from "./key.ts";
import type { RunTracing } from "./tracing.ts";
import type { Redactor } from "../log/redact.ts";

/** What every call of a run shares, down to the innermost nested supervisor. */
export interface Run {
  readonly journal: Journal;
  readonly cancellation: Cancellation;
  /** Cancelled when the run's `deadlineMs` is over: every call ends, and the run is decided on the answers that it has. */
  readonly deadline: Cancellation | undefined;
  readonly clock: Clock;
  readonly executor: Executor;
  /** Traces it; `undefined` if tracing is off. */
  readonly tracing: RunTracing | undefined;
  /** Its bill so far. */
  readonly bill: BillFold;
  /** Its notices so far. */
  readonly notices: NoticeFold;
  /** Says when an attempt may start. */
  readonly limiter: Limiter;
  /** Its own budgets. */
  readonly budgets: RunBudgets;
  /** Values beside the runs: answers of other runs, and what they have taught. */
  readonly values: Store["values"];
  /** Its cache options. */
  readonly cache: RunCache;
  /** Its tenant: answers are kept, joined and batched only within it. */
  readonly tenant: string | undefined;
  /** The calls of this process that others may join. */
  readonly flights: Flights;
  /** For the attempts of one call, if other calls use its answer. */
  readonly shared: Shared | undefined;
  /** Whether it can be resumed, so that it may wait for a person. */
  readonly resumable: boolean;
  /** Makes content keys; `undefined` if no keys are needed. */
  readonly keys: ContentKeys | undefined;
  /** Takes secrets out of what leaves the run; `undefined` if the team has no `redact`. */
  readonly redact: Redactor | undefined;
  /** What the log of the run has already; `undefined` for a new run. */
  readonly history: History | undefined;
  /** The run that this one is a fork of. */
  readonly origin: Origin | undefined;
  /** What earlier runs taught about a team's agents, by the team's scope; read when the team begins, and the same on a resume. */
  readonly learned: Map<string, LearnedBefore>;
  /** The questions for which the run waits for a person, collected as they arise. */
  readonly waits: OpenQuestion[];
}

/** What the attempts of a call need to know about other calls that use its answer. */
export interface Shared {
  /** Cancels an attempt instead of the run's cancellation: it continues as long as any call waits for it. */
  readonly cancellation: Cancellation;
  /** Is told the answer, in the turn of the event loop in which it is recorded. */
  readonly answered: (answer: Extract<EventBody, { readonly type: "call.succeeded" }>) => void;
  /** The attempt that is at work. */
  atWork: Pick<CallAttempt, "leave"> | undefined;
  /** Resolves when an attempt that went on after its call's end has ended. */
  rest: Promise<void> | undefined;
}
