import { existsSync } from "node:fs";
import type { Command } from "commander";
import { QuorateError } from "../../model/errors.ts";
import { isCompletion } from "../completion.ts";
import type { Completed } from "./config-file.ts";
import { givenPath } from "./given-path.ts";

const FILES = ["ts", "mts", "js", "mjs"].map((ending) => `quorate.config.${ending}`);

/** The file of the folder that the command was called in; `undefined` where there is none. Throws `BAD_OPTIONS` where there are several. */
export function configFile(): string | undefined {
  const [file, other] = FILES.filter((one) => existsSync(givenPath(one)));
  if (file === undefined || other === undefined) return file;
  throw new QuorateError("BAD_OPTIONS", `There are ${file} and ${other}; keep one of them.`);
}

/**
 * A command line with what a file in this folder says of teams, where there is one and the command is about a team. `describe` makes a program to find out
 * what was given.
 */
export async function completedByFile(
  args: readonly string[],
  describe: () => Command,
): Promise<Completed> {
  const file = isCompletion(args) || asksForHelp(args) ? undefined : configFile();
  if (file === undefined) return { args, tell: () => undefined };
  const { completedBy } = await import("./config-file.ts");
  return completedBy(file, args, describe());
}

function asksForHelp(args: readonly string[]): boolean {
  return args[0] === "help" || args.includes("--help") || args.includes("-h");
}
