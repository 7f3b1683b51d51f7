import type { SupervisorLabel, LiveEvent } from "../model/events.ts";

/** A run as it begins or is resumed in this process. */
export interface TracedRun {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  readonly tenant?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The W3C trace context of the last process that drove the run, from its log; for a new fork, that of its origin. */
  readonly earlier?: string;
}

/** One attempt of a run. */
export interface TracedAttempt {
  readonly callId: string;
  readonly attempt: number;
}

/** Traces one run, from when it begins in this process until it has ended or starts to wait. */
export interface RunTracing {
  /** The W3C trace context of the run, which its log keeps for the process that resumes it. */
  readonly traceparent?: string | undefined;
  /** Receives every event that the run adds to its log, once it is kept, and progress. */
  hear(event: LiveEvent): void;
  /** The W3C trace context in which the agent of an attempt works, wherever it runs. */
  traceparentOf(attempt: TracedAttempt): string | undefined;
  /** Runs `work`, which hands an attempt to its executor, in the attempt's own context, and returns its result. */
  within<T>(attempt: TracedAttempt, work: () => T): T;
  /** The run is not driven here any more: it has an outcome, or was given up for a reason. */
  end(failed: { readonly reason: unknown } | undefined): void;
}

/** Traces the runs of a supervisor. `quorate/otel` makes one. */
export type Tracing = (run: TracedRun) => RunTracing | undefined;
