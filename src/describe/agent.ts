import { fitting, func, record, text, word } from "../check/kinds.ts";
import { NAME, nameIn } from "../check/name.ts";
import { option, options, type Options } from "../check/options.ts";
import type { Answered, OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PositionOn, DefaultPosition, PropertyOf } from "../model/position-on.ts";
import { QuorateError, type ErrorRecord, type Issue } from "../model/errors.ts";
import { MAX_COST, type MaxCost } from "../money/bound.ts";
import { BUDGETS, type Budget, type CheckedBudget } from "../money/budget.ts";
import { BATCH, type BatchOptions } from "./batch.ts";
import { CACHE, type CacheOptions, type CacheSettings } from "./cache.ts";
import { shown } from "../check/shown.ts";
import { LIMITER_NAMES, type LimitersOf } from "../limits/limiter-options.ts";
import { LIMITS, type CallLimits } from "./limits.ts";
import { ESCALATE_IF, MODEL_OPTION, TIER, type EscalateIf, type ModelOption } from "./tier.ts";
import { SCHEMA, type Schema } from "../check/schema.ts";
import {
  checkNeeds,
  isWorker,
  workerBrand,
  type OutputOf,
  type Worker,
  type Workers,
} from "./worker.ts";

/** What an agent gets beside its task. You may destructure it: `({ signal, emit }) => …`. */
export interface AgentContext<Upstream = Readonly<Record<string, UpstreamResult | undefined>>> {
  /** Aborted when the attempt times out or the run is cancelled; its reason says which. Pass it on. */
  readonly signal: AbortSignal;
  /** The results of the agents that this one `needs`; in sequence, of all agents before it. */
  readonly results: Upstream;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What was wrong with the output of the previous attempt, if it failed its schema; else empty. */
  readonly issues: readonly Issue[];
  /** The same for every attempt at the same request, also after a resume; different if the request changed. */
  readonly idempotencyKey: string;
  /** The team's tier that is asked; `undefined` if there is none. */
  readonly tier: string | undefined;
  /** The value of that tier in the team's `tiers`: a model, an endpoint, whatever you put there. Without a tier, the agent's own `model`. */
  readonly model: unknown;
  /** For a fallback: the errors of the agents that were asked before it, in their order. Else empty. */
  readonly failed: readonly ErrorRecord[];
  /** For an agent that is asked once more because others disagree: what they hold. Else empty. */
  readonly others: readonly OtherSide[];
  readonly runId: string;
  readonly callId: string;
  /** Shows live progress to whoever watches the run. Not kept. */
  readonly emit: (value: unknown) => void;
  /**
   * Records how far the attempt is, in at most 64 KiB of JSON, for instance the id of a task that goes on elsewhere. It is kept in the log;
   * if the attempt is made again because its process has died or its run was cancelled and is resumed, `checkpointed` has the last value, also one
   * that was recorded after the cancellation, before the agent stopped. Throws `OUTPUT_NOT_JSON` or
   * `OUTPUT_TOO_LARGE`.
   */
  readonly checkpoint: (value: unknown) => void;
  /** The last `checkpoint` of this attempt before its process died or its run was cancelled; else `undefined`. A retry after a failure starts without it. */
  readonly checkpointed: unknown;
  /** Reports what was used so far; several reports of one attempt are added up. */
  readonly report: (usage: Usage) => void;
}

/** A specialist: a name and one async function, with what a supervisor needs to know about it. */
export interface Agent<
  Name extends string = string,
  Input = never,
  Output = unknown,
  Position = DefaultPosition<Output>,
> extends Worker<Name, Input, Output, Position> {
  readonly input: Schema | undefined;
  readonly output: Schema | undefined;
  readonly limits: CallLimits;
  readonly inDoubt: InDoubt;
  readonly tier: string | undefined;
  readonly model: ModelOption | undefined;
  readonly cost: "free" | undefined;
  readonly maxCost: MaxCost | undefined;
  readonly budgets: readonly CheckedBudget[];
  /** `undefined`: its supervisor's setting. */
  readonly cache: CacheSettings | false | undefined;
  readonly batch: Required<BatchOptions> | undefined;
  /** The limiters that it names. */
  readonly limiters: LimitersOf | undefined;
  /** `undefined`: its supervisor's setting. */
  readonly escalateIf: readonly EscalateIf[] | undefined;
  readonly fallback: readonly Agent[];
  readonly run: (task: never, context: AgentContext<never>) => unknown;
  readonly claims: string | ((output: never) => Iterable<ClaimDraft>) | undefined;
}

/**
 * What happens to a call that had begun when the process died, so that nobody knows whether the agent did its work: it is
 * asked again, perhaps a second time (`retry`); a person is asked whether it may be (`ask`: the run waits); or the call
 * fails with `IN_DOUBT` (`fail`).
 */
export type InDoubt = "retry" | "ask" | "fail";

/** The results that an agent sees: those that it needs have answered, or it would not have been asked. */
export type UpstreamOf<Needs extends Workers> = {
  readonly [K in keyof Needs]: Pick<Answered<OutputOf<Needs[K]>>, "status" | "output">;
} & Readonly<Record<string, UpstreamResult | undefined>>;

// The type of a schema's values as readonly: a function's literal results are readonly.
type Frozen<T> = T extends (...args: never) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** How an agent is described. */
export interface AgentOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Returned extends Frozen<Raw>,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> extends CallLimits {
  /**
   * Its key in a team, and its place in the log. 1 to 100 characters, without `/`, `~` and control characters. Default: its key in a
   * team.
   */
  readonly name?: Name;
  /** Change it when the answers change: it is part of what identifies a call. */
  readonly version?: string;
  /** What it is good at, in a sentence. */
  readonly description?: string;
  /** Checks the task before the agent is asked. */
  readonly input?: Schema<Input, Task>;
  /** Checks the answer; if it fails, the attempt is retried with the issues in `context.issues`. */
  readonly output?: Schema<Raw, Output>;
  /** Agents whose answers this one needs, by their names. It is asked when they have answered. */
  readonly needs?: Needs;
  /** What happens after a crash during a call. Default: `"retry"`. */
  readonly inDoubt?: InDoubt;
  /** The one of its team's `tiers` at which it is asked. Default: the first. */
  readonly tier?: string;
  /**
   * The model that it asks if it asks no tier of its team: a name, or an object that has the name as `modelId`, `model` or `name`. The agent
   * is priced and identified by that name, and the bill shows it.
   */
  readonly model?: ModelOption;
  /**
   * `"free"`: whatever it uses costs nothing, as for a linter or a model of your own. An attempt that reports nothing has used nothing; it
   * is asked at no tier.
   */
  readonly cost?: "free";
  /** What one attempt costs at most: `{ usd }`, tokens of a model that has a price, or a function of the task. */
  readonly maxCost?: MaxCost<Task>;
  /** What it may spend in one run or, with a `scope`, in all runs that name the scope. */
  readonly budget?: Budget | readonly Budget[];
  /** Keeps its answers, by their content, for other runs. Needs a `version`. Default: the supervisor's setting. */
  readonly cache?: boolean | CacheOptions;
  /** Makes one request of several tasks, also across runs. */
  readonly batch?: BatchOptions<Task, Returned>;
  /** The names of the limiters that it passes, of its team or a team above it; or a function of the tier and the model that it is asked at. */
  readonly limiters?: LimitersOf;
  /** When it is asked once more, at the next of its team's tiers. Default: the supervisor's setting. */
  readonly escalateIf?: readonly EscalateIf<Output>[];
  /** The agents that are asked, one after another, when it has failed. They find the errors in `context.failed`. */
  readonly fallback?:
    | Agent<string, Input, NoInfer<Output>>
    | readonly Agent<string, Input, NoInfer<Output>>[];
  readonly run: (
    task: Task,
    context: AgentContext<UpstreamOf<Needs>>,
  ) => Returned | Promise<Returned>;
  /**
   * What the answer asserts: the name of the property that is its position on `"task"`, or a function that lists claims. By default
   * the position is an answer that is a string, number or boolean, or else its `recommendation` of such a type.
   * The `evidence`, `reason`, `reasons` or `reasoning` beside that property is what judges are shown in favour of it.
   */
  readonly claims?:
    | PropertyOf<NoInfer<Output>, Property>
    | ((output: Output) => readonly Draft[] | Iterable<Draft>);
}

type AnyAgentOptions = AgentOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>;

/** A property, or a function of the output. */
const CLAIMS = fitting<Agent["claims"]>(
  (given) => typeof given === "function" || (typeof given === "string" && given !== ""),
  'name the property that is the position, "verdict", or use (output) => [{ subject, position }]',
);

/** The agents that are asked when an agent has failed; their names differ. */
const FALLBACK = option<readonly Agent[]>((given, what) => {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const names = new Set<string>();
  for (const one of list) {
    if (!isWorker(one) || !("run" in one) || "agents" in one || names.has(one.name)) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${what} has ${unfitIn(one)}; use agents of different names`,
      );
    }
    TIER.take(one.name, `${what} has an entry whose name`);
    names.add(one.name);
  }
  return Object.freeze([...(list as readonly Agent[])]);
}, "").or(Object.freeze([]));

type Made = Pick<
  Agent,
  "input" | "output" | "maxCost" | "cache" | "batch" | "escalateIf" | "fallback" | "run" | "claims"
> & { readonly budget: readonly CheckedBudget[] };

/** Options that existed earlier, and what became of them. */
export const FORMER_OPTIONS: Readonly<Record<string, string>> = {
  lanes:
    'renamed to limiters; use limiters: ["openai"], and give the team limiters: { openai: { … } }',
};

export const AGENT: Options<AnyAgentOptions, "inDoubt", Made> = options(
  {
    name: NAME,
    version: text('use a text, for instance "1"'),
    description: text("use a sentence"),
    input: SCHEMA,
    output: SCHEMA,
    needs: record("use { other }, with the agents it needs"),
    inDoubt: word("retry", "ask", "fail").or("retry"),
    tier: TIER,
    model: MODEL_OPTION,
    cost: word("free"),
    maxCost: MAX_COST,
    budget: BUDGETS,
    cache: CACHE,
    batch: BATCH,
    limiters: LIMITER_NAMES,
    escalateIf: ESCALATE_IF,
    fallback: FALLBACK,
    run: func<Agent["run"]>("give it one: run: async (task) => …").needed(),
    claims: CLAIMS,
    ...LIMITS.table,
  },
  { former: FORMER_OPTIONS },
);

/**
 * Describes an agent. Its types come from the schemas or, without schemas, from `run`. An agent without a `name` has its key in a team as its name.
 *
 * Throws `BAD_OPTIONS` if something in the description cannot work.
 */
export function agent<
  const Name extends string,
  Task,
  Raw,
  const Returned extends Frozen<Raw>,
  Input = Task,
  Output = Returned,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  options: AgentOptions<Name, Input, Task, Raw, Returned, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  return agentCalled("agent", options) as never;
}

/** Like `agent()`; `name` is its name if neither its description nor a key gives one. */
export function agentCalled(name: string, options: unknown): Agent<string, unknown> {
  const called = nameIn(options, "agent", "describe it: agent({ name, run })", name);
  const where = `agent "${called}"`;
  const taken = AGENT.of(options, where);
  const { version, description, input, output, needs, budget, cache } = taken;
  if (typeof cache === "object" && version === undefined) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where} has a cache and no version; give it one, and change it when the answers change`,
    );
  }
  checkFree({ cost: taken.cost, tier: taken.tier, maxCost: taken.maxCost }, where);
  return Object.freeze({
    name: called,
    version,
    description,
    input,
    output,
    needs: checkNeeds(needs, where),
    limits: LIMITS.among(taken),
    inDoubt: taken.inDoubt,
    tier: taken.tier,
    model: taken.model,
    cost: taken.cost,
    maxCost: taken.maxCost,
    budgets: budget,
    cache,
    batch: taken.batch,
    limiters: taken.limiters,
    escalateIf: taken.escalateIf,
    fallback: taken.fallback,
    run: taken.run,
    claims: taken.claims,
    ...workerBrand<unknown, unknown, never>(taken.name !== undefined),
  });
}

/** Refuses with `BAD_OPTIONS` options that contradict `cost: "free"`. */
function checkFree(
  { cost, tier, maxCost }: Pick<Agent, "cost" | "tier" | "maxCost">,
  where: string,
): void {
  if (cost === undefined) return;
  const usd = typeof maxCost === "object" ? (maxCost.usd ?? 0) : 0;
  const other =
    usd > 0 ? `a maxCost of ${usd} dollars` : tier === undefined ? undefined : `the tier "${tier}"`;
  if (other === undefined) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} has cost: "free" and ${other}; leave out one of them`,
  );
}

/** What was given instead of an agent, for a message. */
function unfitIn(one: unknown): string {
  if (!isWorker(one)) return `an entry that is ${shown(one)}`;
  return "agents" in one ? `the supervisor "${one.name}"` : `"${one.name}" twice`;
}
