import type { Agent } from "../agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import type { OwnedBudget } from "../money/ledger.ts";
import type { Price } from "../money/price.ts";
import type { Lane } from "../policy/admission.ts";
import type { CacheSettings } from "../policy/cache.ts";
import type { RateLane } from "../policy/rate-lane.ts";
import type { Limits } from "../policy/limits.ts";
import type { EscalateIf } from "../policy/tier.ts";
import type { Collector } from "./batch.ts";

/** An agent in its place in a team, at one tier, with everything that limits it there. */
export interface Seat {
  readonly agent: Agent;
  /** Identifies the agent; see `agentDefinition`. Only looked at in runs that keep keys. */
  readonly definition: () => string;
  /** Where the engine finds the agent. */
  readonly place: string;
  readonly limits: Limits;
  /** Keeps the timeouts of its attempts; `undefined` where they have none. */
  readonly timeouts: Deadlines | undefined;
  /** Every limit on the path to the root, those of `rates` among them. */
  readonly lanes: readonly Lane[];
  /** The lanes that are told how attempts end. */
  readonly rates: readonly RateLane[];
  /** Every budget on the path to the root. */
  readonly budgets: readonly OwnedBudget[];
  readonly tier: string | undefined;
  readonly model: unknown;
  /** What the model is called. */
  readonly modelName: string | undefined;
  readonly prices: ReadonlyMap<string, Price>;
  /** How its answers are kept for other runs; `undefined` where they are not. */
  readonly cache: CacheSettings | undefined;
  /** Collects its calls into batches; `undefined` where each is a request of its own. */
  readonly batch: Collector | undefined;
  readonly escalateIf: readonly EscalateIf[];
  /** The same agent at the next tier; `undefined` at the last. */
  readonly next: () => Seat | undefined;
  /** Who is asked when it has failed. */
  readonly fallback: readonly Seat[];
}

/** Whether admission has to know more of an attempt than that it is one. */
export function needsTicket({ rates, budgets }: Pick<Seat, "rates" | "budgets">): boolean {
  return rates.length > 0 || budgets.length > 0;
}

/** What a seat has of what nobody asked for. */
export const PLAIN_SEAT: Omit<
  Seat,
  "agent" | "definition" | "place" | "limits" | "timeouts" | "lanes" | "rates"
> = Object.freeze({
  budgets: [],
  tier: undefined,
  model: undefined,
  modelName: undefined,
  prices: new Map(),
  cache: undefined,
  batch: undefined,
  escalateIf: [],
  next: () => undefined,
  fallback: [],
});
