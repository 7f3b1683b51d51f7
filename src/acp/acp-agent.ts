import { resolve } from "node:path";
import { jsonSchemaOf } from "../check/json-schema.ts";
import { fitting, func, text } from "../check/kinds.ts";
import { options, type Checked } from "../check/options.ts";
import {
  adapted,
  type Adapter,
  type OwnOf,
  type AnyNeeds,
  type PassedOn,
} from "../describe/adapter.ts";
import type { Agent, AgentContext, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import type { PositionOn } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import {
  DEFAULT_MAX_BYTES,
  DEFAULT_TIMEOUT_MS,
  MODEL_NAME,
  TOOLS,
  type Tools,
} from "../program/coding-agent.ts";
import { environmentOf, type Environment } from "../program/environment.ts";
import {
  ARGUMENTS,
  COMMAND,
  nameOf,
  PROGRAM_OPTIONS,
  type ProgramOptions,
} from "../program/program-options.ts";
import type { Program } from "../program/start-program.ts";
import { temporaryFiles } from "../program/temporary-files.ts";
import { openWorkspace } from "../program/workspace.ts";
import { instructionsFor, jsonIn, unreadable } from "../prompt/json-answer.ts";
import { promptOf } from "../prompt/prompt-of.ts";
import { converse, type SaidByAgent } from "./conversation.ts";
import { turnFailed } from "./failure.ts";
import { permissionsFor, type Permissions } from "./permissions.ts";
import { usagesOf } from "./usage.ts";

/** Options of an agent that speaks the protocol: those of an agent except `run` and `batch`. `maxBytes` limits what its model says. */
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
    /** What the agent may do. Default: `"none"`. */
    readonly tools?: Tools;
    /** The model to ask, by the agent's own name for it. A team's tier has precedence. */
    readonly model?: string;
    /** The program's arguments; for a preset, further ones, which can undo what keeps it safe. */
    readonly args?: readonly string[];
    /**
     * The mode of its session, by the agent's own name for it. Default: the first mode that is known to permit no more than `tools` does; an agent
     * that has modes but none of these is refused before it is asked anything.
     */
    readonly mode?: string;
    /** Decides about each request for permission. Default: refuse; with `tools: "write"`, allow edits of files in its folder. */
    readonly permissions?: Permissions;
    /** The login method, by the agent's own name for it, if the agent requires one. */
    readonly login?: string;
    /** Options of its session, by the agent's own names, set before the first prompt. */
    readonly settings?: Readonly<Record<string, string | boolean>>;
  };

/**
 * An agent that speaks the Agent Client Protocol (version 1) on its standard input and output. Each attempt starts it, with a session of its own
 * in its most restrictive mode; everything it asks permission for is refused unless `permissions` allows it. The `output` schema is put into
 * the prompt. When the attempt is aborted, the agent is told to cancel, and its processes are ended.
 *
 * Throws `BAD_OPTIONS` if an option cannot work.
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
  given: AcpOptions<Name, Input, Task, Raw, Output, Needs, Property, Draft> & {
    /** The program, by name or path. It is started without a shell. */
    readonly command: string;
  },
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  return speakingAgent(given, {
    maker: "acpAgent",
    instead: "describe it: { command, args }",
    called: ({ command }, maker) => nameOf(COMMAND.needed().take(command, `${maker}: command`)),
    loginHint: "log in by its own program, or say how by login and env",
    modes: KNOWN_MODES,
    env: () => [],
  });
}

/** Modes that many agents have, by what they permit. */
const KNOWN_MODES: Readonly<Record<Tools, readonly string[]>> = {
  none: ["plan", "read-only", "ask"],
  read: ["plan", "read-only", "ask"],
  write: ["acceptEdits", "autoEdit", "workspace-write"],
};

/** What is particular to one agent. */
export interface AcpKind extends Omit<Adapter<unknown>, "is" | "own" | "limits"> {
  /** The program, if the user need not name it. */
  readonly command?: string;
  /** How to install it, for a message. */
  readonly install?: string;
  /** How its user logs in, for a message. */
  readonly loginHint: string;
  /** The acceptable modes, best first. */
  readonly modes: Readonly<Record<Tools, readonly string[]>>;
  readonly env: (tools: Tools) => Environment;
  /**
   * Whether it is started in an empty folder, because it would obey settings that it finds where it starts. `"program"`: only the program is; its
   * session is in the folder where it works. `"session"`: the session is, too, and the prompt tells it where to look.
   */
  readonly apart?: "program" | "session";
  /** Whether what it said is an error message instead of its model's answer. */
  readonly unanswered?: (said: SaidByAgent) => boolean;
  readonly start?: (asked: AcpStartingWith) => AcpStart | Promise<AcpStart>;
}

/** What the start of an agent depends on. */
export interface AcpStartingWith {
  readonly tools: Tools;
  readonly model: string | undefined;
  /** The agent's name, for messages. */
  readonly agent: string;
  /** The folder to work in. */
  readonly cwd: string;
  /** Writes a temporary file, and resolves to its path; it is removed when the attempt is over. */
  readonly file: (name: string, content: string) => Promise<string>;
}

/** How an agent is started. */
export interface AcpStart {
  readonly args?: readonly string[];
  readonly env?: Environment;
  /** Data for the agent's own extensions, sent when its session is made. */
  readonly meta?: Fields;
  /** Whether the model was already chosen this way. */
  readonly hasModel?: boolean;
}

type AcpOwn = OwnOf<AcpOptions<string, unknown, unknown, unknown, unknown, AnyNeeds>> & {
  readonly model?: string;
  readonly command?: string;
};

const OWN = options<AcpOwn, "tools" | "args" | "settings">({
  ...PROGRAM_OPTIONS.table,
  tools: TOOLS.or("none"),
  model: MODEL_NAME,
  command: COMMAND,
  args: ARGUMENTS.or([]),
  mode: text("name a mode of it"),
  permissions: func("use (request) => true or false"),
  login: text("name a way to log in"),
  settings: fitting<Readonly<Record<string, string | boolean>>>(
    isSettings,
    'use its own names and values, for instance { effort: "low" }',
  ).or({}),
});

function isSettings(given: unknown): boolean {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return false;
  return Object.values(given).every((value) => ["string", "boolean"].includes(typeof value));
}

/** The parts of the grace in which the turn, and then the processes, may end by themselves before they are killed. */
const CANCEL_AFTER = 0.25;
const KILL_AFTER = 0.35;

/** Makes an agent that speaks the protocol. `kind` sets more than its user can. */
export function speakingAgent<Made>(given: unknown, kind: AcpKind): Made {
  const adapter: Adapter<Checked<typeof OWN>> = {
    ...kind,
    is: "a program",
    own: OWN,
    limits: { timeoutMs: DEFAULT_TIMEOUT_MS, maxBytes: DEFAULT_MAX_BYTES },
  };
  const { own, passed, name, where, maxBytes, graceMs, agentOf } = adapted(adapter, given);
  const { tools, model, args, mode, permissions, login, settings, prompt, env = [] } = own;
  const { command = kind.command ?? "", cwd = "." } = own;
  if (kind.modes[tools].length === 0) {
    const why = `${where} has tools "${tools}", and none of its known modes permits only that`;
    throw new QuorateError("BAD_OPTIONS", `${why}; use its preset of quorate/command`);
  }
  const standard = tools === "none" ? "empty" : tools === "write" ? "copy" : "in-place";
  const { workspace = standard } = own;
  const { output } = passed;
  const instructions = output === undefined ? "" : `\n\n${instructionsFor(jsonSchemaOf(output))}`;

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const asked = promptOf(prompt, task, context) + instructions;
    const asks = typeof context.model === "string" ? context.model : model;
    const chosen = MODEL_NAME.take(asks, `${where}: model`);
    await using files = temporaryFiles();
    const program: Program = {
      agent: name,
      command,
      args: [],
      env: environmentOf([kind.env(tools), env]),
      cwd: resolve(cwd),
      maxBytes,
      killAfterMs: graceMs * KILL_AFTER,
      install: kind.install,
      signal: context.signal,
    };
    await using work = await openWorkspace(workspace, program);
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
        env: environmentOf([kind.env(tools), started.env ?? [], env]),
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
      // Warnings precede it.
      throw turnFailed(name, kind.loginHint, said.aside.split("\n\n").at(-1) ?? "");
    }
    return answerOf(name, said, output !== undefined);
  }

  return agentOf(run, model === undefined ? {} : { model });
}

const whereabouts = (cwd: string): string =>
  `The files that this is about are in the folder ${JSON.stringify(cwd)}.`;

function report(context: AgentContext, usage: Parameters<AgentContext["report"]>[0]): void {
  try {
    context.report(usage);
  } catch (thrown) {
    // A report that is refused leaves the cost unknown; the answer counts.
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
      throw unreadable(`${agent}: its turn was cut off (${stopReason}); ask for less`);
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
  throw unreadable(`${agent} ended its turn without a text; ask for an answer in the prompt`);
}
