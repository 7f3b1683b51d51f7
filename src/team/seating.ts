import type { Agent } from "../describe/agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import { askedToCompare } from "../conflict/group.ts";
import type { Collector } from "../call/batch/batch.ts";
import type { RegisteredAgent } from "../executor/executor.ts";
import { mayBeContradicted, withStandIns } from "../call/ladder.ts";
import type { Seat } from "../call/seat.ts";
import { QuorateError } from "../model/errors.ts";
import type { LanesOf } from "../limits/lane.ts";
import type { Limit } from "../limits/limit.ts";
import type { OwnedBudget } from "../money/budget.ts";
import type { Price } from "../money/price.ts";
import type { CacheSettings } from "../describe/cache.ts";
import type { CallLimits } from "../describe/limits.ts";
import type { EscalateIf } from "../describe/tier.ts";
import type { Resolver } from "../resolve/resolver.ts";
import { seatAgent } from "./seat-agent.ts";
import { teamDefinition, tiersOf, type Member, type Team } from "./team.ts";
import { wholeDefinition } from "./whole-definition.ts";

/** A team in its place under a root: every agent with its limits there and every limit on its path. */
export interface Seating {
  readonly team: Team;
  /** Its own; empty for the root. */
  readonly place: string;
  /** Identifies the team's description, those of its workers included. Only looked at in runs that keep keys. */
  readonly definition: () => string;
  readonly seats: readonly (Seat | Seating)[];
  /** The agents that the team's chain and its comparators ask. */
  readonly judges: ReadonlyMap<Agent, JudgeSeat>;
  /** Those of its agents that collect calls, of teams in it and judges too. */
  readonly collectors: readonly Collector[];
  /** Whether members may be asked once more since others contradict them. */
  readonly doubts: boolean;
  /** Whether its chain may have members asked once more. */
  readonly reruns: boolean;
}

/** The seat of an agent that is no member: what it is called in the team's call ids. */
export interface JudgeSeat {
  readonly name: string;
  readonly seat: Seat;
}

export interface SeatingOptions {
  readonly team: Team;
  /** The places of the team's agents begin with it. */
  readonly prefix?: string;
  /** What the teams above it say, which holds for its agents too. */
  readonly above?: Above;
  /** What a run wants otherwise, for everything in it. */
  readonly overrides?: Overrides;
  /** Filled with every agent by its place. */
  readonly registry: Map<string, RegisteredAgent>;
  /** What keeps timeouts of so many ms. */
  readonly timeoutsOf: (timeoutMs: number) => Deadlines | undefined;
}

/** What a run has its own way, for every agent in it. */
export interface Overrides extends CallLimits {
  readonly prices?: ReadonlyMap<string, Price> | undefined;
}

/** What holds for a team and those nested in it. */
export interface Above {
  readonly limiters: readonly Limit[];
  readonly lanes: readonly LanesOf[];
  readonly budgets: readonly OwnedBudget[];
  readonly prices: ReadonlyMap<string, Price>;
  readonly tiers: ReadonlyMap<string, unknown>;
  readonly cache: CacheSettings | false | undefined;
  readonly escalateIf: readonly EscalateIf[] | undefined;
}

export const NOTHING_ABOVE: Above = Object.freeze({
  limiters: [],
  lanes: [],
  budgets: [],
  prices: new Map(),
  tiers: new Map(),
  cache: undefined,
  escalateIf: undefined,
});

/** Seats a team, and those nested in it. */
export function seatTeam({
  team,
  prefix = "",
  above = NOTHING_ABOVE,
  overrides = {},
  registry,
  timeoutsOf,
}: SeatingOptions): Seating {
  const { lanes, label } = team;
  const here: Above = {
    limiters: [...above.limiters, team.slots],
    lanes: lanes === undefined ? above.lanes : [...above.lanes, lanes],
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
  const sitting = { team, above: here, overrides, registry, timeoutsOf };
  const seatMember = ({ name, worker }: Member): Seat | Seating => {
    const place = `${prefix}${name}`;
    return isTeam(worker)
      ? seatTeam({
          team: worker,
          prefix: `${place}/`,
          above: here,
          overrides,
          registry,
          timeoutsOf,
        })
      : seatAgent(sitting, worker, place);
  };

  const judges = new Map<Agent, JudgeSeat>();
  const asked = team.resolve.flatMap(({ asks = [] }) => asks);
  for (const agent of [...asked, ...askedToCompare(team)]) {
    if (judges.has(agent)) continue;
    // A member's name never begins with "~".
    const name = `~${agent.name}`;
    judges.set(agent, { name, seat: seatAgent(sitting, agent, prefix + name) });
  }
  const seats = team.members.map(seatMember);
  const definitions = (): readonly string[] =>
    seats.map((seat) => (isSeating(seat) ? seat.definition() : wholeDefinition(seat)));
  for (const resolver of team.resolve) checkRerun(resolver, here, team);
  return {
    team,
    place: prefix.slice(0, -1),
    definition: once(() => teamDefinition(team, definitions())),
    seats,
    judges,
    collectors: [...seats, ...[...judges.values()].map(({ seat }) => seat)].flatMap(collectorsIn),
    doubts:
      here.tiers.size > 0 &&
      seats.some((seat) => !isSeating(seat) && withStandIns(seat).some(mayBeContradicted)),
    reruns: team.resolve.some(({ reruns }) => reruns !== undefined),
  };
}

function checkRerun({ name, reruns }: Resolver, { tiers }: Above, { where }: Team): void {
  const tier = reruns?.tier;
  if (tier === undefined || tiers.has(tier)) return;
  const has = tiersOf(tier, tiers);
  throw new QuorateError("BAD_OPTIONS", `${name} asks at the tier "${tier}", and ${where} ${has}`);
}

/** The collectors of a seat, or of all in a team. */
export function collectorsIn(seat: Seat | Seating): readonly Collector[] {
  if (isSeating(seat)) return seat.collectors;
  return seat.batch === undefined ? [] : [seat.batch];
}

/** Prices of several lists; those of a later one win. */
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

/** Whether a seat is a nested team's. */
export function isSeating(seat: Seat | Seating): seat is Seating {
  return "seats" in seat;
}
