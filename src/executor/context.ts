import type { AgentContext } from "../describe/agent.ts";
import type { CallRequest, OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ErrorRecord, Issue } from "../model/errors.ts";
import type { AttemptControl, RegisteredAgent } from "./engine.ts";
import { idempotencyKey } from "../call/key.ts";

/**
 * What an agent is handed beside its task. A class, since most agents ask for little of it: a getter on a prototype costs
 * nothing until it is read, and signals and keys do cost something.
 */
export class EmbeddedContext implements AgentContext {
  readonly #registered: RegisteredAgent;
  readonly #request: CallRequest;
  readonly #control: AttemptControl;

  constructor(registered: RegisteredAgent, request: CallRequest, control: AttemptControl) {
    this.#registered = registered;
    this.#request = request;
    this.#control = control;
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  get results(): Readonly<Record<string, UpstreamResult | undefined>> {
    return this.#request.results;
  }

  get attempt(): number {
    return this.#request.attempt;
  }

  get issues(): readonly Issue[] {
    return this.#request.issues;
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.#request, this.#registered.agent);
  }

  get tier(): string | undefined {
    return this.#request.tier;
  }

  get model(): unknown {
    const { tier } = this.#request;
    return tier === undefined ? undefined : this.#registered.tiers.get(tier);
  }

  get failed(): readonly ErrorRecord[] {
    return this.#request.failed ?? NONE;
  }

  get others(): readonly OtherSide[] {
    return this.#request.others ?? NONE;
  }

  get runId(): string {
    return this.#request.runId;
  }

  get callId(): string {
    return this.#request.callId;
  }

  // Functions, not methods: an agent may take them apart.
  get emit(): (value: unknown) => void {
    return (value) => this.#control.emit(value);
  }

  get report(): (usage: Usage) => void {
    return (usage) => this.#control.report(usage);
  }
}

const NONE: readonly never[] = Object.freeze([]);
