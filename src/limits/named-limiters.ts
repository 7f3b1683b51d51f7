import { BACKEND } from "../check/arguments.ts";
import { didYouMean } from "../check/did-you-mean.ts";
import type { AskedAt } from "../describe/tier.ts";
import { QuorateError } from "../model/errors.ts";
import { put } from "../model/record.ts";
import type { Store } from "../store/store.ts";
import type { Values } from "../store/values.ts";
import type { Limit } from "./limit.ts";
import {
  isForAll,
  namesAt,
  type DescribedLimiter,
  type LimitersOf,
  type RateSettings,
} from "./limiter-options.ts";
import { ownLimit, rateLimit, type LimiterState, type RateLimiter } from "./rate-limit.ts";

/** An agent, as far as it matters which limiters it passes. */
export interface LimitedAgent {
  readonly name: string;
  readonly limiters: LimitersOf | undefined;
}

/** The limiters of a backend, by their names: made when a team that has them is first configured there. */
export interface NamedLimiters {
  /** The limiter with that name. Throws `BAD_OPTIONS` if another team has given it other settings. */
  of(name: string, settings: RateSettings, where: string): RateLimiter;
  /** The limit that an agent has for itself at a tier, in all teams of the backend. */
  own(agent: LimitedAgent, tier: string | undefined): Limit;
  readonly all: ReadonlyMap<string, RateLimiter>;
}

const registries = new WeakMap<Values, NamedLimiters>();

/** The limiters of a store, known by its values, like its flights. */
export function limitersIn(values: Values): NamedLimiters {
  const known = registries.get(values) ?? namedLimiters();
  registries.set(values, known);
  return known;
}

/** A separate set of limiters. */
export function namedLimiters(): NamedLimiters {
  const all = new Map<string, RateLimiter>();
  const madeBy = new Map<string, string>();
  const owned = new WeakMap<LimitedAgent, Map<string | undefined, Limit>>();
  return {
    all,
    of(name, settings, where) {
      const known = all.get(name) ?? rateLimit(name, settings);
      if (!isSame(known.settings, settings)) {
        throw new QuorateError(
          "BAD_OPTIONS",
          `${where}: limiters.${name} has other settings than ${madeBy.get(name)} has given it, and both share a backend; give it the same, or another name`,
        );
      }
      if (!all.has(name)) madeBy.set(name, where);
      all.set(name, known);
      return known;
    },
    own(agent, tier) {
      const atTiers = owned.get(agent) ?? new Map<string | undefined, Limit>();
      const limit = atTiers.get(tier) ?? ownLimit(agent.name);
      owned.set(agent, atTiers.set(tier, limit));
      return limit;
    },
  };
}

function isSame(one: RateSettings, other: RateSettings): boolean {
  return (
    one.scope === other.scope &&
    one.concurrency === other.concurrency &&
    one.callsPerMinute === other.callsPerMinute &&
    one.tokensPerMinute === other.tokensPerMinute &&
    one.adaptive === other.adaptive &&
    one.breaker?.failures === other.breaker?.failures &&
    one.breaker?.cooldownMs === other.breaker?.cooldownMs
  );
}

/**
 * The state of a backend's limiters in this process, by their names: those of the teams that have run or planned there. Throws
 * `BAD_OPTIONS` for a value that is not a backend.
 */
export function limiters(backend: {
  readonly store: Store;
}): Readonly<Record<string, LimiterState>> {
  BACKEND.needed().take(backend, "limiters: backend");
  const states: Record<string, LimiterState> = {};
  for (const [name, { state }] of limitersIn(backend.store.values).all) put(states, name, state);
  return states;
}

/** The limiters that the agents of a team may name: its own, and those of the teams above it. */
export interface LimitersHere {
  readonly byName: ReadonlyMap<string, Limit>;
  /** Those that agents pass without naming them. */
  readonly everybody: readonly {
    readonly limit: Limit;
    readonly of: DescribedLimiter["everybody"];
    readonly what: string;
  }[];
}

export const NO_LIMITERS: LimitersHere = Object.freeze({ byName: new Map(), everybody: [] });

/** The limiters of the teams above, and those that this team describes. */
export function withLimiters(
  above: LimitersHere,
  described: ReadonlyMap<string, DescribedLimiter>,
  named: NamedLimiters,
  where: string,
): LimitersHere {
  if (described.size === 0) return above;
  const byName = new Map(above.byName);
  const everybody = [...above.everybody];
  for (const [name, { settings, everybody: of }] of described) {
    const { limit } = named.of(name, settings, where);
    byName.set(name, limit);
    if (of !== false) everybody.push({ limit, of, what: `${where}: limiters.${name}.everybody` });
  }
  return { byName, everybody };
}

/**
 * The limits that an agent passes with this tier and model, each once: those that it names, those for all agents, and its own if none of them learns.
 * Throws `BAD_OPTIONS` for an unknown name.
 */
export function limitsOf(
  { byName, everybody }: LimitersHere,
  agent: LimitedAgent,
  asked: AskedAt,
  backend: NamedLimiters,
  team: string,
): readonly Limit[] {
  const where = `agent "${agent.name}"`;
  const passed = new Set<Limit>();
  for (const { limit, of, what } of everybody) if (isForAll(of, asked, what)) passed.add(limit);
  const names = agent.limiters === undefined ? [] : namesAt(agent.limiters, asked, where);
  for (const name of names) {
    const limit = byName.get(name);
    if (limit === undefined) throw unknownName(name, byName, where, team);
    passed.add(limit);
  }
  const learns = [...passed].some(({ rate }) => rate?.adaptive === true);
  return learns ? [...passed] : [...passed, backend.own(agent, asked.tier)];
}

function unknownName(
  name: string,
  byName: LimitersHere["byName"],
  agent: string,
  team: string,
): QuorateError {
  const near = didYouMean(name, byName.keys());
  const known = [...byName.keys()].map((one) => `"${one}"`).join(", ");
  const there = known === "" ? `give ${team} limiters: { … }` : `there are ${known}`;
  return new QuorateError(
    "BAD_OPTIONS",
    `${agent} names the limiter "${name}", which neither ${team} nor a team above it has; ${near === undefined ? there : `did you mean "${near}"?`}`,
  );
}
