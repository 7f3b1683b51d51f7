import type { Agent } from "../describe/agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import { collector } from "../call/batch/batch.ts";
import type { RegisteredAgent } from "../executor/executor.ts";
import { agentDefinition } from "../call/key.ts";
import { slotsOf, type ConfiguredAgent } from "../call/configured-agent.ts";
import { QuorateError } from "../model/errors.ts";
import { limitsOf, type NamedLimiters } from "../limits/named-limiters.ts";
import { scopedIn } from "../limits/scope/shared-slots.ts";
import { isFree } from "../money/bound.ts";
import { mergeLimits } from "../describe/limits.ts";
import { modelName } from "../describe/tier.ts";
import type { Above, Overrides } from "./configure-team.ts";
import { tiersOf, type Team } from "./team.ts";

/** The settings around an agent that configure it. */
export interface Surroundings {
  readonly team: Team;
  /** The settings of its team and of those above. */
  readonly above: Above;
  readonly overrides: Overrides;
  readonly named: NamedLimiters;
  readonly registry: Map<string, RegisteredAgent>;
  readonly timeoutsOf: (timeoutMs: number) => Deadlines | undefined;
}

/** Applies the options of its team to an agent. The result also has the agent at its more expensive tiers, and its fallbacks. */
export function configureAgent(
  surroundings: Surroundings,
  agent: Agent,
  place: string,
  elsewhere = false,
): ConfiguredAgent {
  const { team, above, overrides, named, registry, timeoutsOf } = surroundings;
  registry.set(place, { agent, tiers: above.tiers, elsewhere });
  const tiers = [...above.tiers.keys()];
  const first = agent.tier ?? (agent.cost === "free" ? undefined : tiers[0]);
  if (first !== undefined && !above.tiers.has(first)) {
    const why = `${team.where} ${tiersOf(first, above.tiers)}`;
    throw new QuorateError(
      "BAD_OPTIONS",
      `agent "${agent.name}" wants the tier "${first}", and ${why}`,
    );
  }
  const fallback = agent.fallback.map((other) => {
    if (!above.tiers.has(other.name))
      return configureAgent(surroundings, other, `${place}~${other.name}`);
    throw new QuorateError(
      "BAD_OPTIONS",
      `agent "${agent.name}" has the fallback "${other.name}", and ${team.where} a tier of that name: the log could not tell them apart; rename one`,
    );
  });
  const where = `agent "${agent.name}"`;
  const limits = mergeLimits(team.limits, agent.limits, overrides);
  // The same at all tiers, so that spending at one counts for all of them.
  const budgets = [
    ...above.budgets,
    ...agent.budgets.map((budget) => ({ budget, place, whose: where })),
  ];
  const atTier = (index: number, fallback: readonly ConfiguredAgent[]): ConfiguredAgent => {
    const tier = tiers[index];
    const model = tier === undefined ? agent.model : above.tiers.get(tier);
    const called = modelName(model);
    const own = limitsOf(above.limiters, agent, { tier, model }, named, team.where);
    const limiters = [...above.slots, ...own];
    let next: { readonly configured: ConfiguredAgent | undefined } | undefined;
    let definition: string | undefined;
    return {
      agent,
      definition: () => (definition ??= agentDefinition(agent, tier, called)),
      place,
      limits,
      timeouts: timeoutsOf(limits.timeoutMs),
      limiters,
      scoped: scopedIn(limiters),
      slots: slotsOf({ agent, limits, limiters, budgets }),
      budgets,
      tier,
      model,
      modelName: called,
      prices: above.prices,
      free: agent.cost === "free" || isFree(agent.maxCost),
      cache: cacheOf(agent, above.cache, where),
      batch: agent.batch === undefined ? undefined : collector(agent.batch),
      escalateIf: agent.escalateIf ?? above.escalateIf ?? [],
      next: () => {
        const has = tier !== undefined && index + 1 < tiers.length;
        next ??= { configured: has ? atTier(index + 1, []) : undefined };
        return next.configured;
      },
      fallback,
    };
  };
  return atTier(first === undefined ? -1 : tiers.indexOf(first), fallback);
}

function cacheOf(
  { cache, version }: Agent,
  above: Above["cache"],
  where: string,
): ConfiguredAgent["cache"] {
  const settings = cache ?? above;
  if (settings === undefined || settings === false) return undefined;
  if (version !== undefined) return settings;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} has no version, and its supervisor caches; give it one, or cache: false`,
  );
}
