import type { Agent, AgentContext } from "../agent.ts";
import type { CallRequest, Usage } from "../call.ts";
import { EmbeddedContext } from "./context.ts";

/** What an attempt can say and hear while an engine carries it out. */
export interface AttemptControl {
  /** Aborted when the attempt is given up; its reason says why. */
  readonly signal: AbortSignal;
  emit(value: unknown): void;
  report(usage: Usage): void;
}

/**
 * Where attempts are carried out. A supervisor never calls an agent's function: it hands a request to its engine, which
 * answers with the agent's output or rejects with its failure. What `call` throws counts as a rejection.
 */
export interface Engine {
  call(request: CallRequest, control: AttemptControl): unknown;
}

/** An agent in its place, and what its team has for the tiers. */
export interface RegisteredAgent {
  readonly agent: Agent;
  readonly tiers: ReadonlyMap<string, unknown>;
}

/** The agents of a team by their place in it, as `CallRequest.agent` names it. */
export type AgentRegistry = ReadonlyMap<string, RegisteredAgent>;

/** Makes the engine of one supervisor. */
export type EngineFactory = (agents: AgentRegistry) => Engine;

/** Calls agents in this process. */
export function embeddedEngine(agents: AgentRegistry): Engine {
  return {
    call(request, control) {
      const registered = agents.get(request.agent);
      if (registered === undefined) throw new Error(`the team has no agent at "${request.agent}"`);
      const run = registered.agent.run as (task: unknown, context: AgentContext) => unknown;
      return run(request.input, new EmbeddedContext(registered, request, control));
    },
  };
}
