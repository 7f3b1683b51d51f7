import { resolve } from "node:path";
import { fitting, func, object, text as words, word } from "../check/kinds.ts";
import { agent, checkDescription, type Agent, type AgentContext } from "../describe/agent.ts";
import type { UpstreamOf, Workers } from "../describe/agent.ts";
import { DEFAULT_LIMITS } from "../describe/limits.ts";
import type { PassedOn } from "../describe/passed-on.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import type { PositionOn } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import { jsonSchemaOf } from "../check/json-schema.ts";
import { instructionsFor, jsonIn, unreadable } from "../prompt/json-answer.ts";
import { promptOf, type Prompt } from "../prompt/prompt-of.ts";
import {
  checkModel,
  DEFAULT_MAX_BYTES,
  DEFAULT_TIMEOUT_MS,
  type Tools,
} from "../program/coding-agent.ts";
import { checkEnvironment, environmentOf, type Environment } from "../program/environment.ts";
import {
  ARGUMENTS,
  COMMAND,
  nameOf,
  PROGRAM,
  type ProgramOptions,
} from "../program/program-options.ts";
import type { Program } from "../program/start-program.ts";
import { temporaryFiles } from "../program/temporary-files.ts";
import { openWorkspace, WORKSPACE, type WorkspaceKind } from "../program/workspace.ts";
import { converse, type SaidByAgent } from "./conversation.ts";
import { turnFailed } from "./failure.ts";
import { permissionsFor, type Permissions } from "./permissions.ts";
import { usagesOf } from "./usage.ts";

/** How an agent that speaks the protocol is described: as an agent, but for `run` and `batch`. `maxBytes` bounds what its model says. */
export type AcpOptions<
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
    /** Which model it asks, by its own name for it. What a team's tier says goes first. */
    readonly model?: string;
    /** Arguments of the program; of a preset, more of them, which may undo what keeps it safe. */
    readonly args?: readonly string[];
    /**
     * The mode of its session, by its own name for it. Default: the first one of those that are known to permit no more than `tools` says; an agent
     * that has modes and none of these is refused before it is asked anything.
     */
    readonly mode?: string;
    /** Says of each thing that it asks for whether it may. Default: nothing may be done; with `tools: "write"`, files in its folder may be edited. */
    readonly permissions?: Permissions;
    /** How to log in, by its own name for it, where it wants to be told. */
    readonly login?: string;
    /** Options of its session, by its own names for them, set before the first prompt. */
    readonly settings?: Readonly<Record<string, string | boolean>>;
  };

type AnyAcpOptions = AcpOptions<string, unknown, unknown, unknown, unknown, Workers> & {
  readonly command?: string;
};

/**
 * An agent that speaks the Agent Client Protocol (version 1) on its standard input and output. It is started for each attempt, in a session of
 * its own, in the most restrictive mode that it has; whatever it asks for is refused unless `permissions` says otherwise. Its `output` schema
 * stands in the prompt. When the attempt is aborted, it is told to cancel, and its processes are ended.
 *
 * Throws `BAD_OPTIONS` when something in the description cannot work.
 */
export function acpAgent<
  const Name extends string = string,
  Task = unknown,
  Raw = unknown,
  Input = Task,
  Output = string,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  options: AcpOptions<Name, Input, Task, Raw, Output, Needs, Property, Draft> & {
    /** A program, by its name or path. No shell reads it. */
    readonly command: string;
  },
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  object("describe it: { command, args }").needed().take(options, "what acpAgent() is given");
  const given = options as AnyAcpOptions;
  words(PROGRAM).needed().take(given.command, "acpAgent: command");
  const command = String(given.command);
  return speakingAgent(given, {
    name: nameOf(command),
    command,
    where: `acpAgent "${given.name ?? command}"`,
    loginHint: "log in by its own program, or say how by login and env",
    modes: KNOWN_MODES,
    env: () => [],
  }) as never;
}

/** Modes that many agents have, by what they permit. */
const KNOWN_MODES: Readonly<Record<Tools, readonly string[]>> = {
  none: ["plan", "read-only", "ask"],
  read: ["plan", "read-only", "ask"],
  write: ["acceptEdits", "autoEdit", "workspace-write"],
};

/** What is known of one agent. */
export interface AcpKind {
  readonly name: string;
  readonly command: string;
  /** Whose options these are, for messages. */
  readonly where: string;
  /** How to get it, for a message. */
  readonly install?: string;
  /** How its user logs in, for a message. */
  readonly loginHint: string;
  /** Its modes that will do, the best first. */
  readonly modes: Readonly<Record<Tools, readonly string[]>>;
  readonly env: (tools: Tools) => Environment;
  /**
   * It is started in an empty folder, since it would obey settings that it finds where it is. Its session is in the folder where it works
   * (`"program"`), or is there, too, and it is told in its prompt where to look (`"session"`).
   */
  readonly apart?: "program" | "session";
  /** Whether what it said is no answer of its model, but what went wrong. */
  readonly unanswered?: (said: SaidByAgent) => boolean;
  readonly start?: (asked: AcpStartingWith) => AcpStart | Promise<AcpStart>;
}

/** What the start of an agent depends on. */
export interface AcpStartingWith {
  readonly tools: Tools;
  readonly model: string | undefined;
  /** Whose it is, for messages. */
  readonly agent: string;
  /** The folder that it works in. */
  readonly cwd: string;
  /** Writes a temporary file, and resolves to its path; it is removed when the attempt is over. */
  readonly file: (name: string, content: string) => Promise<string>;
}

/** How an agent is started. */
export interface AcpStart {
  readonly args?: readonly string[];
  readonly env?: Environment;
  /** What its session is told of its own extensions. */
  readonly meta?: Fields;
  /** The model was chosen by that. */
  readonly hasModel?: boolean;
}

const OWN_OPTIONS =
  "tools model command args mode permissions login settings prompt env cwd workspace".split(" ");

/** The parts of the grace in which a turn may end by itself, and then the processes, before they are killed. */
const CANCEL_AFTER = 0.25;
const KILL_AFTER = 0.35;

/** The agent that speaks the protocol, of which `kind` knows more than its user has to say. */
export function speakingAgent(given: AnyAcpOptions, kind: AcpKind): unknown {
  const { where } = kind;
  const { tools = "none", model, command = kind.command, args = [], mode, ...others } = given;
  const { permissions, login, settings = {}, prompt, env, cwd, workspace, ...rest } = others;
  for (const option of ["run", "batch"]) {
    if (!Object.hasOwn(rest, option)) continue;
    const why = `${where} has ${option}, which a program cannot have; leave it out`;
    throw new QuorateError("BAD_OPTIONS", why);
  }
  checkDescription(rest, OWN_OPTIONS, where);
  word("none", "read", "write").take(tools, `${where}: tools`);
  checkModel(model, where);
  COMMAND.take(command, `${where}: command`);
  ARGUMENTS.take(args, `${where}: args`);
  words("name a mode of it").take(mode, `${where}: mode`);
  func("use (request) => true or false").take(permissions, `${where}: permissions`);
  if (kind.modes[tools].length === 0) {
    const why = `${where} has tools "${tools}", for which it has no mode that permits no more`;
    throw new QuorateError("BAD_OPTIONS", `${why}; use its preset of quorate/command`);
  }
  words("name a way to log in").take(login, `${where}: login`);
  SETTINGS.take(settings, `${where}: settings`);
  func("use (task) => …").take(prompt, `${where}: prompt`);
  checkEnvironment(env, where);
  words("use the path of a folder").take(cwd, `${where}: cwd`);
  const standard = tools === "none" ? "empty" : tools === "write" ? "copy" : "in-place";
  const { name = kind.name, output, maxBytes = DEFAULT_MAX_BYTES } = rest;
  const { graceMs = DEFAULT_LIMITS.graceMs } = rest;
  const place: WorkspaceKind = WORKSPACE.take(workspace, `${where}: workspace`) ?? standard;
  const instructions = output === undefined ? "" : `\n\n${instructionsFor(jsonSchemaOf(output))}`;

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const asked = promptOf(prompt as Prompt | undefined, task, context) + instructions;
    const chosen = typeof context.model === "string" ? context.model : model;
    checkModel(chosen, where);
    await using files = temporaryFiles();
    const program: Program = {
      agent: name,
      command,
      args: [],
      env: environmentOf([kind.env(tools), env ?? []]),
      cwd: resolve(cwd ?? "."),
      maxBytes,
      killAfterMs: graceMs * KILL_AFTER,
      install: kind.install,
      signal: context.signal,
    };
    await using work = await openWorkspace(place, program);
    await using apart = await openWorkspace(kind.apart === undefined ? "in-place" : "empty", {
      ...program,
      cwd: work.cwd,
    });
    const isElsewhere = kind.apart === "session" && tools !== "none";
    const started =
      (await kind.start?.({
        agent: name,
        tools,
        model: chosen,
        cwd: work.cwd,
        file: files.write,
      })) ?? {};
    const said = await converse({
      program: {
        ...program,
        args: [...(started.args ?? []), ...args],
        env: environmentOf([kind.env(tools), started.env ?? [], env ?? []]),
        cwd: apart.cwd,
      },
      setup: {
        agent: name,
        cwd: isElsewhere ? apart.cwd : work.cwd,
        meta: started.meta,
        login,
        model: started.hasModel === true ? undefined : chosen,
        settings,
        modes: mode === undefined ? kind.modes[tools] : [mode],
        isModeChosen: mode !== undefined,
      },
      prompt: isElsewhere ? `${asked}\n\n${whereabouts(work.cwd)}` : asked,
      worksIn: work.cwd,
      permissions: permissions ?? permissionsFor(tools),
      loginHint: kind.loginHint,
      cancelMs: graceMs * CANCEL_AFTER,
      emit: context.emit,
      used(response, cost) {
        for (const usage of usagesOf(response, cost, chosen)) report(context, usage);
      },
    });
    if (kind.unanswered?.(said) === true) {
      // Warnings stand before it.
      throw turnFailed(name, kind.loginHint, said.aside.split("\n\n").at(-1) ?? "");
    }
    return answerOf(name, said, output !== undefined);
  }

  return agent({
    timeoutMs: DEFAULT_TIMEOUT_MS,
    maxBytes,
    ...rest,
    ...(model !== undefined && { model }),
    name,
    run,
  } as never);
}

const whereabouts = (cwd: string): string =>
  `The files that this is about are in the folder ${JSON.stringify(cwd)}.`;

const SETTINGS = fitting<Readonly<Record<string, string | boolean>>>(
  (given) =>
    typeof given === "object" &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every((value) => ["string", "boolean"].includes(typeof value)),
  'use its own names and values, for instance { effort: "low" }',
);

function report(context: AgentContext, usage: Parameters<AgentContext["report"]>[0]): void {
  try {
    context.report(usage);
  } catch (thrown) {
    // What cannot be taken is unknown. The answer counts.
    hear(thrown);
  }
}

function answerOf(
  agent: string,
  { all, last, stopReason }: SaidByAgent,
  isShaped: boolean,
): unknown {
  switch (stopReason) {
    case "end_turn":
      break;
    case "max_tokens":
    case "max_turn_requests":
      throw unreadable(`${agent}: its turn was cut off (${stopReason}); have it say and do less`);
    case "refusal":
      throw new QuorateError("AGENT_FAILED", `${agent} refuses to answer; ask for something else`);
    default:
      throw new QuorateError(
        "AGENT_FAILED",
        `${agent} ended its turn without an answer (${stopReason || "it does not say why"}); run it by hand to see why`,
      );
  }
  if (isShaped) return jsonIn(all);
  if (last !== "") return last;
  throw unreadable(`${agent} said nothing; ask it for an answer`);
}
