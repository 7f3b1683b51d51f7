import type { Agent } from "../describe/agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import { askedToCompare } from "../conflict/group.ts";
import type { Collector } from "../call/batch/batch.ts";
import type { RegisteredAgent } from "../executor/executor.ts";
import { mayBeContradicted, withStandIns } from "../call/ladder.ts";
import type { ConfiguredAgent } from "../call/configured-agent.ts";
import { QuorateError } from "../model/errors.ts";
import type { Limit } from "../limits/limit.ts";
import {
  NO_LIMITERS,
  withLimiters,
  type LimitersHere,
  type NamedLimiters,
} from "../limits/named-limiters.ts";
import type { OwnedBudget } from "../money/budget.ts";
import type { Price } from "../money/price.ts";
import type { CacheSettings } from "../describe/cache.ts";
import type { CallLimits } from "../describe/limits.ts";
import type { EscalateIf } from "../describe/tier.ts";
import type { Resolver } from "../resolve/resolver.ts";
import { configureAgent } from "./configure-agent.ts";
import { teamDefinition, tiersOf, type Member, type Team } from "./team.ts";
import { wholeDefinition } from "./whole-definition.ts";

/** A team in its place under a root, after its options and those of the teams above were applied: every agent has all limits on its path. */
export interface ConfiguredTeam {
  readonly team: Team;
  /** Its own place; empty for the root. */
  readonly place: string;
  /** Identifies the team's description, including those of its workers. Only used in runs that keep keys. */
  readonly definition: () => string;
  readonly members: readonly (ConfiguredAgent | ConfiguredTeam)[];
  /** The prices for its agents and its route. */
  readonly prices: ReadonlyMap<string, Price>;
  /** The agents that the team's chain and its comparators ask. */
  readonly judges: ReadonlyMap<Agent, ConfiguredJudge>;
  /** Those of its agents that collect calls, including judges and agents of nested teams. */
  readonly collectors: readonly Collector[];
  /** Whether members may be asked once more because others contradict them. */
  readonly doubts: boolean;
  /** Whether its chain may have members asked once more. */
  readonly reruns: boolean;
}

/** An agent that is not a member, and its name in the team's call ids. */
export interface ConfiguredJudge {
  readonly name: string;
  readonly configured: ConfiguredAgent;
}

export interface ConfigureTeamOptions {
  readonly team: Team;
  /** The places of the team's agents begin with it. */
  readonly prefix?: string;
  /** Whether the team above lists it as elsewhere, with all of its agents. */
  readonly elsewhere?: boolean;
  /** The settings of the teams above it, which also hold for its agents. */
  readonly above?: Above;
  /** What a run overrides for everything in it. */
  readonly overrides?: Overrides;
  /** The limiters of the backend that it runs in. */
  readonly named: NamedLimiters;
  /** Filled with every agent by its place. */
  readonly registry: Map<string, RegisteredAgent>;
  /** The timers for timeouts of so many ms. */
  readonly timeoutsOf: (timeoutMs: number) => Deadlines | undefined;
}

/** What a run overrides for every agent in it. */
export interface Overrides extends CallLimits {
  readonly prices?: ReadonlyMap<string, Price> | undefined;
}

/** Settings that hold for a team and those nested in it. */
export interface Above {
  /** The concurrency limits of each team and of the run. */
  readonly slots: readonly Limit[];
  readonly limiters: LimitersHere;
  readonly budgets: readonly OwnedBudget[];
  readonly prices: ReadonlyMap<string, Price>;
  readonly tiers: ReadonlyMap<string, unknown>;
  readonly cache: CacheSettings | false | undefined;
  readonly escalateIf: readonly EscalateIf[] | undefined;
}

export const NOTHING_ABOVE: Above = Object.freeze({
  slots: [],
  limiters: NO_LIMITERS,
  budgets: [],
  prices: new Map(),
  tiers: new Map(),
  cache: undefined,
  escalateIf: undefined,
});

/** Applies a team's options to its agents, and to the teams nested in it. */
export function configureTeam({
  team,
  prefix = "",
  elsewhere = false,
  above = NOTHING_ABOVE,
  overrides = {},
  named,
  registry,
  timeoutsOf,
}: ConfigureTeamOptions): ConfiguredTeam {
  const { label, where } = team;
  const here: Above = {
    slots: [...above.slots, team.slots],
    limiters: withLimiters(above.limiters, team.limiters, named, where),
    budgets: [
      ...above.budgets,
      ...team.budgets.map((budget) => ({
        budget,
        place: prefix.slice(0, -1),
        whose: `a run of "${label.name}"`,
      })),
    ],
    prices: allPrices([above.prices, team.prices, overrides.prices]),
    tiers: team.tiers ?? above.tiers,
    cache: team.cache ?? above.cache,
    escalateIf: team.escalateIf ?? above.escalateIf,
  };
  const surroundings = { team, above: here, overrides, named, registry, timeoutsOf };
  const configureMember = ({
    name,
    worker,
    ...member
  }: Member): ConfiguredAgent | ConfiguredTeam => {
    const place = `${prefix}${name}`;
    const isElsewhere = elsewhere || member.elsewhere;
    return isTeam(worker)
      ? configureTeam({
          team: worker,
          prefix: `${place}/`,
          elsewhere: isElsewhere,
          above: here,
          overrides,
          named,
          registry,
          timeoutsOf,
        })
      : configureAgent(surroundings, worker, place, isElsewhere);
  };

  const judges = new Map<Agent, ConfiguredJudge>();
  const asked = team.resolve.flatMap(({ asks = [] }) => asks);
  for (const agent of [...asked, ...askedToCompare(team)]) {
    if (judges.has(agent)) continue;
    // A member's name never begins with "~".
    const name = `~${agent.name}`;
    judges.set(agent, { name, configured: configureAgent(surroundings, agent, prefix + name) });
  }
  const members = team.members.map(configureMember);
  const definitions = (): readonly string[] =>
    members.map((configured) =>
      isConfiguredTeam(configured) ? configured.definition() : wholeDefinition(configured),
    );
  for (const resolver of team.resolve) checkRerun(resolver, here, team);
  return {
    team,
    place: prefix.slice(0, -1),
    definition: once(() => teamDefinition(team, definitions())),
    members,
    prices: here.prices,
    judges,
    collectors: [...members, ...[...judges.values()].map(({ configured }) => configured)].flatMap(
      collectorsIn,
    ),
    doubts:
      here.tiers.size > 0 &&
      members.some(
        (configured) =>
          !isConfiguredTeam(configured) && withStandIns(configured).some(mayBeContradicted),
      ),
    reruns: team.resolve.some(({ reruns }) => reruns !== undefined),
  };
}

function checkRerun({ name, reruns }: Resolver, { tiers }: Above, { where }: Team): void {
  const tier = reruns?.tier;
  if (tier === undefined || tiers.has(tier)) return;
  const has = tiersOf(tier, tiers);
  throw new QuorateError("BAD_OPTIONS", `${name} asks at the tier "${tier}", and ${where} ${has}`);
}

/** The collectors of an agent, or of all in a team. */
export function collectorsIn(configured: ConfiguredAgent | ConfiguredTeam): readonly Collector[] {
  if (isConfiguredTeam(configured)) return configured.collectors;
  return configured.batch === undefined ? [] : [configured.batch];
}

/** Prices of several lists; a later list overrides an earlier one. */
function allPrices(lists: readonly (ReadonlyMap<string, Price> | undefined)[]): Above["prices"] {
  return new Map(lists.flatMap((list) => [...(list ?? [])]));
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

/** Whether a worker is a nested supervisor's team. */
export function isTeam(worker: Agent | Team): worker is Team {
  return "members" in worker;
}

/** Whether a configured member is a nested team. */
export function isConfiguredTeam(
  configured: ConfiguredAgent | ConfiguredTeam,
): configured is ConfiguredTeam {
  return "members" in configured;
}
