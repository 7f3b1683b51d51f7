import { func, object, text, word } from "../check/kinds.ts";
import type { Agent, UpstreamOf, Workers } from "../describe/agent.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PositionOn } from "../model/position-on.ts";
import { QuorateError } from "../model/errors.ts";
import { jsonFence } from "../prompt/fence.ts";
import {
  ARGUMENTS,
  programAgent,
  type AskedProgram,
  type PassedOn,
  type ProgramKind,
  type ProgramOptions,
  type UsageOf,
} from "./command-agent.ts";
import type { Environment } from "./environment.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import type { Prompt } from "./prompt.ts";
import { jsonIn, type Ran } from "./read.ts";
import { fields, type Fields } from "../model/record.ts";

/**
 * What a coding agent may do:
 *
 * - `none`: answer. It works in an empty folder, and is given no tools.
 * - `read`: look at the files of `cwd`, too.
 * - `write`: change files, too; by default in a copy.
 */
export type Tools = "none" | "read" | "write";

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

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
/** Coding agents tell of all that they do. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

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

function instructionsFor(schema: object | undefined): string {
  const wanted = "Answer with one JSON document and nothing else.";
  if (schema === undefined) return wanted;
  return `${wanted} It has to keep to this JSON Schema:\n\n${jsonFence(schema, 2)}`;
}

/** A model's name stands after an option: it must not look like one itself. */
function checkModel(model: unknown, where: string): void {
  text("name a model").take(model, `${where}: model`);
  if (model === undefined || /^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(model as string)) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: model is no name of a model; use one without spaces that begins with no dash`,
  );
}

/** The words of a text: arguments that are always the same. */
export const words = (text: string): readonly string[] => text.split(/\s+/);

/** What most command line programs need to reach a service from behind a proxy. */
const NETWORK = words(
  "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR",
);

/** Names that are handed on, and variables with a value. */
export function environment(
  names: string,
  set: Readonly<Record<string, string>> = {},
): Environment {
  const handedOn = [...NETWORK, ...words(names)].map((name) => [name, true] as const);
  return { ...Object.fromEntries(handedOn), ...set };
}

/** A part that is a text; empty where it is none. */
export function textIn(value: unknown, name: string): string {
  const part = fields(value)[name];
  return typeof part === "string" ? part : "";
}

/** A sum of counts; `undefined` where none of them is one. */
export function countIn(value: unknown, ...names: readonly string[]): number | undefined {
  const counts = names
    .map((name) => fields(value)[name])
    .filter((count): count is number => typeof count === "number" && count >= 0);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** The JSON documents of a text that has one on each line; what is none is skipped. */
export function linesOf(stdout: string): readonly Fields[] {
  return stdout.split("\n").flatMap((line) => {
    try {
      return line.startsWith("{") ? [fields(JSON.parse(line))] : [];
    } catch {
      return [];
    }
  });
}

/** What a usage is made of, without what is not known: a program that was told nothing says that it used no token at all. */
export function usageOf(
  parts: {
    readonly [K in Exclude<keyof Usage, "usdMicros">]?: Usage[K] | undefined;
  } & { readonly usd?: unknown },
): Usage {
  const { usd, ...said } = parts;
  const { inputTokens, outputTokens, model } = said;
  if (inputTokens === 0 && outputTokens === 0) return model === undefined ? {} : { model };
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return {
    // Sums of dollars have noise in their last digits, which would be rounded up.
    ...(typeof usd === "number" && usd >= 0 && { usdMicros: Number((usd * 1e6).toFixed(3)) }),
    ...Object.fromEntries(known),
  };
}
