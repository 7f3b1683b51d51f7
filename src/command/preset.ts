import { options, type Option } from "../check/options.ts";
import { jsonSchemaOf } from "../check/json-schema.ts";
import { adapted, type Adapter, type PassedOn } from "../describe/adapter.ts";
import type { Agent, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PositionOn } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import {
  DEFAULT_MAX_BYTES,
  DEFAULT_TIMEOUT_MS,
  MODEL_NAME,
  TOOLS,
  type Tools,
} from "../program/coding-agent.ts";
import type { Environment } from "../program/environment.ts";
import {
  ARGUMENTS,
  COMMAND,
  PROGRAM_OPTIONS,
  type ProgramOptions,
} from "../program/program-options.ts";
import { instructionsFor, jsonIn } from "../prompt/json-answer.ts";
import { programAgent, type AskedProgram, type UsageOf } from "./command-agent.ts";
import type { Ran } from "./read.ts";

/** Options of a coding agent: those of an agent except `run` and `batch`. */
export type PresetOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> = PassedOn<Name, Input, Task, Raw, Output, Needs, Property, Draft> &
  ProgramOptions<Task, UpstreamOf<Needs>> & {
    /** What the agent may do. Default: `"none"`. */
    readonly tools?: Tools;
    /** The model to ask, by the program's own name for it. A team's tier has precedence. */
    readonly model?: string;
    /** The program's path, if it is not on the `PATH`. */
    readonly command?: string;
    /** More arguments, after the preset's own. They can undo what keeps it safe. */
    readonly args?: readonly string[];
  };

/** A function that makes agents from a preset's options. */
export type Preset<Default extends string, Own = unknown> = <
  const Name extends string = Default,
  Task = unknown,
  Raw = unknown,
  Input = Task,
  Output = string,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  options?: PresetOptions<Name, Input, Task, Raw, Output, Needs, Property, Draft> & Own,
) => Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>>;

/** What is particular to one coding agent. */
export interface CodingAgent {
  readonly name: string;
  readonly install: string;
  /** The environment variables that it gets. */
  readonly env: (tools: Tools) => Environment;
  /** The options that it has in addition to those of all presets. */
  readonly own?: Readonly<Record<string, Option<unknown>>>;
  readonly apart?: boolean;
  /** Whether an argument can make it keep to this schema. */
  readonly takesSchema: (schema: object) => boolean;
  readonly arguments: (asked: AskedFor) => readonly string[] | Promise<readonly string[]>;
  /** Its answer, as a text or as the document that it was made to return. Throws if there is no answer. */
  readonly answer: (ran: Ran) => string | { readonly document: unknown };
  readonly usage: (ran: Ran, model: string | undefined) => ReturnType<UsageOf>;
}

/** What the arguments of a coding agent depend on. */
export interface AskedFor extends Omit<AskedProgram, "model"> {
  readonly tools: Tools;
  readonly model: string | undefined;
  /** The schema of the answer, if the program takes one. */
  readonly schema: object | undefined;
  readonly options: Fields;
}

type PresetOwn = ProgramOptions & {
  readonly tools: Tools;
  readonly model?: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
};

/** Makes the function of one preset. */
export function presetOf<Name extends string, Own = unknown>(kind: CodingAgent): Preset<Name, Own> {
  const adapter: Adapter<PresetOwn> = {
    maker: kind.name,
    instead: "describe it: { output, prompt }",
    is: "a program",
    own: options<PresetOwn>({
      ...PROGRAM_OPTIONS.table,
      tools: TOOLS.or("none"),
      model: MODEL_NAME,
      command: COMMAND.or(kind.name),
      args: ARGUMENTS.or([]),
      ...kind.own,
    }),
    called: () => kind.name,
    where: () => `${kind.name}()`,
    limits: { timeoutMs: DEFAULT_TIMEOUT_MS, maxBytes: DEFAULT_MAX_BYTES },
  };

  function make(given: unknown = {}): unknown {
    const made = adapted(adapter, given);
    const { own, passed, where } = made;
    const { tools, model, command, args } = own;
    const schema = jsonSchemaOf(passed.output);
    const isTaken = schema !== undefined && kind.takesSchema(schema);
    const isShaped = passed.output !== undefined;
    const modelAt = (tier: unknown): string | undefined =>
      typeof tier === "string" ? tier : model;
    return programAgent(
      made,
      {
        command,
        send: "stdin",
        install: kind.install,
        apart: kind.apart,
        env: kind.env(tools),
        workspace: tools === "none" ? "empty" : tools === "write" ? "copy" : "in-place",
        instructions: !isShaped || isTaken ? undefined : instructionsFor(schema),
        async arguments({ model: tier, ...more }) {
          const asked = MODEL_NAME.take(modelAt(tier), `${where}: model`);
          const taken = isTaken ? schema : undefined;
          const described = { ...passed, ...own };
          const asking = { ...more, tools, model: asked, schema: taken, options: described };
          return [...(await kind.arguments(asking)), ...args];
        },
        usage: (ran, tier) => kind.usage(ran, modelAt(tier)),
        read(ran) {
          const answer = kind.answer(ran);
          if (typeof answer === "object") return answer.document;
          return isShaped ? jsonIn(answer) : answer;
        },
      },
      model === undefined ? {} : { model },
    );
  }
  return make as Preset<Name, Own>;
}
