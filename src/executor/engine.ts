import type { Agent, AgentContext } from "../describe/agent.ts";
import type { CallRequest, Usage } from "../model/call.ts";
import type { BatchContext } from "../describe/batch.ts";
import { EmbeddedBatchContext } from "./batch-context.ts";
import { EmbeddedContext } from "./context.ts";

/** What an attempt can say and hear while an engine carries it out. */
export interface AttemptControl {
  /** Aborted when the attempt is given up; its reason says why. */
  readonly signal: AbortSignal;
  emit(value: unknown): void;
  report(usage: Usage): void;
}

/** What a batch can say and hear while an engine carries it out. */
export interface BatchControl {
  /** Aborted when nobody waits for any of its answers any more; its reason says why. */
  readonly signal: AbortSignal;
  /** By the request at `index`, or where that is left out by all together, in equal parts. */
  report(usage: Usage, index?: number): void;
}

/**
 * Where attempts are carried out. A supervisor never calls an agent's function: it hands a request to its engine, which
 * answers with the agent's output or rejects with its failure. What `call` throws counts as a rejection.
 */
export interface Engine {
  call(request: CallRequest, control: AttemptControl): unknown;
  /**
   * Carries out attempts of one agent at one tier, of one or several runs, as one request: answers with a list of as many
   * outputs in their order, each or an `Error` in its place. Without it nothing is collected: each is a `call` of its own.
   */
  callBatch?(requests: readonly CallRequest[], control: BatchControl): unknown;
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
    callBatch(requests, control) {
      const place = requests[0]?.agent ?? "";
      const registered = agents.get(place);
      const batch = registered?.agent.batch;
      if (registered === undefined || batch === undefined) {
        throw new Error(`the team has no agent with a batch at "${place}"`);
      }
      const run = batch.run as (tasks: readonly unknown[], context: BatchContext) => unknown;
      const tasks = Object.freeze(requests.map(({ input }) => input));
      return run(tasks, new EmbeddedBatchContext(registered, requests, control));
    },
  };
}
