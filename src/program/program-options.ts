import { asName } from "../check/name.ts";
import { basename } from "node:path";
import { fitting, func, listOf, text } from "../check/kinds.ts";
import { options, type Option, type Options } from "../check/options.ts";
import type { AgentContext } from "../describe/agent.ts";
import type { Prompt } from "../prompt/prompt-of.ts";
import { ENVIRONMENT, type Environment } from "./environment.ts";
import { WORKSPACE, type WorkspaceKind } from "./workspace.ts";

/** How a program is started. */
export interface ProgramOptions<Task = unknown, Upstream = AgentContext["results"]> {
  /** Makes the prompt. Default: the task, and the results that the agent sees. */
  readonly prompt?: Prompt<Task, Upstream>;
  /**
   * The environment variables that it gets in addition to `PATH`, `HOME`, `USER`, `SHELL`, the language, the terminal, the time zone, and the
   * temporary and XDG folders: `["TOKEN"]` passes one on, `{ TOKEN: "…" }` sets one.
   */
  readonly env?: Environment;
  /** The folder it works in. Default: this process's working directory. */
  readonly cwd?: string;
  /** Whether it works in that folder or in a temporary one that is removed afterwards. Default: `"in-place"`. */
  readonly workspace?: WorkspaceKind;
}

/** The default name of an agent that is a program: the program's file name without its extension. */
export function nameOf(command: string): string {
  return asName(basename(command).replace(/\.(?:exe|cmd|bat|[cm]?[jt]s|sh|py)$/i, ""));
}

const PROGRAM = 'name a program, for instance "tsc"';
/** A program, by its name or path. */
export const COMMAND: Option<string | undefined> = fitting(
  (given) => typeof given === "string" && given.trim() !== "" && !given.includes("\0"),
  PROGRAM,
);

/** Arguments that never change. */
export const ARGUMENTS: Option<readonly string[] | undefined> = listOf(
  (one) => typeof one === "string" && !one.includes("\0"),
  'use a list of texts, for instance ["--noEmit"]',
);

/** The options of every program. */
export const PROGRAM_OPTIONS: Options<ProgramOptions> = options({
  prompt: func("use (task) => …"),
  env: ENVIRONMENT,
  cwd: text("use the path of a folder"),
  workspace: WORKSPACE,
});
