import type { Command } from "commander";

const SHELLS = ["zsh", "bash", "fish", "powershell"];

/** Whether a command line asks for completions, or for the script by which a shell asks for them. */
export function isCompletion([name]: readonly string[]): boolean {
  return name === "completion" || name === "complete";
}

/** Adds the commands that complete command lines in a shell. They know whatever the program has. */
export async function addCompletion(program: Command): Promise<void> {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  tab(program, { completionCommandName: "completion" });
}

/** The command as the help lists it, where it is not called. */
export function describeCompletion(command: Command): void {
  command.argument("<shell>", SHELLS.join(", "));
}
