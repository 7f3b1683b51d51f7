import type { AgentContext } from "../describe/agent.ts";
import type { OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ErrorRecord, Issue } from "../model/errors.ts";
import { takeCheckpoint } from "./checkpoint.ts";
import type { Attempt, RegisteredAgent } from "./executor.ts";
import { signalFor, type Listening } from "./listening.ts";

/**
 * What an agent gets beside its task. A class, because most agents use little of it: a getter on a prototype costs
 * nothing until it is read, while signals and keys do cost something.
 */
export class EmbeddedContext implements AgentContext {
  readonly #registered: RegisteredAgent;
  readonly #attempt: Attempt;
  readonly #listening: Listening;
  #signal: AbortSignal | undefined;
  #ended = false;

  constructor(registered: RegisteredAgent, attempt: Attempt, listening: Listening) {
    this.#registered = registered;
    this.#attempt = attempt;
    this.#listening = listening;
  }

  /** Its agent has stopped. Not a method, because agents have the context. */
  static end(context: EmbeddedContext): void {
    context.#ended = true;
    if (context.#signal !== undefined) context.#listening.delete(context.#attempt.attemptId);
  }

  get signal(): AbortSignal {
    this.#signal ??= signalFor(this.#attempt, this.#ended ? undefined : this.#listening);
    return this.#signal;
  }

  get results(): Readonly<Record<string, UpstreamResult | undefined>> {
    return this.#attempt.call.results;
  }

  get attempt(): number {
    return this.#attempt.call.attempt;
  }

  get issues(): readonly Issue[] {
    return this.#attempt.call.issues;
  }

  get idempotencyKey(): string {
    return this.#attempt.idempotencyKey;
  }

  get tier(): string | undefined {
    return this.#attempt.call.tier;
  }

  get model(): unknown {
    const { tier } = this.#attempt.call;
    const { agent, tiers } = this.#registered;
    return tier === undefined ? agent.model : tiers.get(tier);
  }

  get failed(): readonly ErrorRecord[] {
    return this.#attempt.call.failed ?? NONE;
  }

  get others(): readonly OtherSide[] {
    return this.#attempt.call.others ?? NONE;
  }

  get runId(): string {
    return this.#attempt.call.runId;
  }

  get callId(): string {
    return this.#attempt.call.callId;
  }

  // Functions, not methods, because an agent may destructure them.
  get emit(): (value: unknown) => void {
    return (value) => this.#attempt.hear({ type: "progress", value });
  }

  get checkpoint(): (value: unknown) => void {
    return (value) => {
      const kept = takeCheckpoint(this.#registered.agent.name, value);
      this.#attempt.hear({ type: "checkpoint", value: kept });
    };
  }

  get checkpointed(): unknown {
    return this.#attempt.call.checkpoint;
  }

  get report(): (usage: Usage) => void {
    return (usage) => this.#attempt.hear({ type: "report", usage });
  }
}

const NONE: readonly never[] = Object.freeze([]);
