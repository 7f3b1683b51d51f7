import type { RunEvent, SupervisorLabel } from "../events.ts";
import type { OutcomeStatus } from "../outcome.ts";

/** One run, as a list of runs shows it. */
export interface RunSummary {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  readonly startedAtMs: number;
  /** `null` while the run has no last event. */
  readonly endedAtMs: number | null;
  readonly status: OutcomeStatus | "running" | "cancelled";
  /** How many events the run has. */
  readonly events: number;
}

/**
 * Where events are kept. Invariants, checked by `storeContract()` of `quorate/testing`:
 *
 * - An `append` is all or nothing, and its events are of one run with consecutive `seq`.
 * - It is refused with `SEQ_TAKEN` unless its first `seq` follows the run's last one (1 for a new run).
 * - When it returns nothing, the events are kept already; when it returns a promise, they are kept once that
 *   resolves, and not visible to any reader before.
 * - What is read equals what was appended, after one trip through JSON.
 */
export interface Store {
  append(events: readonly RunEvent[]): void | Promise<void>;
  /** A run's events with `seq` above `afterSeq` (default 0), in order; none for an unknown run. */
  read(runId: string, afterSeq?: number): readonly RunEvent[] | Promise<readonly RunEvent[]>;
  /** The latest runs first, at most `limit` (default 100). */
  runs(limit?: number): readonly RunSummary[] | Promise<readonly RunSummary[]>;
  /** Waits for what was appended and releases what the store holds. Appending afterwards is refused. */
  close(): void | Promise<void>;
}
