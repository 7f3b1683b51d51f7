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
  /** Cancelled when the run's `deadlineMs` is over: no call goes on, and what was answered by then is decided. */
  readonly deadline: Cancellation | undefined;
  readonly clock: Clock;
  readonly executor: Executor;
  /** Traces it; `undefined` where nobody does. */
  readonly tracing: RunTracing | undefined;
  /** What it takes. */
  readonly bill: BillFold;
  /** What is to be told of it beside its outcome. */
  readonly notices: NoticeFold;
  /** Says when an attempt may go. */
  readonly limiter: Limiter;
  /** The budgets that are its own. */
  readonly budgets: RunBudgets;
  /** What is kept beside the runs: answers of other runs, and what they have taught. */
  readonly values: Store["values"];
  /** What it wants of the cache. */
  readonly cache: RunCache;
  /** Whose it is: answers that are kept, joined or asked for in a batch are those of its tenant. */
  readonly tenant: string | undefined;
  /** The calls of this process that others may join. */
  readonly flights: Flights;
  /** Of the run as the attempts of one call have it: that others use its answer. */
  readonly shared: Shared | undefined;
  /** Whether somebody can go on with it, so that a person may be waited for. */
  readonly resumable: boolean;
  /** Makes content keys; `undefined` where nobody asks for keys. */
  readonly keys: ContentKeys | undefined;
  /** Takes secrets out of what leaves the run; `undefined` where nobody wants that. */
  readonly redact: Redactor | undefined;
  /** What the log of the run says already; `undefined` for one that begins. */
  readonly history: History | undefined;
  /** The run that this one is a fork of. */
  readonly origin: Origin | undefined;
  /** What earlier runs taught of a team's agents, by its scope; read when the team begins, and the same when it is resumed. */
  readonly learned: Map<string, LearnedBefore>;
  /** What the run waits for a person to decide, filled as it turns out. */
  readonly waits: OpenQuestion[];
}

/** What the attempts of a call have to know of others who use its answer. */
export interface Shared {
  /** Stops an attempt, in place of the run's cancellation: it goes on as long as somebody waits for it. */
  readonly cancellation: Cancellation;
  /** Is told the answer, in the turn of the event loop in which it is recorded. */
  readonly answered: (answer: Extract<EventBody, { readonly type: "call.succeeded" }>) => void;
  /** The attempt that began last, and since when the call is under way: for one whose run is over before it. */
  begun: { readonly attempt: number; readonly sinceMs: number } | undefined;
}
