import type { Agent } from "../agent.ts";
import { Cancellation, follow } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { deadlines, type Deadlines } from "../async/deadlines.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { UNKNOWN_COST } from "../call.ts";
import type { Engine, EngineFactory } from "../engine/engine.ts";
import { checkInput, takeInput, type CheckedInputs } from "../engine/input.ts";
import type { History, Origin } from "../engine/history.ts";
import { Journal } from "../engine/journal.ts";
import { ValueHashes } from "../engine/key.ts";
import { Tally, type Run } from "../engine/run.ts";
import { describeThrown } from "../errors.ts";
import type { ForkOf, LiveEvent } from "../events.ts";
import type { Bill, Outcome } from "../outcome.ts";
import { lane } from "../policy/admission.ts";
import { checkLimits, mergeLimits, type CallLimits } from "../policy/limits.ts";
import type { Store } from "../store/store.ts";
import { coordinate, type Assignment, type Coordinated } from "./coordinate.ts";
import { performTeam } from "./nested.ts";
import type { RunOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import { planFor } from "./route.ts";
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
}

/** A run under way. */
export interface Started {
  readonly runId: string;
  readonly outcome: Promise<Outcome>;
  readonly cancellation: Cancellation;
}

/** Seats a team as a root. Throws `BAD_OPTIONS` for what a run wants otherwise and cannot have. */
export function seatRoot(
  { team, clock, engineOf }: Pick<Root, "team" | "clock" | "engineOf">,
  options: RunOptions = {},
): Seated {
  const overrides: CallLimits = checkLimits(options, `a run of ${team.where}`);
  const registry = new Map<string, Agent>();
  const lanes =
    options.concurrency === undefined
      ? []
      : [lane(checkConcurrency(options.concurrency, `a run of ${team.where}`))];
  const timeoutsOf = timeoutsBy(clock);
  const seating = seatTeam({ team, lanes, overrides, registry, timeoutsOf });
  const { maxBytes } = mergeLimits(team.limits, overrides);
  const checks = seating.seats.some((seat) => !isSeating(seat) && seat.agent.input !== undefined);
  const places = new Set(
    [...registry.keys()].filter((place) => !place.includes("~")).flatMap(withTeams),
  );
  return { seating, engine: engineOf(registry), maxBytes, checks, places };
}

/** `"a/b/c"` and the teams it stands in: `"a"`, `"a/b"`. */
function withTeams(place: string): readonly string[] {
  const names = place.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

/** One list of deadlines per timeout. */
function timeoutsBy(clock: Clock): (timeoutMs: number) => Deadlines | undefined {
  const lists = new Map<number, Deadlines>();
  return (timeoutMs) => {
    if (timeoutMs === Infinity) return undefined;
    const list = lists.get(timeoutMs) ?? deadlines(clock, timeoutMs);
    lists.set(timeoutMs, list);
    return list;
  };
}

/** Begins a run, or goes on with it. Never throws: what keeps a run from having an outcome rejects `outcome`. */
export function startRun(
  root: Root,
  conduct: (driver: Driver) => Promise<Outcome>,
  runId: string,
  options: RunOptions,
  watch?: (event: LiveEvent) => void,
): Started {
  const cancellation = new Cancellation();
  return {
    runId,
    outcome: drive(root, conduct, runId, options, cancellation, watch),
    cancellation,
  };
}

/** A run in this process: what it was given, and what it has made of it. */
export interface Driver {
  readonly root: Root;
  readonly runId: string;
  readonly options: RunOptions;
  readonly seated: Seated;
  readonly store: Store;
  readonly cancellation: Cancellation;
  readonly watch: ((event: LiveEvent) => void) | undefined;
}

async function drive(
  root: Root,
  conduct: (driver: Driver) => Promise<Outcome>,
  runId: string,
  options: RunOptions,
  cancellation: Cancellation,
  watch: ((event: LiveEvent) => void) | undefined,
): Promise<Outcome> {
  const { seated } = reseated(root, options);
  const { signal, store = root.store } = options;
  using _following = signal === undefined ? undefined : follow(signal, cancellation);
  if (cancellation.cancelled) throw cancellation.reason;
  return await conduct({ root, runId, options, seated, store, cancellation, watch });
}

/** A new run, from its first event to its last. Of a fork, `planned` is the plan of its origin. */
export async function conductNew(
  driver: Driver,
  given: unknown,
  origin?: Origin,
  planned?: Plan,
): Promise<Outcome> {
  const { root, options, seated, cancellation } = driver;
  const { team } = root;
  const task = takeInput(given, seated.maxBytes, `the task of ${team.where}`);
  const planning = planned ?? planFor(team, task, cancellation, options);
  const plan = planning instanceof Promise ? await planning : planning;
  const checked = seated.checks ? await checkTask(seated, plan, task, cancellation) : undefined;
  const run = openRun(driver, origin === undefined ? {} : { origin });
  const { mode, agents } = plan;
  // Not waited for: nothing is asked before its own first event is kept, and with it these.
  run.journal.note([
    run.hashes === undefined
      ? { type: "run.started", supervisor: team.label, input: task }
      : {
          type: "run.started",
          supervisor: team.label,
          definition: seated.seating.definition(),
          input: task,
          ...(origin !== undefined && { forkOf: forkOf(origin) }),
        },
    { type: "run.planned", mode, agents },
  ]);
  return conclude(driver, run, { task, plan, prefix: "", checked });
}

function forkOf({ history, from }: Origin): ForkOf {
  return { runId: history.runId, ...(from !== undefined && { from }) };
}

/** What a run goes on from. */
export interface Beginning {
  /** Where its owner stands in its log, when it had begun. */
  readonly position?: { readonly fence: number; readonly history: History };
  /** The run that it is a fork of. */
  readonly origin?: Origin;
}

/** A run with its journal, from the beginning or from where it stopped. */
export function openRun(driver: Driver, { position, origin }: Beginning = {}): Run {
  const { root, runId, store, cancellation, watch, seated } = driver;
  const { clock } = root;
  const journal = new Journal({
    runId,
    store,
    clock,
    redact: root.team.redact,
    watch,
    fail: (error) => cancellation.cancel(error),
    ...(position !== undefined && {
      fence: position.fence,
      lastSeq: position.history.events.length,
    }),
  });
  return {
    journal,
    cancellation,
    clock,
    engine: seated.engine,
    tally: new Tally(),
    hashes: store.resumable ? new ValueHashes() : undefined,
    history: position?.history,
    origin,
    waits: [],
  };
}

/** Carries a run to its last event. */
export async function conclude(
  { seated, store, runId }: Driver,
  run: Run,
  assignment: Assignment,
  fence = 1,
): Promise<Outcome> {
  const { journal, tally } = run;
  try {
    const done = await coordinate(run, seated.seating, assignment, performTeam);
    const { status, results, verdicts, conflicts, missing } = done;
    countUnmet(run);
    const bill = tally.bill();
    await recordEnd(run, done, bill);
    journal.close();
    if (status === "waiting") await letGo(store, runId, fence);
    const outcome = { runId, status, results, verdicts, conflicts, missing, bill };
    const fresh = run.history === undefined && run.origin === undefined;
    return fresh ? outcome : { ...outcome, reuse: tally.reuse };
  } catch (reason) {
    journal.note([{ type: "run.cancelled", reason: describeThrown(reason) }]);
    journal.close();
    // Whoever goes on with the run need not wait for this process to end.
    if (store.resumable) await letGo(store, runId, fence);
    throw reason;
  }
}

/** The run's last event; or that it waits, unless that is what its log ends with and nothing has come since. */
async function recordEnd(
  { journal, history, waits }: Run,
  { status, missing }: Coordinated,
  bill: Bill,
): Promise<void> {
  if (status !== "waiting") {
    const ended = journal.record([{ type: "run.finished", status, missing, bill }]);
    if (ended !== undefined) await ended;
  } else if (!journal.untouched || history?.events.at(-1)?.type !== "run.waiting") {
    await journal.record([{ type: "run.waiting", verdicts: waits }]);
  }
}

/** Puts on the bill what the log knows and nobody had to ask about again. */
function countUnmet({ history, tally }: Run): void {
  for (const { state, attempt, cost } of history?.unmet() ?? []) {
    tally.called();
    tally.replayed();
    tally.attempted(state === "begun" ? UNKNOWN_COST : cost, attempt);
  }
}

async function letGo(store: Store, runId: string, fence: number): Promise<void> {
  try {
    await store.release(runId, fence);
  } catch {
    // The store has failed before; the reason is on its way to the caller.
  }
}

/** Checks the task against the schemas of all who are asked, before anything runs. */
async function checkTask(
  { seating, maxBytes }: Seated,
  { planned }: Plan,
  task: unknown,
  cancellation: Cancellation,
): Promise<CheckedInputs> {
  const checked: CheckedInputs = new Map();
  for (const index of planned) {
    const seat = seating.seats[index];
    if (seat === undefined || isSeating(seat)) continue;
    if (seat.agent.input === undefined || seating.team.members[index]?.input !== undefined)
      continue;
    const input = checkInput(seat.agent, { task, results: {}, checked }, maxBytes);
    if (input instanceof Promise) await orCancelled(input, cancellation);
  }
  return checked;
}

/** The root as a run wants it: seated anew when it has limits of its own. Throws `BAD_OPTIONS`. */
export function reseated(root: Root, options: RunOptions): Root {
  const { concurrency, timeoutMs, graceMs, retries, backoff, maxBytes } = options;
  const wanted = concurrency ?? timeoutMs ?? graceMs ?? retries ?? backoff ?? maxBytes;
  if (wanted === undefined) return root;
  return { ...root, seated: seatRoot(root, options) };
}
