import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { describeThrown, QuorateError } from "../errors.ts";
import { DEFAULT_DATABASE } from "./database.ts";
import { EXIT, exitCodeOfError } from "./exit-code.ts";
import type { ExplainFlags } from "./explain-command.ts";
import type { RunFlags } from "./run-command.ts";
import type { RunsFlags } from "./runs-command.ts";
import { safeBlock, safeText } from "./safe-text.ts";
import type { ShowFlags } from "./show-command.ts";
import { terminal } from "./terminal.ts";

/** Carries out one command line, and gives the exit code. Never rejects: what goes wrong is told on stderr. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = describeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      // Called without a command: the help says it all.
      if (error.code === "commander.help") return EXIT.usage;
      complain(
        `${error.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ")}; see quorate --help`,
      );
      return EXIT.usage;
    }
    complain(sentenceOf(error));
    if (wantsStack(args) && error instanceof Error)
      process.stderr.write(`${safeBlock(error.stack ?? "")}\n`);
    return exitCodeOfError(error);
  }
}

function sentenceOf(error: unknown): string {
  const sentence = describeThrown(error);
  return error instanceof QuorateError && sentence.endsWith("see the cause")
    ? sentence.replace("see the cause", describeThrown(error.cause))
    : sentence;
}

function complain(sentence: string): void {
  process.stderr.write(`quorate: ${safeText(sentence)}\n`);
}

function wantsStack(args: readonly string[]): boolean {
  return args.includes("--debug") || (process.env["QUORATE_DEBUG"] ?? "") !== "";
}

const HELP_COLUMNS = 80;

function describeProgram(exitWith: (code: number) => void): Command {
  const program = new Command("quorate")
    .description("Runs a team of agents, and shows what it did and why.")
    .version(packageVersion())
    .helpCommand(false)
    // What a sub-command rejects comes back to runProgram, which tells it in one sentence.
    .exitOverride()
    .configureOutput({ outputError: () => undefined, getOutHelpWidth: () => HELP_COLUMNS })
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 complete and decided; 3 undecided, or somebody did not answer;",
        "1 failed; 2 called wrongly; 130 stopped by Ctrl-C.",
      ].join("\n"),
    );
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--debug", "print the stack of an error too");
  const database = (): Option =>
    new Option("--db <file>", "the SQLite file with the runs").default(DEFAULT_DATABASE);

  command("run", "Gives a task to a team and shows how it goes.")
    .argument("<team>", "a TypeScript or JavaScript file whose default export is a supervisor")
    .requiredOption("--input <file>", "the task, as JSON; - reads standard input")
    .option("--agents <names>", "ask only these, separated by commas", namesIn)
    .addOption(new Option("--mode <mode>", "how they are asked").choices(["parallel", "sequence"]))
    .option(
      "--db <file>",
      `keep the log here (default: the team's own store, else ${DEFAULT_DATABASE})`,
    )
    .option("--json", "print one JSON document and nothing else")
    .option("--full", "print answers and reasons whole")
    .action(async (team: string, options: RunFlags) => {
      const { runCommand } = await import("./run-command.ts");
      exitWith(await runCommand(team, options));
    });

  command("runs", "Lists the latest runs.")
    .addOption(database())
    .option("--limit <n>", "how many", atLeastOne, 20)
    .option("--json", "print them as JSON")
    .action(async (options: RunsFlags) => {
      const { runsCommand } = await import("./runs-command.ts");
      await runsCommand(options, terminal());
    });

  command("show", "Shows a run again, from its log alone.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .addOption(database())
    .option("--json", "print it as JSON, with its events")
    .option("--full", "print answers and reasons whole")
    .action(async (run: string, options: ShowFlags) => {
      const { showCommand } = await import("./show-command.ts");
      await showCommand(run, options, terminal());
    });

  command("explain", "Tells who said what, where they differed, and why it was decided so.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .option("--subject <text>", "only subjects that contain this")
    .addOption(database())
    .option("--full", "print every subject, and texts whole")
    .action(async (run: string, options: ExplainFlags) => {
      const { explainCommand } = await import("./explain-command.ts");
      await explainCommand(run, options, terminal());
    });
  return program;
}

function namesIn(list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Give names separated by commas.");
  return names;
}

function atLeastOne(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("Give a whole number, 1 or more.");
  return number;
}

function packageVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
