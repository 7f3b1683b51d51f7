import type { InputOf, Workers } from "../describe/agent.ts";
import type { Clock } from "../async/clock.ts";
import type { UpstreamResult } from "../model/call.ts";
import {
  anything,
  fitting,
  func,
  integer,
  milliseconds,
  record,
  orInfinity,
  text,
  thing,
  word,
} from "../check/kinds.ts";
import { NAME } from "../check/name.ts";
import { option, options, type Options, type Table } from "../check/options.ts";
import { BACKEND, CLOCK, SIGNAL } from "../check/arguments.ts";
import { isComparator, type Comparator, type Compare } from "../conflict/compare.ts";
import type { Tracing } from "../call/tracing.ts";
import type { ExecutorFactory } from "../executor/executor.ts";
import type { Redact } from "../log/redact.ts";
import { QuorateError } from "../model/errors.ts";
import type { LiveEvent } from "../model/events.ts";
import { BUDGETS, type Budget, type CheckedBudget } from "../money/budget.ts";
import { PRICES, type Price, type Prices } from "../money/price.ts";
import {
  CACHE,
  RUN_CACHE,
  type CacheOptions,
  type CacheSettings,
  type RunCache,
} from "../describe/cache.ts";
import { LIMITERS, type DescribedLimiter, type LimiterOptions } from "../limits/limiter-options.ts";
import { LIMITS, type CallLimits } from "../describe/limits.ts";
import { ESCALATE_ALL_IF, TIERS, type EscalateIf, type Tiers } from "../describe/tier.ts";
import { GATE, type Gate, type GateOptions } from "../resolve/gate.ts";
import type { Resolver } from "../resolve/resolver.ts";
import { RUN_PANEL, TEAM_PANEL, type PanelSettings, type TeamPanel } from "./panel-options.ts";
import { TAGS, TENANT, type Whose } from "./whose-run.ts";
import type { WaitingRun } from "./waiting-run.ts";
import type { Backend } from "./backend.ts";
import type { NameOf, NoList, OutcomeOf, TaskOf, UnderOwnNames, WinnerOf } from "./infer.ts";

/**
 * - `parallel`: all at once, but what `needs` others when those have answered.
 * - `sequence`: one after another in the order of the record, each seeing the results before it.
 */
export type Mode = "parallel" | "sequence";

/** Which agents a task is for; what they need is added. */
export type Route<Name extends string, Task> =
  | readonly Name[]
  | ((task: Task) => readonly Name[] | Promise<readonly Name[]>);

/** How a supervisor is described. Limits stand for its agents, where those have none of their own. */
export interface SupervisorOptions<
  Agents extends Workers,
  Mapped extends keyof Agents,
  Answer,
  Name extends string = string,
> extends CallLimits {
  /** Its place in the log, and its key in another team. As an agent's: at most 100 characters, without `/` and `~`. */
  readonly name: Name;
  readonly version?: string;
  readonly description?: string;
  /** The team. A key is its agent's name. */
  readonly agents: NoList & Agents & UnderOwnNames<Agents>;
  /** `"parallel"` where left out. */
  readonly mode?: Mode;
  /** All agents where left out. */
  readonly route?: Route<NameOf<NoInfer<Agents>>, TaskOf<NoInfer<Agents>, Mapped>>;
  /** What an agent is asked in place of the task. */
  readonly inputs?: {
    readonly [K in Mapped]: (
      task: TaskOf<NoInfer<Agents>, Mapped>,
      results: Readonly<Record<string, UpstreamResult | undefined>>,
    ) => InputOf<Agents[K]>;
  };
  /** Agents without whose answer the run is `failed`. In sequence nobody is asked after one of them failed. */
  readonly required?: readonly NameOf<NoInfer<Agents>>[];
  /** The run is `failed` when fewer agents answer (1). */
  readonly minAnswers?: number;
  /** How long each of its runs may take, in ms, as of `RunOptions`. For ever where left out; not of a nested supervisor. */
  readonly deadlineMs?: number;
  /** How many attempts are in flight at most, over all runs of this supervisor (8). */
  readonly concurrency?: number;
  /** How conflicts are settled: one resolver, or the first of a list that decides. `DEFAULT_CHAIN` where left out. */
  readonly resolve?: Resolver | readonly Resolver[];
  /** How positions are compared, by subject; `equal()` where left out. */
  readonly compare?: Compare;
  /** How open findings are grouped; `similar()` where left out. */
  readonly similar?: Comparator;
  /** What has to be decided for the outcome to pass: `outcome.passed`, and exit code 4 of the command line where it does not. */
  readonly gate?: GateOptions<WinnerOf<NoInfer<Agents>>>;
  /** As a worker of another supervisor: what it needs, and its limits as one call (none where left out). */
  readonly needs?: Workers;
  readonly asWorker?: Pick<CallLimits, "timeoutMs" | "retries">;
  /** As a worker of another supervisor: what it answers. Its verdicts where left out, each decided one a claim. */
  readonly answer?: (outcome: OutcomeOf<NoInfer<Agents>>) => Answer;
  /** Where its events, limits and work live: `memory()` where left out. */
  readonly backend?: Backend;
  /** What a run may spend, or with a `scope` all that name it. */
  readonly budget?: Budget | readonly Budget[];
  /** What models cost, for agents that report tokens only. */
  readonly prices?: Prices;
  /** Keeps the answers of its agents for other runs; an agent's own word wins. */
  readonly cache?: boolean | CacheOptions;
  /** What agents are asked with, by the name of a tier, from cheap to dear: they get it as `context.model`. */
  readonly tiers?: Tiers;
  /** When an agent is asked once more, at the next tier; an agent's own word wins. */
  readonly escalateIf?: readonly Exclude<EscalateIf, (...args: never) => unknown>[];
  /**
   * Limits with names, which its agents and those of teams in it name: `{ openai: { concurrency: 4, callsPerMinute: 60 } }`. Teams that
   * share a backend have one limiter of a name, and give it the same settings.
   */
  readonly limiters?: Readonly<Record<string, LimiterOptions>>;
  /** How many subjects its chain asks judges about at most, most held first (20); the others stay undecided. */
  readonly maxSubjects?: number;
  /**
   * When enough of its members have answered, so that nobody else is asked. `"certain"`: nothing still to come could change the winner.
   * `"lead"`: or two who are not kin hold what leads, where at least 20 truths are known. `{ until, order, explore, kin }`: more. All are
   * asked where it is left out.
   */
  readonly panel?: TeamPanel<NameOf<NoInfer<Agents>>>;
  /** Takes secrets out of what is kept and shown. What it changes cannot be used again when a run is resumed. */
  readonly redact?: Redact;
  /**
   * A secret of the caller's, at least 16 characters, that hashes of redacted content are keyed with. Without one such content has no
   * hash, as it could be guessed from that: its answers are not cached, joined or taken over by a fork.
   */
  readonly hashSecret?: string;
  /**
   * Where attempts are carried out: in this process where left out. Made once, before the first attempt; whoever gives it closes it. Of a
   * nested supervisor that of its root counts.
   */
  readonly executor?: ExecutorFactory;
  /**
   * Those of its agents, or teams in it, that are at work in other processes, on other machines perhaps: in those that take their attempts
   * (`takeAttempts`, `quorate worker --agents`). A backend that reaches no other machine (`memory()`, `sqlite()`) has them here. Who stands in
   * for one of them, and who judges, is asked where the run is.
   */
  readonly elsewhere?: readonly NameOf<NoInfer<Agents>>[];
  /**
   * Hears of every event of its runs that this process keeps, once it is kept, and of progress: for logs and metrics of the caller's
   * own. It is called at once and not waited for; what it throws is a warning of the process, and fails no run. Of a nested supervisor
   * it is not called: its events are those of the run that it is asked in.
   */
  readonly onEvent?: (event: LiveEvent) => unknown;
  /**
   * Traces its runs, for instance `otel()` of `quorate/otel`: the agents of an attempt work in the context of its span, and the log of a run
   * has the trace context of the run. What fails in it is a warning of the process, and no run fails by it. Of a nested supervisor that of
   * its root counts.
   */
  readonly tracing?: Tracing;
  /**
   * Hears of every run that goes to sleep until a person has decided, once for each time it asks: for a message to that person. Where
   * `keepResuming` is at work, also of those that wait already, so that none is lost with a process; then the same question may be told
   * by several processes, and `runId` and `askedAt` tell which it is. It is called as `onEvent` is, and harms no run either.
   */
  readonly onWaiting?: (waiting: WaitingRun) => unknown;
  readonly clock?: Clock;
}

/** What one run may have its own way. Limits win over those of the supervisor and of its agents. */
export interface RunOptions<Name extends string = string> extends CallLimits, Whose {
  /** A name of the caller's own for the run, at most 200 characters; a random UUID where left out. */
  readonly runId?: string;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /**
   * How long the run may take, in ms from when it is begun or gone on with; `Infinity`: for ever. What has no answer by then has failed
   * with `TIMEOUT`, and the run is decided on the answers that there are. A route, or an agent's schema for the task, that has not
   * answered by then rejects the run with `TIMEOUT`.
   */
  readonly deadlineMs?: number;
  /** Which agents this task is for; wins over the supervisor's route. */
  readonly route?: readonly Name[];
  readonly mode?: Mode;
  /** When enough have answered, as of the supervisor; `false`: everybody is asked. Not of nested supervisors. */
  readonly panel?: TeamPanel<Name> | false;
  /** Where this run lives; the supervisor's backend where left out. */
  readonly backend?: Backend;
  /** How many attempts of this run are in flight at most; the supervisor's limit holds besides. */
  readonly concurrency?: number;
  /** What this run may spend, besides what its supervisor says. */
  readonly budget?: Budget | readonly Budget[];
  /** What models cost in this run; a model that is in them has its price here, whatever its supervisor says. */
  readonly prices?: Prices;
  /** Whose answers are used from the cache, and whether any are. */
  readonly cache?: RunCache;
}

/** What going on with a run may have its own way. Its route, mode, tenant and tags are those it was begun with. */
export interface ResumeOptions extends Omit<
  RunOptions,
  "runId" | "route" | "mode" | "panel" | keyof Whose
> {
  /** The run's task, where `redact` has taken something out of it: else the run cannot go on. */
  readonly input?: unknown;
}

/** How a run is forked. */
export interface ForkOptions<
  Task = unknown,
  Name extends string = string,
> extends RunOptions<Name> {
  /** The place of an agent that is asked anew: its name, below those of its supervisors, joined by `/`. */
  readonly from?: string;
  /** Another task, in place of the run's. */
  readonly input?: Task;
}

/** What there was before 0.2.0. */
export const RENAMED: Readonly<Record<"store", string>> = {
  store:
    "renamed to backend; use backend: memory(), sqlite({ path }), or { store } with a store of your own",
};

const MAX_CONCURRENCY = 1_000_000;
const MAX_SUBJECTS = 1_000_000;
const LEAST_SECRET_CHARS = 16;

const MODE = word("parallel", "sequence");
const DEADLINE_MS = orInfinity(milliseconds(1));
const CONCURRENCY = integer(1, MAX_CONCURRENCY);

/** A secret of the caller's; one that is short could be guessed. Never quotes it. */
const HASH_SECRET = option<string>((secret, what) => {
  if (typeof secret === "string" && secret.length >= LEAST_SECRET_CHARS) return secret;
  const got = typeof secret === "string" ? "too short" : `a value of type ${typeof secret}`;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${got}; use a random text of at least ${LEAST_SECRET_CHARS} characters`,
  );
}, "");

const AS_WORKER: Options<Pick<CallLimits, "timeoutMs" | "retries">> = options(
  { timeoutMs: LIMITS.table.timeoutMs, retries: LIMITS.table.retries },
  { instead: "use { timeoutMs, retries }" },
);

type AnySupervisorOptions = SupervisorOptions<Workers, string, unknown>;

export const SUPERVISOR: Options<
  AnySupervisorOptions,
  "mode" | "required" | "elsewhere" | "minAnswers" | "concurrency" | "maxSubjects",
  {
    readonly budget: readonly CheckedBudget[];
    readonly prices: ReadonlyMap<string, Price>;
    readonly cache: CacheSettings | false | undefined;
    readonly gate: Gate | undefined;
    readonly tiers: ReadonlyMap<string, unknown> | undefined;
    readonly panel: PanelSettings | undefined;
    readonly limiters: ReadonlyMap<string, DescribedLimiter>;
  }
> = options(
  {
    name: NAME.needed(),
    version: text('use a text, for instance "1"'),
    description: text("use a sentence"),
    agents: anything<Workers>().or({}),
    mode: MODE.or("parallel"),
    route: fitting(
      (given) => typeof given === "function" || Array.isArray(given),
      'use a list ["agent"] or a function (task) => ["agent"]',
    ),
    inputs: record("use { agent: (task, results) => … }"),
    required: fitting<readonly string[]>(Array.isArray, 'use a list ["agent"]').or([]),
    elsewhere: fitting<readonly string[]>(Array.isArray, 'use a list ["agent"]').or([]),
    // At most as many as it has agents.
    minAnswers: integer(0).or(1),
    deadlineMs: DEADLINE_MS,
    concurrency: CONCURRENCY.or(8),
    resolve: anything(),
    compare: record("use { subject: within({ percent: 5 }) }"),
    similar: thing("comparator", isComparator, "use similar({ threshold })"),
    needs: record("use { other }, with the agents it needs"),
    asWorker: AS_WORKER,
    answer: func("use (outcome) => …"),
    gate: GATE,
    backend: BACKEND,
    budget: BUDGETS,
    prices: PRICES.or(new Map<string, Price>()),
    cache: CACHE,
    tiers: TIERS,
    escalateIf: ESCALATE_ALL_IF,
    limiters: LIMITERS.or(new Map<string, DescribedLimiter>()),
    maxSubjects: integer(0, MAX_SUBJECTS).or(20),
    panel: TEAM_PANEL,
    redact: anything(),
    hashSecret: HASH_SECRET,
    executor: func("use (agents) => executor"),
    onEvent: func("use (event) => …"),
    tracing: func("use otel() of quorate/otel"),
    onWaiting: func("use (waiting) => …"),
    clock: CLOCK,
    ...LIMITS.table,
  },
  {
    former: {
      ...RENAMED,
      lanes:
        "renamed to limiters; use limiters: { openai: { concurrency: 4 } }, with everybody: true where all agents pass it",
      engine:
        "renamed to executor, which is told what happens to attempts as events: { start, cancel, close }",
      earlyStop:
        'removed; leave it out, or use panel: "certain", which asks no more agents than it takes',
    },
  },
);

/** What the options of a run become when they are checked. */
export interface MadeOfRun {
  readonly panel: PanelSettings | false | undefined;
  readonly budget: readonly CheckedBudget[];
  readonly prices: ReadonlyMap<string, Price> | undefined;
}

const OF_A_RUN: Table<Omit<RunOptions, "runId" | keyof CallLimits>, never, MadeOfRun> = {
  signal: SIGNAL,
  deadlineMs: DEADLINE_MS,
  route: anything(),
  mode: MODE,
  panel: RUN_PANEL,
  backend: BACKEND,
  concurrency: CONCURRENCY,
  budget: BUDGETS,
  prices: PRICES,
  cache: RUN_CACHE,
  tenant: TENANT,
  tags: TAGS,
};

/** What every way to run a task may be told. */
export const RUN: Options<Omit<RunOptions, "runId">, never, MadeOfRun> = options(
  { ...OF_A_RUN, ...LIMITS.table },
  { former: RENAMED },
);

/** What a run may be told that is begun, gone on with or forked. */
export const DRIVEN: Options<ForkOptions, never, MadeOfRun> = options(
  {
    runId: anything(),
    ...OF_A_RUN,
    from: text("name the place of an agent"),
    input: anything(),
    ...LIMITS.table,
  },
  { former: RENAMED },
);
