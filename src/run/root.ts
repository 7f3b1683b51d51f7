import type { Clock } from "../async/clock.ts";
import type { Checked } from "../check/options.ts";
import { deadlines, type Deadlines } from "../async/deadlines.ts";
import type { AgentRegistry, Executor, RegisteredAgent } from "../executor/executor.ts";
import type { Flights } from "../call/cache/single-flight.ts";
import type { OwnedBudget } from "../money/budget.ts";
import { withStandIns } from "../call/ladder.ts";
import type { ConfiguredAgent } from "../call/configured-agent.ts";
import type { Tracing } from "../call/tracing.ts";
import type { Outcome } from "../model/outcome.ts";
import type { PassingMap } from "../model/passing-map.ts";
import { makeLimit } from "../limits/limit.ts";
import { limitersIn } from "../limits/named-limiters.ts";
import type { ScopeQueues } from "../limits/scope/scope-queue.ts";
import { LIMITS, mergeLimits } from "../describe/limits.ts";
import type { Values } from "../store/values.ts";
import type { Backend } from "../team/backend.ts";
import type { RUN } from "../team/run-options.ts";
import type { OnEvent } from "./listeners.ts";
import type { WaitingRun } from "../team/waiting-run.ts";
import type { Secrecy } from "./secrecy.ts";
import type { Session } from "./session.ts";
import {
  isConfiguredTeam,
  isTeam,
  NOTHING_ABOVE,
  configureTeam,
  type ConfiguredTeam,
} from "../team/configure-team.ts";
import type { Team } from "../team/team.ts";

/** What a supervisor needs to run tasks. */
export interface Root {
  readonly team: Team;
  readonly backend: Backend;
  readonly clock: Clock;
  /** The team as configured when a run overrides nothing, in the store that has these values. */
  readonly configuredIn: (values: Values) => ConfiguredRoot;
  /** Carries out the attempts of all of its runs in a backend, whatever they override; made from the agents of the first one. */
  readonly executor: (registry: AgentRegistry, backend: Backend) => Executor;
  /** What this process knows of the runs in the store that has these values. */
  readonly runsIn: (values: Values) => RunsHere;
  /** Where attempts wait for limits that are kept in a store. */
  readonly queues: ScopeQueues;
  /** Running calls that others may join. */
  readonly flights: Flights;
  /** Receives every event of its runs. */
  readonly onEvent: OnEvent | undefined;
  /** Traces its runs. */
  readonly tracing: Tracing | undefined;
  /** Called for every run that starts to wait, once. */
  readonly onWaiting: ((waiting: WaitingRun) => void) | undefined;
  /** Called when a run of this process starts to wait, for those that look for runs to resume. */
  readonly keepers: Set<() => void>;
}

/** What a process knows of its runs in one store. */
export interface RunsHere {
  /** Those under way with ids that their callers chose. */
  readonly named: PassingMap<string, NamedRun>;
  /** The secrets of those that wait for a person. */
  readonly asleep: PassingMap<string, Secrecy>;
}

/** A run that another caller may join. */
export interface NamedRun {
  readonly task: unknown;
  /** That of the caller who began it. */
  readonly session: Session;
  readonly outcome: Promise<Outcome>;
}

/** A configured team that runs by itself. */
export interface ConfiguredRoot {
  readonly configuredTeam: ConfiguredTeam;
  /** Where an executor finds its agents. */
  readonly registry: AgentRegistry;
  /** The largest task, in bytes of JSON. */
  readonly maxBytes: number;
  /** Whether any agent of the root has a schema for its task. */
  readonly checks: boolean;
  /** The places of all agents and teams below the root. */
  readonly places: ReadonlySet<string>;
  /** Every budget in it, once. */
  readonly budgets: readonly OwnedBudget[];
  /** Every agent, including judges and fallbacks, at its first tier, by its place. */
  readonly agentsAt: ReadonlyMap<string, ConfiguredAgent>;
  /** Whether any agent keeps its answers for other runs. */
  readonly caches: boolean;
  /** The longest grace period of its agents, in ms. */
  readonly graceMs: number;
}

/** The team for one run: configured again if the run has limits of its own. */
export function configuredFor(root: Root, options: Checked<typeof RUN>): ConfiguredRoot {
  const { concurrency, timeoutMs, graceMs, retries, backoff, maxBytes, budget, prices } = options;
  const limits = [concurrency, timeoutMs, graceMs, retries, backoff, maxBytes, budget[0], prices];
  const { values } = (options.backend ?? root.backend).store;
  if (limits.every((one) => one === undefined)) return root.configuredIn(values);
  return configureRoot(root, values, options);
}

/** Configures a team for all runs that override nothing: once, or, if it describes limiters, once in each store, because limiters live there. */
export function configuredOnce(
  { team, clock }: Pick<Root, "team" | "clock">,
  home: Values,
): Root["configuredIn"] {
  const known = new WeakMap<Values, ConfiguredRoot>();
  return (values) => {
    const where = hasLimiters(team) ? values : home;
    const configured = known.get(where) ?? configureRoot({ team, clock }, where);
    known.set(where, configured);
    return configured;
  };
}

/** Whether a team or one of its nested teams describes limiters. */
function hasLimiters({ limiters, members }: Team): boolean {
  return limiters.size > 0 || members.some(({ worker }) => isTeam(worker) && hasLimiters(worker));
}

/** Configures a team as a root, with the limiters of a store. */
function configureRoot(
  { team, clock }: Pick<Root, "team" | "clock">,
  values: Values,
  options?: Checked<typeof RUN>,
): ConfiguredRoot {
  const limits = LIMITS.among(options ?? {});
  const overrides = { ...limits, prices: options?.prices };
  // Configured for one run only, and its timers end with the run.
  const reused = options === undefined;
  const registry = new Map<string, RegisteredAgent>();
  const slots = options?.concurrency === undefined ? [] : [makeLimit(options.concurrency)];
  const timeoutsOf = timeoutsBy(clock, reused);
  const budgets = (options?.budget ?? []).map((budget) => ({
    budget,
    place: "",
    whose: "this run",
  }));
  const above = { ...NOTHING_ABOVE, slots, budgets };
  const named = limitersIn(values);
  const configuredTeam = configureTeam({ team, above, overrides, named, registry, timeoutsOf });
  const { maxBytes } = mergeLimits(team.limits, limits);
  const checks = configuredTeam.members.some(
    (configured) => !isConfiguredTeam(configured) && configured.agent.input !== undefined,
  );
  const members = allAgents(configuredTeam);
  return {
    configuredTeam,
    registry,
    maxBytes,
    checks,
    places: new Set(placesIn(configuredTeam)),
    budgets: [...new Set(members.flatMap(({ budgets }) => budgets))],
    agentsAt: new Map(members.map((configured) => [configured.place, configured])),
    caches: members.some(({ cache }) => cache !== undefined),
    graceMs: members.reduce((most, { limits }) => Math.max(most, limits.graceMs), 0),
  };
}

/** Every configured agent, including judges and fallbacks, at its first tier. */
function allAgents(
  { members, judges }: ConfiguredTeam,
  found: ConfiguredAgent[] = [],
): readonly ConfiguredAgent[] {
  for (const configured of [...members, ...[...judges.values()].map((judge) => judge.configured)]) {
    if (isConfiguredTeam(configured)) allAgents(configured, found);
    else found.push(...withStandIns(configured));
  }
  return found;
}

/** The places of a team's members, each team followed by its own members. */
function placesIn({ members }: ConfiguredTeam): readonly string[] {
  return members.flatMap((configured) => [
    configured.place,
    ...(isConfiguredTeam(configured) ? placesIn(configured) : []),
  ]);
}

/** One list of deadlines per timeout. */
function timeoutsBy(clock: Clock, reused: boolean): (timeoutMs: number) => Deadlines | undefined {
  const lists = new Map<number, Deadlines>();
  return (timeoutMs) => {
    if (timeoutMs === Infinity) return undefined;
    const list = lists.get(timeoutMs) ?? deadlines(clock, timeoutMs, reused);
    lists.set(timeoutMs, list);
    return list;
  };
}
