import { object } from "../check/kinds.ts";
import { refuseUnknown } from "../check/options.ts";
import type { Schema } from "../check/schema.ts";
import { shown } from "../check/shown.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import type { PropertyOf } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import {
  agent,
  AGENT,
  FORMER_OPTIONS,
  type AgentContext,
  type AgentOptions,
  type Workers,
} from "./agent.ts";
import { DEFAULT_LIMITS, type CallLimits } from "./limits.ts";

// An adapter makes agents of something that is asked and is no function: a program, an endpoint, a peer. What all of them share stands here.
// Only the signature of its function stands in each of them: TypeScript has no type for what an options type makes of its parameters.

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
  /** Its key in a team. Where left out, the name of what is asked: of a program, of a host. */
  readonly name?: Name;
  /** Checks the task before anything is asked. */
  readonly input?: Schema<Input, Task>;
  /** Checks the answer; what answered is asked again with what was wrong with it. */
  readonly output?: Schema<Raw, Output>;
  /** Agents whose answers this one needs, by their names. */
  readonly needs?: Needs;
  readonly claims?:
    | PropertyOf<NoInfer<Output>, Property>
    | ((output: Output) => readonly Draft[] | Iterable<Draft>);
};

type AnyPassedOn = PassedOn<string, unknown, unknown, unknown, unknown, AnyNeeds>;

/** Of an agent of which nobody knows whom it needs: it is given whatever results there are. */
export type AnyNeeds = Readonly<Record<never, never>>;

/** What an adapter's options have besides those that it passes on. */
export type OwnOf<Options> = Omit<Options, keyof AnyPassedOn>;

/** An adapter: what it takes besides the options of an agent, and how it is spoken of. */
export interface Adapter<Own> {
  /** The function that makes its agents: `httpAgent`. */
  readonly maker: string;
  /** How that is called at least, for whoever does not: `describe it: { url }`. */
  readonly instead: string;
  /** What its agents are, and have no `run` of: `an endpoint`. */
  readonly is: string;
  readonly own: OwnTable<Own>;
  /**
   * The name of an agent whose description has none; where it has to have one, `undefined`. Also refuses with `BAD_OPTIONS`, by the maker's name, what that
   * is made of.
   */
  readonly called: (given: Fields, maker: string) => string | undefined;
  /** What begins a sentence about one agent. Default: `httpAgent "name"`. */
  readonly where?: (name: string | undefined) => string;
  /** What holds of an agent's limits where its description says nothing; else what holds of every agent. */
  readonly limits?: CallLimits;
}

interface OwnTable<Own> {
  readonly table: object;
  readonly of: (given: unknown, where: string) => Own;
  readonly among: (larger: object) => unknown;
  readonly besides: (larger: object) => object;
}

/** What an adapter was given for one agent, once it has been looked at. */
export interface Adapted<Own> {
  readonly own: Own;
  readonly passed: AnyPassedOn;
  readonly name: string;
  /** What begins a sentence about its options. */
  readonly where: string;
  readonly maxBytes: number;
  readonly graceMs: number;
  /** The agent that asks by `run`. `more` holds where its description says something else. */
  readonly agentOf: <Made>(
    run: (task: unknown, context: AgentContext) => unknown,
    more?: object,
  ) => Made;
}

/** Looks at what an adapter is given; `what` is its part that describes an agent. Throws `BAD_OPTIONS` when something in it cannot work. */
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
    name: name as string,
    where,
    maxBytes,
    graceMs,
    agentOf: (run, more) => agent({ ...limits, ...passed, ...more, name, run } as never) as never,
  };
}

/**
 * Refuses with `BAD_OPTIONS` what neither `agent()` takes nor `own` lists. It is for what is described as an agent and has its own way to run:
 * nobody says `run` or `batch` there.
 */
export function checkDescription(given: object, own: readonly string[], where: string): void {
  const names = Object.keys(AGENT.table).filter((name) => name !== "run" && name !== "batch");
  refuseUnknown(given, [...own, ...names], where, FORMER_OPTIONS);
}
