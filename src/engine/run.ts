import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import type { OpenQuestion } from "./decision.ts";
import type { Engine } from "./engine.ts";
import type { BillFold } from "../money/bill.ts";
import type { Ledger } from "../money/ledger.ts";
import type { Store } from "../store/store.ts";
import type { RunCache } from "../policy/cache.ts";
import type { Flights } from "./flight.ts";
import type { History, Origin } from "./history.ts";
import type { Journal } from "./journal.ts";
import type { ValueHashes } from "./key.ts";

/** What every call of a run shares, down to the innermost nested supervisor. */
export interface Run {
  readonly journal: Journal;
  readonly cancellation: Cancellation;
  readonly clock: Clock;
  readonly engine: Engine;
  /** What it takes. */
  readonly bill: BillFold;
  readonly ledger: Ledger;
  /** What is kept beside the runs: answers of other runs, budgets that are shared. */
  readonly values: Store["values"];
  /** What it wants of the cache. */
  readonly cache: RunCache;
  /** The calls of this process that others may join. */
  readonly flights: Flights;
  /** Hashes for content keys; `undefined` where nobody asks for keys. */
  readonly hashes: ValueHashes | undefined;
  /** What the log of the run says already; `undefined` for one that begins. */
  readonly history: History | undefined;
  /** The run that this one is a fork of. */
  readonly origin: Origin | undefined;
  /** What the run waits for a person to decide, filled as it turns out. */
  readonly waits: OpenQuestion[];
}
