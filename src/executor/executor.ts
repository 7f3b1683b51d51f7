import type { Agent } from "../describe/agent.ts";
import type { CallRequest, Usage } from "../model/call.ts";
import type { ErrorRecord } from "../model/errors.ts";

/**
 * All that is needed to carry out an attempt, as JSON: another machine needs nothing else. What `JSON.stringify` makes of an
 * {@link Attempt}.
 */
export interface AttemptRequest extends CallRequest {
  readonly attemptId: string;
  /** The same for every attempt at the same request, and after a resume. */
  readonly idempotencyKey: string;
  /** How long the attempt may take from when it begins, in ms; for ever where left out. */
  readonly timeoutMs?: number;
  /** How long its agent is given to stop after that, or after it was cancelled, in ms. */
  readonly graceMs: number;
  /** The largest answer that is taken, in bytes of JSON. */
  readonly maxBytes: number;
  /** What the model is called, where that is known. */
  readonly model?: string;
  /** What it may cost at most, in micro-dollars, where somebody says. */
  readonly maxUsdMicros?: number;
  /**
   * The W3C trace context under which its agent works: the attempt's span where its run is traced, else made of the ids of the run and of
   * the attempt, so that it can be made again.
   */
  readonly traceparent: string;
}

/** An attempt as an executor is handed it: what is asked, and who is told what comes of it. */
export interface Attempt {
  /** Unique within the store of its run, and the same for the same attempt after the process that began it has died. */
  readonly attemptId: string;
  /** What is asked. */
  readonly call: CallRequest;
  readonly idempotencyKey: string;
  /** Why nobody waits for it any more; `undefined` as long as somebody does. */
  readonly cancelled: { readonly reason: unknown } | undefined;
  /** The number of the last event that was heard; 0 before the first. */
  readonly heard: number;
  /** Tells what happened to it. Never throws. */
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
 * What happens to an attempt. The first is `started`, unless it never begins; one `answer` or `failure`; the last is `stopped`, which
 * an answer or a failure that says `stopped` stands for:
 *
 *     started ── report, progress, checkpoint … ──▶ answer, failure ── report … ──▶ stopped
 *
 * `seq` counts from 1 without a gap, so that what is told twice is heard once. An executor in this process tells each once, and numbers
 * none.
 */
export type AttemptEvent = { readonly seq?: number } &
  /** `atOnce`: as it was handed over, in the same turn of the event loop. */
  (
    | { readonly type: "started"; readonly atOnce?: true }
    /** What it used; of a batch by the call at `index`, or by all together, in equal parts. */
    | { readonly type: "report"; readonly usage: Usage; readonly index?: number }
    | { readonly type: "progress"; readonly value: unknown }
    /** What it wants to be handed back where its process, or that of its run, dies before it has ended. */
    | { readonly type: "checkpoint"; readonly value: unknown }
    /** Of a batch a list of as many answers, each or an `Error` in its place. */
    | { readonly type: "answer"; readonly output: unknown; readonly stopped?: true }
    /** In this process what was thrown; from elsewhere what it was as JSON, and how long it asks to be left alone, in ms. */
    | { readonly type: "failure"; readonly thrown: unknown; readonly stopped?: true }
    | {
        readonly type: "failure";
        readonly error: ErrorRecord;
        readonly retryAfterMs?: number;
        readonly stopped?: true;
      }
    /** It is at work no more: its slot is free. */
    | { readonly type: "stopped" }
  );

/**
 * Where attempts are carried out: in this process, in another one, on another machine. A supervisor never calls an agent's function.
 * Invariants:
 *
 * - An attempt is begun at most once, however often `start` is called with its id.
 * - An executor that has lost sight of an attempt tells nothing of it until it knows: a failure that says `stopped` means that its agent is
 *   at work no more.
 */
export interface Executor {
  /** Begins an attempt, or puts it in a queue. What it throws, or rejects with, is the attempt's failure: nobody was asked. */
  start(attempt: Attempt): void | Promise<void>;
  /** As `start`, for several as one request. Without it nothing is collected: each is an attempt of its own. */
  startBatch?(batch: BatchAttempt): void | Promise<void>;
  /** Whether attempts of the agent at that place are collected for `startBatch`; those of all agents where left out. */
  collects?(place: string): boolean;
  /**
   * Goes on telling of an attempt that this executor, perhaps in a process that has died since, was handed before: all that came after
   * the event numbered `attempt.heard`. Answers whether it does: not where it knows nothing of the attempt, or where that was cancelled; then
   * nobody is at work on it. Without it a call that had begun when the process of its run died is in doubt.
   */
  attach?(attempt: Attempt): boolean | Promise<boolean>;
  /**
   * Its run is over in this process, and another one goes on with it: tells nothing more of the attempt, which stays as it is. Answers whether it
   * does stay: one that is at work in this process is cancelled then. Where it is left out, each does that this executor can attach to.
   */
  detach?(attemptId: string): boolean;
  /**
   * How long after the process of its run has died an attempt that it sent may still begin, in ms; 0 where left out. So long its slots are not
   * given to others.
   */
  readonly mayBeginWithinMs?: number;
  /** Stops an attempt, or takes it out of the queue; it is told `stopped` when its agent has. Unknown ids are no mistake. */
  cancel(attemptId: string, reason: unknown): void;
  /** Lets go of what the executor holds; attempts elsewhere may go on. */
  close(): void | Promise<void>;
}

/** An agent in its place, and what its team has for the tiers. */
export interface RegisteredAgent {
  readonly agent: Agent;
  readonly tiers: ReadonlyMap<string, unknown>;
  /** Its team says that it is at work in other processes, where the backend reaches any. */
  readonly elsewhere?: boolean;
}

/** The agents of a team by their place in it, as `CallRequest.agent` names it. */
export type AgentRegistry = ReadonlyMap<string, RegisteredAgent>;

/** Makes the executor of one supervisor, which is called `team`. Called once, before its first attempt. */
export type ExecutorFactory = (agents: AgentRegistry, team: string) => Executor;
