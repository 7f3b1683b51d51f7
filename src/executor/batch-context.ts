import type { CallRequest, OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ErrorRecord, Issue } from "../model/errors.ts";
import type { BatchContext } from "../describe/batch.ts";
import type { BatchControl, RegisteredAgent } from "./engine.ts";
import { idempotencyKey } from "../call/key.ts";

/** What an agent's `batch.run` is handed beside its tasks. Its members cost something only where they are read. */
export class EmbeddedBatchContext implements BatchContext {
  readonly #registered: RegisteredAgent;
  readonly #requests: readonly CallRequest[];
  readonly #control: BatchControl;

  constructor(
    registered: RegisteredAgent,
    requests: readonly CallRequest[],
    control: BatchControl,
  ) {
    this.#registered = registered;
    this.#requests = requests;
    this.#control = control;
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  get results(): readonly Readonly<Record<string, UpstreamResult | undefined>>[] {
    return this.#requests.map(({ results }) => results);
  }

  get issues(): readonly (readonly Issue[])[] {
    return this.#requests.map(({ issues }) => issues);
  }

  get failed(): readonly (readonly ErrorRecord[])[] {
    return this.#requests.map(({ failed = [] }) => failed);
  }

  get others(): readonly (readonly OtherSide[])[] {
    return this.#requests.map(({ others = [] }) => others);
  }

  get idempotencyKeys(): readonly string[] {
    return this.#requests.map((request) => idempotencyKey(request, this.#registered.agent));
  }

  get tier(): string | undefined {
    return this.#requests[0]?.tier;
  }

  get model(): unknown {
    const { tier } = this;
    return tier === undefined ? undefined : this.#registered.tiers.get(tier);
  }

  // A function, not a method: it may be taken apart.
  get report(): (usage: Usage, index?: number) => void {
    return (usage, index) => this.#control.report(usage, index);
  }
}
