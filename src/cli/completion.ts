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
  const script = program.commands.find((command) => command.name() === "completion");
  script?.hook("preAction", (_command, { args: [shell] }) => {
    if (shell === "bash") process.stdout.write(WITHOUT_BASH_COMPLETION);
  });
}

// The script takes it from the package bash-completion, which not every machine has.
const WITHOUT_BASH_COMPLETION = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref() {
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
        cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
    }
fi
`;

/** The command as the help lists it, where it is not called. */
export function describeCompletion(command: Command): void {
  command.argument("<shell>", SHELLS.join(", "));
}
