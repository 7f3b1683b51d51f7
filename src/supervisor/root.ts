import type { Agent } from "../agent.ts";
import type { Clock } from "../async/clock.ts";
import { deadlines, type Deadlines } from "../async/deadlines.ts";
import type { Engine, EngineFactory } from "../engine/engine.ts";
import type { Outcome } from "../outcome.ts";
import { lane } from "../policy/admission.ts";
import { checkLimits, mergeLimits, type CallLimits } from "../policy/limits.ts";
import type { Store } from "../store/store.ts";
import type { RunOptions } from "./options.ts";
import { isSeating, seatTeam, type Seating } from "./seating.ts";
import { checkConcurrency, type Team } from "./team.ts";

/** What a supervisor needs to run tasks. */
export interface Root {
  readonly team: Team;
  readonly store: Store;
  readonly clock: Clock;
  readonly engineOf: EngineFactory;
  /** The team as it is seated when a run wants nothing otherwise. */
  readonly seated: Seated;
  /** Runs under way in this process under ids that their callers chose. */
  readonly named: Map<string, NamedRun>;
}

/** A run that another caller may join. */
export interface NamedRun {
  readonly task: unknown;
  readonly outcome: Promise<Outcome>;
}

/** A seated team, and the engine that finds its agents. */
export interface Seated {
  readonly seating: Seating;
  readonly engine: Engine;
  /** The largest task, in bytes of JSON. */
  readonly maxBytes: number;
  /** Whether any agent of the root has a schema for its task. */
  readonly checks: boolean;
  /** The places of all agents and teams below the root. */
  readonly places: ReadonlySet<string>;
  /** Those of the teams. */
  readonly teams: ReadonlySet<string>;
}

/** The root as a run wants it: seated anew when it has limits of its own. Throws `BAD_OPTIONS`. */
export function reseated(root: Root, options: RunOptions): Root {
  const { concurrency, timeoutMs, graceMs, retries, backoff, maxBytes } = options;
  const wanted = concurrency ?? timeoutMs ?? graceMs ?? retries ?? backoff ?? maxBytes;
  if (wanted === undefined) return root;
  return { ...root, seated: seatRoot(root, options) };
}

/** Seats a team as a root. Throws `BAD_OPTIONS` for what a run wants otherwise and cannot have. */
export function seatRoot(
  { team, clock, engineOf }: Pick<Root, "team" | "clock" | "engineOf">,
  options?: RunOptions,
): Seated {
  const overrides: CallLimits = checkLimits(options ?? {}, `a run of ${team.where}`);
  // Seated for one run only, whose timers go with it.
  const reused = options === undefined;
  const registry = new Map<string, Agent>();
  const lanes =
    options?.concurrency === undefined
      ? []
      : [lane(checkConcurrency(options.concurrency, `a run of ${team.where}`))];
  const timeoutsOf = timeoutsBy(clock, reused);
  const seating = seatTeam({ team, lanes, overrides, registry, timeoutsOf });
  const { maxBytes } = mergeLimits(team.limits, overrides);
  const checks = seating.seats.some((seat) => !isSeating(seat) && seat.agent.input !== undefined);
  const places = new Set(
    [...registry.keys()].filter((place) => !place.includes("~")).flatMap(withTeams),
  );
  const teams = new Set([...places].filter((place) => !registry.has(place)));
  return { seating, engine: engineOf(registry), maxBytes, checks, places, teams };
}

/** `"a/b/c"` and the teams it stands in: `"a"`, `"a/b"`. */
function withTeams(place: string): readonly string[] {
  const names = place.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
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
