import { basename } from "node:path";
import { fitting, func, listOf, text } from "../check/kinds.ts";
import { options, type Option, type Options } from "../check/options.ts";
import type { AgentContext } from "../describe/agent.ts";
import type { Prompt } from "../prompt/prompt-of.ts";
import { ENVIRONMENT, type Environment } from "./environment.ts";
import { WORKSPACE, type WorkspaceKind } from "./workspace.ts";

/** How a program is started. */
export interface ProgramOptions<Task = unknown, Upstream = AgentContext["results"]> {
  /** What it is asked. Default: the task, and the results that it may see. */
  readonly prompt?: Prompt<Task, Upstream>;
  /**
   * Which variables of the environment it sees besides `PATH`, `HOME`, `USER`, `SHELL`, the language, the terminal, the time zone, and
   * temporary and XDG folders: `["TOKEN"]` hands one on, `{ TOKEN: "…" }` sets one.
   */
  readonly env?: Environment;
  /** The folder it works in. Default: that of this process. */
  readonly cwd?: string;
  /** Whether it works there, or in a temporary folder that is removed afterwards. Default: `"in-place"`. */
  readonly workspace?: WorkspaceKind;
}

/** What an agent is called by default that is a program: what the program is called, without what its name ends in. */
export function nameOf(command: string): string {
  return basename(command).replace(/\.(?:exe|cmd|bat|[cm]?[jt]s|sh|py)$/i, "");
}

const PROGRAM = 'name a program, for instance "tsc"';
/** A program, by its name or path. */
export const COMMAND: Option<string | undefined> = fitting(
  (given) => typeof given === "string" && given.trim() !== "" && !given.includes("\0"),
  PROGRAM,
);

/** Arguments that are always the same. */
export const ARGUMENTS: Option<readonly string[] | undefined> = listOf(
  (one) => typeof one === "string" && !one.includes("\0"),
  'use a list of texts, for instance ["--noEmit"]',
);

/** What every program may be told of how it is started. */
export const PROGRAM_OPTIONS: Options<ProgramOptions> = options({
  prompt: func("use (task) => …"),
  env: ENVIRONMENT,
  cwd: text("use the path of a folder"),
  workspace: WORKSPACE,
});
