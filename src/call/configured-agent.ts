import type { Agent } from "../describe/agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import type { Limit } from "../limits/limit.ts";
import type { PermitRequest } from "../limits/permit.ts";
import type { Scoped } from "../limits/scope/scoped.ts";
import type { OwnedBudget } from "../money/budget.ts";
import type { Price } from "../money/price.ts";
import type { CacheSettings } from "../describe/cache.ts";
import type { Limits } from "../describe/limits.ts";
import type { EscalateIf } from "../describe/tier.ts";
import type { Collector } from "./batch/batch.ts";

/** An agent with its team's options applied: in its place, at one tier, with everything that limits it there. */
export interface ConfiguredAgent {
  readonly agent: Agent;
  /** Identifies the agent; see `agentDefinition`. Only used in runs that keep keys. */
  readonly definition: () => string;
  /** Where the executor finds the agent. */
  readonly place: string;
  readonly limits: Limits;
  /** The timers of its attempts; `undefined` if they have no timeout. */
  readonly timeouts: Deadlines | undefined;
  /** Every limit on the path to the root: a list of its own for each configured agent. */
  readonly limiters: readonly Limit[];
  /** Those of its limits that also hold for other processes. */
  readonly scoped: readonly Scoped[];
  /**
   * What each of its attempts requests from the limiter, if that is the same for all: only slots, as `slotsIn` reads it. `undefined` if a
   * limiter or a budget needs to know more about an attempt.
   */
  readonly slots: PermitRequest | undefined;
  /** Every budget on the path to the root, the same list at all tiers. */
  readonly budgets: readonly OwnedBudget[];
  readonly tier: string | undefined;
  readonly model: unknown;
  /** The name of the model. */
  readonly modelName: string | undefined;
  readonly prices: ReadonlyMap<string, Price>;
  /** What it uses costs nothing, and it reserves no money. */
  readonly free: boolean;
  /** How its answers are kept for other runs; `undefined` if they are not. */
  readonly cache: CacheSettings | undefined;
  /** Collects its calls into batches; `undefined` if each is a request of its own. */
  readonly batch: Collector | undefined;
  readonly escalateIf: readonly EscalateIf[];
  /** The same agent at the next tier; `undefined` at the last. */
  readonly next: () => ConfiguredAgent | undefined;
  /** The agents that are asked when it has failed. */
  readonly fallback: readonly ConfiguredAgent[];
}

/** The fields of a configured agent that limit its attempts. */
export type Limited = Pick<ConfiguredAgent, "agent" | "limits" | "limiters" | "budgets">;

/** The request of an attempt that needs only slots. */
export function slotsOf({ agent, limits, limiters, budgets }: Limited): PermitRequest | undefined {
  if (budgets.length > 0 || limiters.some(({ condition }) => condition !== undefined)) {
    return undefined;
  }
  return Object.freeze({
    agent: agent.name,
    runId: "",
    limits: limiters,
    scoped: [],
    tokens: 0,
    usdMicros: undefined,
    backoff: limits.backoff,
    lifeMs: lifeMsOf(limits),
  });
}

/**
 * The request for the slots of one attempt, or one batch, in this run; `undefined` as for `slots`. Runs take turns at an agent's own limit
 * once that has learned from a rejection: from then on its requests name their run.
 */
export function slotsIn({ slots }: ConfiguredAgent, runId: string): PermitRequest | undefined {
  const takesTurns = slots?.limits.some(({ condition }) => condition !== undefined) === true;
  return takesTurns ? { ...slots, runId } : slots;
}

/**
 * How long an attempt may take from when it is sent. Besides its own time, this includes the time to record its end and to renew what it
 * holds, and, in `mayBeginWithinMs`, how long after the death of its process it may still begin.
 */
export function lifeMsOf({ timeoutMs, graceMs }: Limits, mayBeginWithinMs = 0): number {
  return timeoutMs + graceMs + RECORDING_MS + mayBeginWithinMs;
}

const RECORDING_MS = 60_000;

/** The fields of a configured agent for options that were not set. */
export const PLAIN_AGENT: Omit<
  ConfiguredAgent,
  "agent" | "definition" | "place" | "limits" | "timeouts" | "limiters" | "slots"
> = Object.freeze({
  scoped: [],
  budgets: [],
  tier: undefined,
  model: undefined,
  modelName: undefined,
  prices: new Map(),
  free: false,
  cache: undefined,
  batch: undefined,
  escalateIf: [],
  next: () => undefined,
  fallback: [],
});
