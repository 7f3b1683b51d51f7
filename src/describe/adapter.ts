import { object } from "../check/kinds.ts";
import { refuseUnknown } from "../check/options.ts";
import type { Schema } from "../check/schema.ts";
import { shown } from "../check/shown.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import type { PropertyOf } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import {
  AGENT,
  agentCalled,
  FORMER_OPTIONS,
  type AgentContext,
  type AgentOptions,
} from "./agent.ts";
import { type Workers } from "./worker.ts";
import { DEFAULT_LIMITS, type CallLimits } from "./limits.ts";

// An adapter makes agents of something that is not a function: a program, an endpoint, a peer. This file has what all adapters share.
// Each of them has only the signature of its own function: TypeScript cannot express the parameters of a function that takes an options type.

/** What an adapter passes on to `agent()` as it is. */
export type PassedOn<
  Name extends string,
  Input,
  Task,
  Raw,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> = Omit<
  AgentOptions<Name, Input, Task, Raw, never, Output, Needs>,
  "name" | "run" | "batch" | "input" | "output" | "needs" | "claims"
> & {
  /** Its key in a team. Default: that key; outside a team, the name of the program, host or other system that it asks. */
  readonly name?: Name;
  /** Checks the task before the agent is asked. */
  readonly input?: Schema<Input, Task>;
  /** Checks the answer; if it fails, the agent is asked again and told what was wrong. */
  readonly output?: Schema<Raw, Output>;
  /** Agents whose answers this one needs, by their names. */
  readonly needs?: Needs;
  readonly claims?:
    | PropertyOf<NoInfer<Output>, Property>
    | ((output: Output) => readonly Draft[] | Iterable<Draft>);
};

type AnyPassedOn = PassedOn<string, unknown, unknown, unknown, unknown, AnyNeeds>;

/** For an agent whose needs are unknown: it may get any results. */
export type AnyNeeds = Readonly<Record<never, never>>;

/** An adapter's own options, besides those that it passes on. */
export type OwnOf<Options> = Omit<Options, keyof AnyPassedOn>;

/** An adapter: its own options, and its name in messages. */
export interface Adapter<Own> {
  /** The function that makes its agents: `httpAgent`. */
  readonly maker: string;
  /** The shortest valid call, for messages: `describe it: { url }`. */
  readonly instead: string;
  /** What its agents are, which is why they have no `run`: `an endpoint`. */
  readonly is: string;
  readonly own: OwnTable<Own>;
  /** The name of an agent that has none and no key. Also throws `BAD_OPTIONS`, under the maker's name, for the options that it uses. */
  readonly called: (given: Fields, maker: string) => string;
  /** The beginning of a sentence about one agent. Default: `httpAgent "name"`. */
  readonly where?: (name: string) => string;
  /** The default limits of its agents; without them, those of every agent. */
  readonly limits?: CallLimits;
}

interface OwnTable<Own> {
  readonly table: object;
  readonly of: (given: unknown, where: string) => Own;
  readonly among: (larger: object) => unknown;
  readonly besides: (larger: object) => object;
}

/** The checked options of one agent of an adapter. */
export interface Adapted<Own> {
  readonly own: Own;
  readonly passed: AnyPassedOn;
  readonly name: string;
  /** The beginning of a sentence about its options. */
  readonly where: string;
  readonly maxBytes: number;
  readonly graceMs: number;
  /** The agent that asks by `run`. `more` has defaults, which its description overrides. */
  readonly agentOf: <Made>(
    run: (task: unknown, context: AgentContext) => unknown,
    more?: object,
  ) => Made;
}

/** Checks the options of an adapter; `what` is the part that describes an agent. Throws `BAD_OPTIONS` if an option cannot work. */
export function adapted<Own>(
  adapter: Adapter<Own>,
  options: unknown,
  what = `what ${adapter.maker}() is given`,
): Adapted<Own> {
  const { maker, instead, is, own: table, limits } = adapter;
  const given = object<Fields>(instead).needed().take(options, what);
  const passed = table.besides(given) as AnyPassedOn;
  const name = passed.name ?? adapter.called(given, maker);
  const where = adapter.where?.(name) ?? `${maker} ${shown(name)}`;
  for (const option of ["run", "batch"]) {
    if (!Object.hasOwn(passed, option)) continue;
    const why = `${where} has ${option}, which ${is} cannot have; leave it out`;
    throw new QuorateError("BAD_OPTIONS", why);
  }
  checkDescription(passed, Object.keys(table.table), where);
  const { maxBytes, graceMs } = { ...DEFAULT_LIMITS, ...limits, ...passed };
  return {
    own: table.of(table.among(given), where),
    passed,
    name,
    where,
    maxBytes,
    graceMs,
    agentOf: (run, more) => agentCalled(name, { ...limits, ...passed, ...more, run }) as never,
  };
}

/**
 * Refuses with `BAD_OPTIONS` an option that neither `agent()` nor `own` has. For things that are described like an agent and run in their own way:
 * they have no `run` and no `batch`.
 */
export function checkDescription(given: object, own: readonly string[], where: string): void {
  const names = Object.keys(AGENT.table).filter((name) => name !== "run" && name !== "batch");
  refuseUnknown(given, [...own, ...names], where, FORMER_OPTIONS);
}
