import type { InputOf, Workers } from "../describe/worker.ts";
import type { Route } from "../describe/route.ts";
import type { Clock } from "../async/clock.ts";
import type { UpstreamResult } from "../model/call.ts";
import { anything, func, integer, list, record, text, thing } from "../check/kinds.ts";
import { arrayIn } from "../check/given.ts";
import { NAME } from "../check/name.ts";
import { option, options, type Options } from "../check/options.ts";
import { BACKEND, CLOCK } from "../check/arguments.ts";
import { isComparator, type Comparator, type Compare } from "../conflict/compare.ts";
import type { Tracing } from "../call/tracing.ts";
import type { ExecutorFactory } from "../executor/executor.ts";
import type { Redact } from "../log/redact.ts";
import { QuorateError } from "../model/errors.ts";
import type { LiveEvent } from "../model/events.ts";
import { BUDGETS, type Budget, type CheckedBudget } from "../money/budget.ts";
import { PRICES, type Price, type Prices } from "../money/price.ts";
import { CACHE, type CacheOptions, type CacheSettings } from "../describe/cache.ts";
import { LIMITERS, type DescribedLimiter, type LimiterOptions } from "../limits/limiter-options.ts";
import { LIMITS, type CallLimits } from "../describe/limits.ts";
import { ESCALATE_ALL_IF, TIERS, type EscalateIf, type Tiers } from "../describe/tier.ts";
import { GATE, type Gate, type GateOptions } from "../resolve/gate.ts";
import type { Resolver } from "../resolve/resolver.ts";
import { TEAM_PANEL, type PanelSettings, type TeamPanel } from "./panel-options.ts";
import { CONCURRENCY, DEADLINE_MS, MODE, RENAMED, type Mode } from "./run-options.ts";
import type { WaitingRun } from "./waiting-run.ts";
import type { Backend } from "./backend.ts";
import type { NameOf, NoList, OutcomeOf, TaskOf, UnderOwnNames, WinnerOf } from "./infer.ts";

/** How a supervisor is described. Its limits hold for agents that have none of their own. */
export interface SupervisorOptions<
  Agents extends Workers,
  Mapped extends keyof Agents,
  Answer,
  Name extends string = string,
> extends CallLimits {
  /** Its name in the log, and its key in another team. Like an agent's: at most 100 characters, without `/` and `~`. */
  readonly name: Name;
  readonly version?: string;
  readonly description?: string;
  /** The team. A key is its agent's name. */
  readonly agents: NoList & Agents & UnderOwnNames<Agents>;
  /** Default: `"parallel"`. */
  readonly mode?: Mode;
  /** Default: all agents. */
  readonly route?: Route<NameOf<NoInfer<Agents>>, TaskOf<NoInfer<Agents>, Mapped>>;
  /** What an agent is given instead of the task. */
  readonly inputs?: {
    readonly [K in Mapped]: (
      task: TaskOf<NoInfer<Agents>, Mapped>,
      results: Readonly<Record<string, UpstreamResult | undefined>>,
    ) => InputOf<Agents[K]>;
  };
  /** If one of these agents does not answer, the run is `failed`. In sequence, no further agent is asked after that. */
  readonly required?: readonly NameOf<NoInfer<Agents>>[];
  /** With fewer answers, the run is `failed` (1). */
  readonly minAnswers?: number;
  /** How long each of its runs may take, in ms, as in `RunOptions`. Default: no limit. Ignored in a nested supervisor. */
  readonly deadlineMs?: number;
  /** How many attempts are in flight at most, over all runs of this supervisor (8). */
  readonly concurrency?: number;
  /** How conflicts are settled: one resolver, or a list, of which the first that decides counts. Default: `DEFAULT_CHAIN`. */
  readonly resolve?: Resolver | readonly Resolver[];
  /** How positions are compared, by subject. Default: `equal()`. */
  readonly compare?: Compare;
  /** How open findings are grouped. Default: `similar()`. */
  readonly similar?: Comparator;
  /** What must be decided for the outcome to pass: sets `outcome.passed`, and exit code 4 of the command line if it does not pass. */
  readonly gate?: GateOptions<WinnerOf<NoInfer<Agents>>>;
  /** As a worker of another supervisor: what it needs, and its limits as one call (default: none). */
  readonly needs?: Workers;
  readonly asWorker?: Pick<CallLimits, "timeoutMs" | "retries">;
  /** As a worker of another supervisor: what it answers. Default: its verdicts, of which each decided one is a claim. */
  readonly answer?: (outcome: OutcomeOf<NoInfer<Agents>>) => Answer;
  /** Where its events, limits and work live. Default: `memory()`. */
  readonly backend?: Backend;
  /** What one run may spend or, with a `scope`, all runs that name the scope. */
  readonly budget?: Budget | readonly Budget[];
  /** The prices of models, for agents that report only tokens. */
  readonly prices?: Prices;
  /** Keeps the answers of its agents for other runs; an agent's own setting overrides it. */
  readonly cache?: boolean | CacheOptions;
  /** What agents are asked with, by the name of a tier, from cheap to expensive: they get it as `context.model`. */
  readonly tiers?: Tiers;
  /** When an agent is asked once more, at the next tier; an agent's own setting overrides it. */
  readonly escalateIf?: readonly Exclude<EscalateIf, (...args: never) => unknown>[];
  /**
   * Limits with names, which its agents and those of nested teams name: `{ openai: { concurrency: 4, callsPerMinute: 60 } }`. Teams that
   * share a backend have one limiter for a name, and must give it the same settings.
   */
  readonly limiters?: Readonly<Record<string, LimiterOptions>>;
  /** About how many subjects its chain asks judges at most, the most held first (20); the others stay undecided. */
  readonly maxSubjects?: number;
  /**
   * When the answers of its members are enough, so that no further member is asked. `"certain"`: nothing still to come could change the winner.
   * `"lead"`: or two agents that are not kin hold the leading position, once at least 20 truths are known. `{ until, order, explore, kin }` sets more.
   * Default: all are asked.
   */
  readonly panel?: TeamPanel<NameOf<NoInfer<Agents>>>;
  /** Takes secrets out of what is kept and shown. What it changes cannot be used again when a run is resumed. */
  readonly redact?: Redact;
  /**
   * A secret of at least 16 characters, which keys the hashes of redacted content. Without one, such content has no
   * hash, because it could be guessed from that: its answers are not cached, joined or taken over by a fork.
   */
  readonly hashSecret?: string;
  /**
   * Makes the executor, which carries out attempts. Default: this process. Called once, before the first attempt; you close the executor yourself. For a
   * nested supervisor, that of its root counts.
   */
  readonly executor?: ExecutorFactory;
  /**
   * Those of its agents or nested teams that work in other processes, perhaps on other machines: in processes that take their attempts
   * (`takeAttempts`, `quorate worker --agents`). With a backend that reaches no other machine (`memory()`, `sqlite()`) they work here. Fallbacks
   * and judges are asked where the run is.
   */
  readonly elsewhere?: readonly NameOf<NoInfer<Agents>>[];
  /**
   * Receives every event of its runs that this process keeps, once it is kept, and progress: for your own logs and metrics.
   * It is called synchronously and not awaited; if it throws, that is a warning of the process, and fails no run. It is not called for a nested
   * supervisor, whose events belong to the outer run.
   */
  readonly onEvent?: (event: LiveEvent) => unknown;
  /**
   * Traces its runs, for instance `otel()` of `quorate/otel`: the agents of an attempt work in the context of its span, and the log of a run
   * has the run's trace context. A failure in it is a warning of the process, and fails no run. For a nested supervisor, that of
   * its root counts.
   */
  readonly tracing?: Tracing;
  /**
   * Called for every run that starts to wait for a person, once each time it asks: to notify that person. While
   * `keepResuming` is open, it is also called for runs that wait already, so that none is lost with a process. Several processes may then report the same question;
   * `runId` and `askedAt` identify it. It is called like `onEvent`, and fails no run either.
   */
  readonly onWaiting?: (waiting: WaitingRun) => unknown;
  readonly clock?: Clock;
}

const MAX_SUBJECTS = 1_000_000;
const LEAST_SECRET_CHARS = 16;

/** A secret of the caller's; a short one could be guessed. Its messages never quote it. */
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
    route: option<NonNullable<AnySupervisorOptions["route"]>>(
      (given, what) =>
        typeof given === "function"
          ? (given as NonNullable<AnySupervisorOptions["route"]>)
          : (arrayIn(given, what) as readonly never[] | undefined),
      'use a list ["agent"] or a function (task) => ["agent"]',
    ),
    inputs: record("use { agent: (task, results) => … }"),
    required: list<string>('use a list ["agent"]').or([]),
    elsewhere: list<string>('use a list ["agent"]').or([]),
    // At most as many as it has agents.
    minAnswers: integer(0).or(1),
    deadlineMs: DEADLINE_MS,
    concurrency: CONCURRENCY.or(8),
    resolve: anything(),
    compare: record("use { subject: within({ percent: 5 }) }"),
    similar: thing("a comparator", isComparator, "use similar({ threshold })"),
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
        'removed; leave it out, or use panel: "certain", which asks no more agents than necessary',
    },
  },
);
