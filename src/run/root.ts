import type { Clock } from "../async/clock.ts";
import type { Checked } from "../check/options.ts";
import { deadlines, type Deadlines } from "../async/deadlines.ts";
import type { AgentRegistry, Executor, RegisteredAgent } from "../executor/executor.ts";
import type { Flights } from "../call/cache/single-flight.ts";
import type { OwnedBudget } from "../money/budget.ts";
import { withStandIns } from "../call/ladder.ts";
import type { Seat } from "../call/seat.ts";
import type { Outcome } from "../model/outcome.ts";
import { makeLimit } from "../limits/limit.ts";
import type { ScopeQueues } from "../limits/scope-queue.ts";
import { LIMITS, mergeLimits } from "../describe/limits.ts";
import type { Store } from "../store/store.ts";
import type { Backend } from "../team/backend.ts";
import type { RUN } from "../team/options.ts";
import type { OnEvent } from "./listeners.ts";
import type { WaitingRun } from "../team/waiting-run.ts";
import type { Secrecy } from "./secrecy.ts";
import { isSeating, NOTHING_ABOVE, seatTeam, type Seating } from "../team/seating.ts";
import type { Whose } from "../team/whose-run.ts";
import type { Team } from "../team/team.ts";

/** What a supervisor needs to run tasks. */
export interface Root {
  readonly team: Team;
  readonly backend: Backend;
  readonly clock: Clock;
  /** The team as it is seated when a run wants nothing otherwise. */
  readonly seated: Seated;
  /** Carries out the attempts of all of its runs. */
  readonly executor: Executor;
  /** Runs under way in this process under ids that their callers chose. */
  readonly named: Map<string, NamedRun>;
  /** Those that wait for a person, by their ids: what is secret in them is known to this process. */
  readonly asleep: Map<string, Asleep>;
  /** Where attempts wait for what is kept in a store. */
  readonly queues: ScopeQueues;
  /** The calls under way that others may join. */
  readonly flights: Flights;
  /** Hears of every event of its runs. */
  readonly onEvent: OnEvent | undefined;
  /** Hears of every run that goes to sleep, once. */
  readonly onWaiting: ((waiting: WaitingRun) => void) | undefined;
  /** Who looks for runs that could go on: called when one of this process goes to sleep. */
  readonly keepers: Set<() => void>;
}

/** A run that waits for a person. */
export interface Asleep {
  readonly store: Store;
  readonly secrecy: Secrecy;
}

/** A run that another caller may join. */
export interface NamedRun {
  readonly task: unknown;
  readonly whose: Whose;
  readonly outcome: Promise<Outcome>;
}

/** A seated team. */
export interface Seated {
  readonly seating: Seating;
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
  /** Every agent, judges and fallbacks too, at its first tier, by its place. */
  readonly seatsAt: ReadonlyMap<string, Seat>;
  /** Whether any agent keeps its answers for other runs. */
  readonly caches: boolean;
  /** How long the slowest of its agents is given to stop, in ms. */
  readonly graceMs: number;
}

/** The root as a run wants it: seated anew when it has limits of its own. */
export function reseated(root: Root, options: Checked<typeof RUN>): Root {
  const { concurrency, timeoutMs, graceMs, retries, backoff, maxBytes, budget, prices } = options;
  const limits = [concurrency, timeoutMs, graceMs, retries, backoff, maxBytes, budget[0], prices];
  if (limits.every((one) => one === undefined)) return root;
  return { ...root, seated: seatRoot(root, options) };
}

/** Seats a team as a root. */
export function seatRoot(
  { team, clock }: Pick<Root, "team" | "clock">,
  options?: Checked<typeof RUN>,
): Seated {
  const limits = LIMITS.among(options ?? {});
  const overrides = { ...limits, prices: options?.prices };
  // Seated for one run only, whose timers go with it.
  const reused = options === undefined;
  const registry = new Map<string, RegisteredAgent>();
  const limiters = options?.concurrency === undefined ? [] : [makeLimit(options.concurrency)];
  const timeoutsOf = timeoutsBy(clock, reused);
  const budgets = (options?.budget ?? []).map((budget) => ({
    budget,
    place: "",
    whose: "this run",
  }));
  const above = { ...NOTHING_ABOVE, limiters, budgets };
  const seating = seatTeam({ team, above, overrides, registry, timeoutsOf });
  const { maxBytes } = mergeLimits(team.limits, limits);
  const checks = seating.seats.some((seat) => !isSeating(seat) && seat.agent.input !== undefined);
  const seats = allSeats(seating);
  return {
    seating,
    registry,
    maxBytes,
    checks,
    places: new Set(placesIn(seating)),
    budgets: [...new Set(seats.flatMap(({ budgets }) => budgets))],
    seatsAt: new Map(seats.map((seat) => [seat.place, seat])),
    caches: seats.some(({ cache }) => cache !== undefined),
    graceMs: seats.reduce((most, { limits }) => Math.max(most, limits.graceMs), 0),
  };
}

/** Every agent's seat, judges and fallbacks too, at its first tier. */
function allSeats({ seats, judges }: Seating, found: Seat[] = []): readonly Seat[] {
  for (const seat of [...seats, ...[...judges.values()].map((judge) => judge.seat)]) {
    if (isSeating(seat)) allSeats(seat, found);
    else found.push(...withStandIns(seat));
  }
  return found;
}

/** The places of a team's members, each team followed by those in it. */
function placesIn({ seats }: Seating): readonly string[] {
  return seats.flatMap((seat) => [seat.place, ...(isSeating(seat) ? placesIn(seat) : [])]);
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
