import type { SupervisorLabel, LiveEvent } from "../model/events.ts";

/** A run as it begins in this process, or is gone on with. */
export interface TracedRun {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  readonly tenant?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** What its log says of the last time that somebody was at work on it, or that of the run that it is a fork of: a W3C trace context. */
  readonly earlier?: string;
}

/** One attempt of a run. */
export interface TracedAttempt {
  readonly callId: string;
  readonly attempt: number;
}

/** What traces one run, from when it begins in this process until it has ended or goes to sleep. */
export interface RunTracing {
  /** The W3C trace context of the run, which its log keeps for whoever goes on with it. */
  readonly traceparent?: string | undefined;
  /** Hears of every event that the run adds to its log, once it is kept, and of progress. */
  hear(event: LiveEvent): void;
  /** The W3C trace context that the agent of an attempt works under, wherever it does. */
  traceparentOf(attempt: TracedAttempt): string | undefined;
  /** Does `work`, in which an attempt is handed to its executor, in the attempt's own context, and answers with what that does. */
  within<T>(attempt: TracedAttempt, work: () => T): T;
  /** Nobody is at work on the run any more: it has an outcome, or was given up for a reason. */
  end(failed: { readonly reason: unknown } | undefined): void;
}

/** Traces the runs of a supervisor. `quorate/otel` makes one. */
export type Tracing = (run: TracedRun) => RunTracing | undefined;
