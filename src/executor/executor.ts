import type { Agent } from "../describe/agent.ts";
import type { CallRequest, Usage } from "../model/call.ts";
import type { ErrorRecord } from "../model/errors.ts";

/**
 * Everything that is needed to carry out an attempt, as JSON: another machine needs nothing else. `JSON.stringify` makes it of an
 * {@link Attempt}.
 */
export interface AttemptRequest extends CallRequest {
  readonly attemptId: string;
  /** The same for every attempt at the same request, and after a resume. */
  readonly idempotencyKey: string;
  /** How long the attempt may take from when it begins, in ms; absent: no limit. */
  readonly timeoutMs?: number;
  /** How long its agent may take to stop after that, or after it was cancelled, in ms. */
  readonly graceMs: number;
  /** The largest accepted answer, in bytes of JSON. */
  readonly maxBytes: number;
  /** The name of the model, if it is known. */
  readonly model?: string;
  /** Its greatest cost, in micro-dollars, if it is known. */
  readonly maxUsdMicros?: number;
  /**
   * The W3C trace context in which its agent works: the attempt's span if its run is traced; else made from the ids of the run and of
   * the attempt, so that it can be made again.
   */
  readonly traceparent: string;
}

/** An attempt in the form for an executor: the request, and who receives its events. */
export interface Attempt {
  /** Unique within the store of its run, and the same for the same attempt after the process that began it has died. */
  readonly attemptId: string;
  /** What is asked. */
  readonly call: CallRequest;
  readonly idempotencyKey: string;
  /** Why nothing waits for it any more; `undefined` as long as something does. */
  readonly cancelled: { readonly reason: unknown } | undefined;
  /** The number of the last event that was received; 0 before the first. */
  readonly heard: number;
  /** Reports an event of it. Never throws. */
  hear(event: AttemptEvent): void;
  toJSON(): AttemptRequest;
}

/** Attempts of one agent at one tier, of one or several runs, that are one request. */
export interface BatchAttempt extends Pick<Attempt, "attemptId" | "cancelled" | "heard" | "hear"> {
  readonly calls: readonly CallRequest[];
  readonly idempotencyKeys: readonly string[];
  toJSON(): readonly AttemptRequest[];
}

/**
 * An event of an attempt. The first is `started`, unless it never begins; then one `answer` or `failure`; the last is `stopped`, which
 * an answer or a failure with `stopped: true` includes:
 *
 *     started ── report, progress, checkpoint … ──▶ answer, failure ── report … ──▶ stopped
 *
 * `seq` counts from 1 without a gap, so that an event that arrives twice counts once. An executor in this process reports each event once, and does
 * not number them.
 */
export type AttemptEvent = { readonly seq?: number } &
  /** `atOnce`: in the same turn of the event loop in which it was handed over. */
  (
    | { readonly type: "started"; readonly atOnce?: true }
    /** What it used; for a batch by the call at `index`, or by all together, in equal parts. */
    | { readonly type: "report"; readonly usage: Usage; readonly index?: number }
    | { readonly type: "progress"; readonly value: unknown }
    /** A value that it gets back if its process, or that of its run, dies before it has ended. */
    | { readonly type: "checkpoint"; readonly value: unknown }
    /** For a batch, a list of as many answers, each of which may be an `Error`. */
    | { readonly type: "answer"; readonly output: unknown; readonly stopped?: true }
    /** In this process the thrown value; from elsewhere its JSON form, and after how many ms to try again. */
    | { readonly type: "failure"; readonly thrown: unknown; readonly stopped?: true }
    | {
        readonly type: "failure";
        readonly error: ErrorRecord;
        readonly retryAfterMs?: number;
        readonly stopped?: true;
      }
    /** It is not at work any more: its slot is free. */
    | { readonly type: "stopped" }
  );

/**
 * Where attempts are carried out: in this process, in another one, on another machine. A supervisor never calls an agent's function.
 * Invariants:
 *
 * - An attempt begins at most once, however often `start` is called with its id.
 * - An executor that has lost contact with an attempt says nothing about it until it knows more: a failure with `stopped: true` means that its agent is
 *   not at work any more.
 */
export interface Executor {
  /** Begins an attempt, or queues it. If it throws or rejects, the attempt fails with that error: no agent was asked. */
  start(attempt: Attempt): void | Promise<void>;
  /** Like `start`, for several as one request. Without it nothing is collected: each is an attempt of its own. */
  startBatch?(batch: BatchAttempt): void | Promise<void>;
  /** Whether attempts of the agent at that place are collected for `startBatch`. Default: those of all agents. */
  collects?(place: string): boolean;
  /**
   * Continues to report events of an attempt that was handed to this executor before, perhaps in a process that has died since: all events after
   * number `attempt.heard`. Returns whether it does: false if it does not know the attempt, or if that was cancelled; then
   * no agent is at work on it. Without `attach`, a call that had begun when the process of its run died is in doubt.
   */
  attach?(attempt: Attempt): boolean | Promise<boolean>;
  /**
   * The attempt's run is over in this process, and another process continues it: reports no more events of the attempt, which stays as it is. Returns whether it
   * stays: an attempt that works in this process is then cancelled. Default: every attempt stays that this executor can attach to.
   */
  detach?(attemptId: string): boolean;
  /**
   * How long after the death of its run's process an attempt may still begin, in ms; default 0. For that time its slots are not
   * given to others.
   */
  readonly mayBeginWithinMs?: number;
  /** Stops an attempt, or takes it out of the queue; `stopped` is reported when its agent has stopped. Unknown ids are ignored. */
  cancel(attemptId: string, reason: unknown): void;
  /** Releases what the executor holds; attempts elsewhere may continue. */
  close(): void | Promise<void>;
}

/** An agent in its place, and its team's tiers. */
export interface RegisteredAgent {
  readonly agent: Agent;
  readonly tiers: ReadonlyMap<string, unknown>;
  /** Its team says that it works in other processes, if the backend reaches any. */
  readonly elsewhere?: boolean;
}

/** The agents of a team by their place in it, as `CallRequest.agent` names it. */
export type AgentRegistry = ReadonlyMap<string, RegisteredAgent>;

/** Makes the executor of one supervisor, whose name is `team`. Called once, before its first attempt. */
export type ExecutorFactory = (agents: AgentRegistry, team: string) => Executor;
