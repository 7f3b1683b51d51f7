import { Option, type Command } from "commander";
import { DEFAULT_DATABASE } from "./database.ts";
import { envFile } from "./env-file.ts";
import { setting } from "./flag-values.ts";

/** Adds the flags that say what the task is; `what` is the task's name in the help. */
export function addTaskFlags(command: Command, what: string): Command {
  return command
    .option("--input <json>", `${what}: a JSON file, - for standard input, or the JSON itself`)
    .option("--text <file>", `${what}: a text file, or - for standard input`)
    .option(
      "--set <name=value>",
      "a member of the task: name=text, name:=JSON or name=@file; repeatable",
      setting,
    );
}

/** Adds the flag that reads the team's environment from a file. */
export function addEnvironmentFlag(command: Command): Command {
  return command.option(
    "--env-file <file>",
    "set the variables of a file, as Node does; repeatable",
    envFile,
  );
}

/** The flag that names the database of a team, which may have a store of its own. */
export function teamDatabase(what: string): Option {
  return new Option(
    "--db <file>",
    `${what} (default: the team's own store, else ${DEFAULT_DATABASE})`,
  ).env("QUORATE_DB");
}
