import { anything, integer, milliseconds, orInfinity, text, word } from "../check/kinds.ts";
import { options, type Option, type Options, type Table } from "../check/options.ts";
import { BACKEND, SIGNAL } from "../check/arguments.ts";
import { BUDGETS, type Budget, type CheckedBudget } from "../money/budget.ts";
import { PRICES, type Price, type Prices } from "../money/price.ts";
import { RUN_CACHE, type RunCache } from "../describe/cache.ts";
import { LIMITS, type CallLimits } from "../describe/limits.ts";
import { RUN_PANEL, type PanelSettings, type TeamPanel } from "./panel-options.ts";
import { TAGS, TENANT, type Whose } from "./whose-run.ts";
import type { Backend } from "./backend.ts";

/**
 * - `parallel`: all at once, but an agent waits for those that it `needs`.
 * - `sequence`: one after another in the order of the record, each seeing the results before it.
 */
export type Mode = "parallel" | "sequence";

/** What one run may override. Its limits override those of the supervisor and of its agents. */
export interface RunOptions<Name extends string = string> extends CallLimits, Whose {
  /** Your own id for the run, at most 200 characters; default: a random UUID. */
  readonly runId?: string;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /**
   * How long the run may take, in ms from when it begins or is resumed; `Infinity`: no limit. Calls without an answer by then fail
   * with `TIMEOUT`, and the run is decided on the answers that it has. If a route or an agent's schema for the task has not
   * answered by then, the run rejects with `TIMEOUT`.
   */
  readonly deadlineMs?: number;
  /** The agents that this task is for; overrides the supervisor's route. */
  readonly route?: readonly Name[];
  readonly mode?: Mode;
  /** When the answers are enough, as in the supervisor; `false`: all are asked. Does not affect nested supervisors. */
  readonly panel?: TeamPanel<Name> | false;
  /** Where this run lives. Default: the supervisor's backend. */
  readonly backend?: Backend;
  /** How many attempts of this run are in flight at most; the supervisor's limit also holds. */
  readonly concurrency?: number;
  /** What this run may spend, in addition to the supervisor's budgets. */
  readonly budget?: Budget | readonly Budget[];
  /** The prices of models in this run; they override those of the supervisor. */
  readonly prices?: Prices;
  /** Whose cached answers are used, and whether any are. */
  readonly cache?: RunCache;
}

/** What a resume may override. The route, mode, tenant and tags of the run stay as they were. */
export interface ResumeOptions extends Omit<
  RunOptions,
  "runId" | "route" | "mode" | "panel" | keyof Whose
> {
  /** The run's task, if `redact` has taken something out of it: without it, the run cannot continue. */
  readonly input?: unknown;
}

/** How a run is forked. */
export interface ForkOptions<
  Task = unknown,
  Name extends string = string,
> extends RunOptions<Name> {
  /** The place of an agent that is asked again: its name, after those of its supervisors, joined by `/`. */
  readonly from?: string;
  /** Another task instead of the run's. */
  readonly input?: Task;
}

/** Options of versions before 0.2.0. */
export const RENAMED: Readonly<Record<"store", string>> = {
  store:
    "renamed to backend; use backend: memory(), sqlite({ path }), or { store } with a store of your own",
};

const MAX_CONCURRENCY = 1_000_000;

export const MODE: Option<Mode | undefined> = word("parallel", "sequence");
export const DEADLINE_MS: Option<number | undefined> = orInfinity(milliseconds(1));
export const CONCURRENCY: Option<number | undefined> = integer(1, MAX_CONCURRENCY);

/** The checked form of a run's options. */
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

/** The options that every way to run a task takes. */
export const RUN: Options<Omit<RunOptions, "runId">, never, MadeOfRun> = options(
  { ...OF_A_RUN, ...LIMITS.table },
  { former: RENAMED },
);

/** The options of a run that is begun, resumed or forked. */
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
