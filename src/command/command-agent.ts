import { resolve } from "node:path";
import { func, word } from "../check/kinds.ts";
import { options, type Checked } from "../check/options.ts";
import {
  adapted,
  type Adapted,
  type Adapter,
  type OwnOf,
  type AnyNeeds,
  type PassedOn,
} from "../describe/adapter.ts";
import { unread, usedBy } from "../describe/adapter-answer.ts";
import type { Agent, AgentContext, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import type { PositionOn } from "../model/position-on.ts";
import { environmentOf, type Environment } from "../program/environment.ts";
import { badEnd, isNotStarted } from "../program/failure.ts";
import {
  ARGUMENTS,
  COMMAND,
  nameOf,
  PROGRAM_OPTIONS,
  type ProgramOptions,
} from "../program/program-options.ts";
import { promptOf } from "../prompt/prompt-of.ts";
import { lastJson, text, UnreadExit, type Ran, type Read } from "./read.ts";
import { runProgram } from "../program/run-program.ts";
import type { Program } from "../program/start-program.ts";
import { temporaryFiles } from "../program/temporary-files.ts";
import { openWorkspace, type WorkspaceKind } from "../program/workspace.ts";

/** Options of `commandAgent`: those of an agent except `run` and `batch`. `maxBytes` also limits what the program writes. */
export type CommandOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Answer,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> = PassedOn<Name, Input, Task, Raw, Output, Needs, Property, Draft> &
  ProgramOptions<Task, UpstreamOf<Needs>> & {
    /** The program, by name or path. It is started without a shell. */
    readonly command: string;
    readonly args?: readonly string[];
    /** How it gets the prompt: on its standard input, or as the last argument, after `--`. Default: `"stdin"`. */
    readonly send?: "stdin" | "argument";
    /** Reads its answer. Default: `lastJson` if there is an `output` schema, else `text`. */
    readonly read?: Read<Answer>;
    /** What it used, if its output says so. Also called for an answer that cannot be read. */
    readonly usage?: UsageOf;
  };

/** What a program used, by model; `undefined` if it does not say. */
export type UsageOf = (ran: Ran) => Usage | readonly Usage[] | undefined;

type CommandOwn = OwnOf<
  CommandOptions<string, unknown, unknown, unknown, unknown, unknown, AnyNeeds>
>;

const OWN = options<CommandOwn, "args" | "send">({
  ...PROGRAM_OPTIONS.table,
  command: COMMAND.needed(),
  args: ARGUMENTS.or([]),
  send: word("stdin", "argument").or("stdin"),
  read: func("use text, json, lastJson, exitCode({ … })"),
  usage: func("use ({ stdout }) => ({ usdMicros })"),
});

const PROGRAM: Adapter<Checked<typeof OWN>> = {
  maker: "commandAgent",
  instead: "describe it: { command }",
  is: "a program",
  own: OWN,
  called: ({ command }, maker) => nameOf(COMMAND.needed().take(command, `${maker}: command`)),
};

/**
 * An agent that is a program. Each attempt starts it with the prompt on its standard input; its output is the answer. No shell is
 * involved, and nothing of the task becomes an option. When the attempt is aborted, its processes are ended.
 *
 * Throws `BAD_OPTIONS` if an option cannot work.
 */
export function commandAgent<
  const Name extends string = string,
  Task = unknown,
  Raw = unknown,
  Answer = string,
  Input = Task,
  Output = Answer,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  given: CommandOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  const made = adapted(PROGRAM, given);
  const { command, args, send, read, usage } = made.own;
  return programAgent(made, {
    command,
    usage,
    send,
    read: read ?? (made.passed.output === undefined ? text : lastJson),
    arguments: () => args,
  });
}

/** How one kind of program is run. A preset sets more of it than its user can. */
export interface ProgramKind {
  readonly command: string;
  readonly send: "stdin" | "argument";
  readonly read: Read;
  readonly usage?: ((ran: Ran, model: unknown) => ReturnType<UsageOf>) | undefined;
  readonly arguments: (asked: AskedProgram) => readonly string[] | Promise<readonly string[]>;
  readonly env?: Environment | undefined;
  readonly workspace?: WorkspaceKind | undefined;
  /** Whether it is started in an empty folder and told where to work, because it would obey settings that it finds where it starts. */
  readonly apart?: boolean | undefined;
  /** How to install it, for a message. */
  readonly install?: string | undefined;
  /** Text that is added to every prompt. */
  readonly instructions?: string | undefined;
}

/** What the arguments of one attempt may depend on. */
export interface AskedProgram {
  /** The team's model for the tier. */
  readonly model: unknown;
  /** The folder to work in. */
  readonly cwd: string;
  /** The folder that it is started in: `cwd`, or an empty one. */
  readonly startsIn: string;
  /** Writes a temporary file, and resolves to its path; it is removed when the attempt is over. */
  readonly file: (name: string, content: string) => Promise<string>;
}

const NOTHING_USED: Usage = Object.freeze({ usdMicros: 0, inputTokens: 0, outputTokens: 0 });

/** The part of the grace in which a program may stop by itself before it is killed. */
const KILL_AFTER = 0.4;

/** Makes an agent of a program. */
export function programAgent<Made>(
  { own, name, maxBytes, graceMs, agentOf }: Adapted<ProgramOptions>,
  kind: ProgramKind,
  more: object = {},
): Made {
  const { prompt, env = [], cwd = ".", workspace = kind.workspace ?? "in-place" } = own;

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const { signal } = context;
    const made = promptOf(prompt, task, context);
    const asked = withInstructions(made, kind.instructions);
    if (kind.send === "argument") checkArgument(name, asked);
    await using files = temporaryFiles();
    const program: Program = {
      agent: name,
      command: kind.command,
      args: [],
      env: environmentOf([kind.env ?? [], env]),
      cwd: resolve(cwd),
      maxBytes,
      killAfterMs: graceMs * KILL_AFTER,
      install: kind.install,
      signal,
    };
    await using place = await openWorkspace(workspace, program);
    await using apart = await openWorkspace(kind.apart === true ? "empty" : "in-place", {
      ...program,
      cwd: place.cwd,
    });
    const { model } = context;
    const args = await kind.arguments({
      model,
      cwd: place.cwd,
      startsIn: apart.cwd,
      file: files.write,
    });
    const isArgument = kind.send === "argument";
    const told = await runProgram(
      { ...program, args: isArgument ? [...args, "--", asked] : args, cwd: apart.cwd },
      isArgument ? "" : asked,
    ).catch((thrown: unknown) => {
      if (isNotStarted(thrown)) context.report(NOTHING_USED);
      throw thrown;
    });
    const { stdout, stderr, exitCode } = told;
    if (exitCode === undefined) throw badEnd(program, told);
    const ran: Ran = Object.freeze({ stdout, stderr, exitCode, cwd: place.cwd });
    for (const used of usedBy(kind.usage, ran, model)) context.report(used);
    try {
      return await kind.read(ran);
    } catch (thrown) {
      throw thrown instanceof UnreadExit ? badEnd(program, told) : unreadBy(name, thrown);
    }
  }
  return agentOf(run, more);
}

const withInstructions = (prompt: string, instructions: string | undefined): string =>
  instructions === undefined ? prompt : `${prompt}\n\n${instructions}`;

/** Linux takes at most 128 KiB in one argument, Windows 32 KiB in all. */
const MAX_ARGUMENT_BYTES = 32 * 1024;

function checkArgument(name: string, prompt: string): void {
  const bytes = Buffer.byteLength(prompt);
  const why =
    bytes > MAX_ARGUMENT_BYTES
      ? `has ${bytes} bytes, and an argument may have at most ${MAX_ARGUMENT_BYTES}; shorten it, or use send: "stdin"`
      : prompt.includes("\0")
        ? 'has a NUL character, which no argument may have; take it out, or use send: "stdin"'
        : undefined;
  if (why !== undefined) throw new QuorateError("INPUT_INVALID", `the prompt of ${name} ${why}`);
}

function unreadBy(name: string, thrown: unknown): QuorateError {
  const { code, message, issues, cause } = unread(thrown, name);
  const isNamed = message.startsWith(`${name} `) || message.startsWith(`${name}: `);
  return new QuorateError(code, isNamed ? message : `${name}: ${message}`, {
    issues,
    ...(cause !== undefined && { cause }),
  });
}
