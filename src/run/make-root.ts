import type { Clock } from "../async/clock.ts";
import { flights } from "../call/cache/single-flight.ts";
import { embeddedExecutor } from "../executor/embedded.ts";
import type { AgentRegistry, Executor, ExecutorFactory } from "../executor/executor.ts";
import { makeExecutor } from "../executor/make-executor.ts";
import { scopeQueuesOf } from "../limits/scope/scope-queue.ts";
import type { Values } from "../store/values.ts";
import type { Backend } from "../team/backend.ts";
import type { SupervisorOptions } from "../team/options.ts";
import type { Team } from "../team/team.ts";
import { onceAsked } from "../team/waiting-run.ts";
import { harmlessTracing } from "./harmless-tracing.ts";
import { harmless } from "./listeners.ts";
import { configuredOnce, type Root, type RunsHere } from "./root.ts";
import { PassingMap } from "../model/passing-map.ts";

type RootTold = Pick<SupervisorOptions<never, never, unknown>, "onEvent" | "onWaiting" | "tracing">;

/** A team, and where its runs live. */
export interface RootOptions extends RootTold {
  readonly team: Team;
  readonly backend: Backend;
  readonly clock: Clock;
  /** Carries out attempts. Default: the team's executor, else its backend's, else this process. */
  readonly executor?: ExecutorFactory;
}

/** What is needed to run tasks of a team. */
export function makeRoot({ team, backend, clock, ...given }: RootOptions): Root {
  const { onEvent, onWaiting, tracing } = given;
  const executors = new Map<ExecutorFactory, Executor>();
  // One for all runs of a backend, whatever limits they have.
  const executorIn = (registry: AgentRegistry, of: Backend): Executor => {
    const make = given.executor ?? executorFor(team, of);
    const names = { name: team.label.name, where: team.where };
    const executor = executors.get(make) ?? makeExecutor(make, registry, names);
    executors.set(make, executor);
    return executor;
  };
  const runs = new WeakMap<Values, RunsHere>();
  const runsIn = (values: Values): RunsHere => {
    const known = runs.get(values) ?? { named: new PassingMap(), asleep: new PassingMap() };
    runs.set(values, known);
    return known;
  };
  return {
    team,
    backend,
    clock,
    runsIn,
    queues: scopeQueuesOf(clock),
    flights: flights(),
    onEvent: onEvent && harmless(onEvent, team.where, "onEvent"),
    tracing: tracing && harmlessTracing(tracing, team.where),
    onWaiting: onWaiting && onceAsked(harmless(onWaiting, team.where, "onWaiting")),
    keepers: new Set(),
    // Not before the first run: a team that is only used nested is configured by its root.
    configuredIn: configuredOnce({ team, clock }, backend.store.values),
    executor: executorIn,
  };
}

/** The executor for the attempts of a team that lives in a backend. */
export function executorFor(
  { executor }: Pick<Team, "executor">,
  backend: Backend,
): ExecutorFactory {
  return executor ?? backend.executor ?? embeddedExecutor;
}
