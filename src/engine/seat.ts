import type { Agent } from "../agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import type { Lane } from "../policy/admission.ts";
import type { Limits } from "../policy/limits.ts";

/** An agent in its place in a team, with everything that limits it there. */
export interface Seat {
  readonly agent: Agent;
  /** Identifies the agent; see `agentDefinition`. Only looked at in runs that keep keys. */
  readonly definition: () => string;
  /** Where the engine finds the agent. */
  readonly place: string;
  readonly limits: Limits;
  /** Keeps the timeouts of its attempts; `undefined` where they have none. */
  readonly timeouts: Deadlines | undefined;
  /** Every limit on the path to the root. */
  readonly lanes: readonly Lane[];
}
