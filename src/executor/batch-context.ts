import type { OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ErrorRecord, Issue } from "../model/errors.ts";
import type { BatchContext } from "../describe/batch.ts";
import type { BatchAttempt, RegisteredAgent } from "./executor.ts";
import { signalFor, type Listening } from "./listening.ts";

/** What an agent's `batch.run` gets beside its tasks. Its members cost something only when they are read. */
export class EmbeddedBatchContext implements BatchContext {
  readonly #registered: RegisteredAgent;
  readonly #batch: BatchAttempt;
  readonly #listening: Listening;
  #signal: AbortSignal | undefined;
  #ended = false;

  constructor(registered: RegisteredAgent, batch: BatchAttempt, listening: Listening) {
    this.#registered = registered;
    this.#batch = batch;
    this.#listening = listening;
  }

  /** Its agent has stopped. Not a method, because agents have the context. */
  static end(context: EmbeddedBatchContext): void {
    context.#ended = true;
    if (context.#signal !== undefined) context.#listening.delete(context.#batch.attemptId);
  }

  get signal(): AbortSignal {
    this.#signal ??= signalFor(this.#batch, this.#ended ? undefined : this.#listening);
    return this.#signal;
  }

  get results(): readonly Readonly<Record<string, UpstreamResult | undefined>>[] {
    return this.#batch.calls.map(({ results }) => results);
  }

  get issues(): readonly (readonly Issue[])[] {
    return this.#batch.calls.map(({ issues }) => issues);
  }

  get failed(): readonly (readonly ErrorRecord[])[] {
    return this.#batch.calls.map(({ failed = [] }) => failed);
  }

  get others(): readonly (readonly OtherSide[])[] {
    return this.#batch.calls.map(({ others = [] }) => others);
  }

  get idempotencyKeys(): readonly string[] {
    return this.#batch.idempotencyKeys;
  }

  get tier(): string | undefined {
    return this.#batch.calls[0]?.tier;
  }

  get model(): unknown {
    const { tier } = this;
    const { agent, tiers } = this.#registered;
    return tier === undefined ? agent.model : tiers.get(tier);
  }

  // A function, not a method, because it may be destructured.
  get report(): (usage: Usage, index?: number) => void {
    return (usage, index) =>
      this.#batch.hear({ type: "report", usage, ...(index !== undefined && { index }) });
  }
}
