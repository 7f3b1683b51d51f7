import { func, object, text, word } from "../check/kinds.ts";
import type { Agent, UpstreamOf, Workers } from "../describe/agent.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PositionOn } from "../model/position-on.ts";
import {
  programAgent,
  type AskedProgram,
  type ProgramKind,
  type UsageOf,
} from "./command-agent.ts";
import type { Environment } from "../program/environment.ts";
import { jsonSchemaOf } from "../check/json-schema.ts";
import type { Prompt } from "../prompt/prompt-of.ts";
import { instructionsFor, jsonIn } from "../prompt/json-answer.ts";
import {
  checkModel,
  DEFAULT_MAX_BYTES,
  DEFAULT_TIMEOUT_MS,
  type Tools,
} from "../program/coding-agent.ts";
import { ARGUMENTS, type ProgramOptions } from "../program/program-options.ts";
import type { PassedOn } from "../describe/passed-on.ts";
import type { Ran } from "./read.ts";
import type { Fields } from "../model/record.ts";

/** How a coding agent is described: as an agent, but for `run` and `batch`. */
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
    /** Default: `"none"`. */
    readonly tools?: Tools;
    /** Which model it asks, by the program's own name for it. What a team's tier says goes first. */
    readonly model?: string;
    /** The program, where it is not on the `PATH`. */
    readonly command?: string;
    /** More arguments, after those of the preset. They may undo what keeps it safe. */
    readonly args?: readonly string[];
  };

type AnyPreset = PresetOptions<string, unknown, unknown, unknown, unknown, Workers>;

/** Agents that take a preset's options. */
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

/** What is different about one coding agent. */
export interface CodingAgent {
  readonly name: string;
  readonly install: string;
  /** What it reads of the environment, and what is set for it. */
  readonly env: (tools: Tools) => Environment;
  /** The options that it has besides those of all. */
  readonly own?: readonly string[];
  readonly apart?: boolean;
  /** Whether it can be made to keep to a schema by an argument. */
  readonly takesSchema: (schema: object) => boolean;
  readonly arguments: (asked: AskedFor) => readonly string[] | Promise<readonly string[]>;
  /** What it answered, as a text or as the document that it was made to give. Throws for what is no answer. */
  readonly answer: (ran: Ran) => string | { readonly document: unknown };
  readonly usage: (ran: Ran, model: string | undefined) => ReturnType<UsageOf>;
}

/** What the arguments of a coding agent depend on. */
export interface AskedFor extends Omit<AskedProgram, "model"> {
  readonly tools: Tools;
  readonly model: string | undefined;
  /** What the answer has to keep to, where the program takes that. */
  readonly schema: object | undefined;
  readonly options: Fields;
}

const OWN_OPTIONS = "tools model command args prompt env cwd workspace".split(" ");

/** Makes the agents of one preset. */
export function presetOf<Name extends string, Own = unknown>(kind: CodingAgent): Preset<Name, Own> {
  const make = (given: AnyPreset = {}): unknown => {
    const where = `${kind.name}()`;
    object("describe it: { output, prompt }").needed().take(given, where);
    const { tools = "none", model, command = kind.name, args = [], ...others } = given;
    const { prompt, env, cwd, workspace, ...rest } = others;
    const own = kind.own ?? [];
    const passed = Object.fromEntries(Object.entries(rest).filter(([key]) => !own.includes(key)));
    word("none", "read", "write").take(tools, `${where}: tools`);
    checkModel(model, where);
    text("name the program, or its path").take(command, `${where}: command`);
    func("use (task) => …").take(prompt, `${where}: prompt`);
    ARGUMENTS.take(args, `${where}: args`);
    const schema = jsonSchemaOf(given.output);
    const isTaken = schema !== undefined && kind.takesSchema(schema);
    const modelAt = (tier: unknown): string | undefined =>
      typeof tier === "string" ? tier : model;
    const program: ProgramKind = {
      command,
      options: [...OWN_OPTIONS, ...own],
      where,
      send: "stdin",
      install: kind.install,
      apart: kind.apart,
      env: kind.env(tools),
      workspace: tools === "none" ? "empty" : tools === "write" ? "copy" : "in-place",
      instructions: given.output === undefined || isTaken ? undefined : instructionsFor(schema),
      arguments({ model: tier, ...more }) {
        const asked = modelAt(tier);
        checkModel(asked, where);
        const taken = isTaken ? schema : undefined;
        const options = { ...given };
        const fixed = kind.arguments({ ...more, tools, model: asked, schema: taken, options });
        return Promise.resolve(fixed).then((list) => [...list, ...args]);
      },
      usage: (ran, tier) => kind.usage(ran, modelAt(tier)),
      read(ran) {
        const answer = kind.answer(ran);
        if (typeof answer === "object") return answer.document;
        return given.output === undefined ? answer : jsonIn(answer);
      },
    };
    return programAgent(
      {
        timeoutMs: DEFAULT_TIMEOUT_MS,
        maxBytes: DEFAULT_MAX_BYTES,
        ...passed,
        ...(model !== undefined && { model }),
        name: given.name ?? kind.name,
      },
      { prompt: prompt as Prompt | undefined, env, cwd, workspace },
      program,
    );
  };
  return make as Preset<Name, Own>;
}
