import { Argument, Command, CommanderError, Option } from "commander";
import { QuorateError } from "../model/errors.ts";
import type { AgentsFlags } from "./commands/agents-command.ts";
import type { AuditFlags } from "./commands/audit-command.ts";
import { ADDRESSES } from "./addresses.ts";
import { askForMissing } from "./given/ask-for-missing.ts";
import { addCompletion, describeCompletion, isCompletion } from "./completion.ts";
import { printError } from "./print-error.ts";
import { DEFAULT_DATABASE } from "./given/database.ts";
import { EXIT, exitCodeOfError } from "./exit-code.ts";
import type { DecideFlags } from "./commands/decide-command.ts";
import type { ForkFlags } from "./commands/fork-command.ts";
import { envFile } from "./given/env-file.ts";
import { completedByFile } from "./given/find-config.ts";
import { finish } from "./finish.ts";
import { addEvalCommand } from "./given/eval-flags.ts";
import { addFrontCommands } from "./commands/front-commands.ts";
import { age, failOn, namesIn, place, priority, tag } from "./given/flag-values.ts";
import { addLogCommands } from "./commands/log-commands.ts";
import { addExamples } from "./help-examples.ts";
import { keepOutputs, reserveStdout } from "./output.ts";
import { packageVersion } from "./package-version.ts";
import type { BillFlags } from "./commands/bill-command.ts";
import type { PlanFlags } from "./commands/plan-command.ts";
import type { ResumeFlags } from "./commands/resume-command.ts";
import type { RunFlags } from "./commands/run-command.ts";
import { addLimitFlags, addRunFlags } from "./given/run-flags.ts";
import { safeBlock } from "./shown/safe-text.ts";
import { stackOf } from "./stack-place.ts";
import { strayed, watchStrays } from "./strays.ts";
import { addEnvironmentFlag, addTaskFlags, teamDatabase } from "./given/task-flags.ts";
import { terminal } from "./shown/terminal.ts";
import { usageSentence, withCommandOf } from "./usage-sentence.ts";
import { addTruthCommands } from "./commands/truth-commands.ts";
import { withoutCommands } from "./workflow-commands.ts";

/** What the command `quorate` is: carries out its command line, and ends the process. */
export async function commandLine(args: readonly string[]): Promise<never> {
  keepOutputs();
  hideWarnings();
  watchStrays();
  return finish(await runProgram(args));
}

/** What Node says on standard error besides: that its SQLite is experimental, and of a file that is told of in a sentence of ours. */
const HIDDEN = ["SQLite is an experimental feature", "Failed to load the ES module"];

function hideWarnings(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (HIDDEN.some((beginning) => warning.message.startsWith(beginning))) return;
    for (const listener of listeners) listener.call(process, warning);
  });
}

/** Carries out one command line, and gives the exit code. Never rejects: what goes wrong is told on stderr. */
export async function runProgram(args: readonly string[]): Promise<number> {
  // From before a team is loaded.
  if (args.includes("--json")) reserveStdout();
  // Set to nothing is not set; of a flag's variable commander sees otherwise.
  if (process.env["QUORATE_DB"] === "") delete process.env["QUORATE_DB"];
  let exitCode: number = EXIT.ok;
  const program = describeProgram(args, (code) => {
    exitCode = code;
  });
  try {
    if (isCompletion(args)) await addCompletion(program);
    const { args: completed, tell } = await completedByFile(args, () =>
      describeProgram(args, () => undefined),
    );
    tell(program);
    await program.parseAsync(withCommandOf(program, completed), { from: "user" });
    return strayed.aborted ? failedBy(strayed.reason, args) : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      // Called without a command: the help says it all.
      if (error.code === "commander.help") return EXIT.usage;
      printError(usageSentence(error, program, args));
      return EXIT.usage;
    }
    // What stopped the command was told when it came.
    const wasTold = strayed.aborted && error === strayed.reason;
    if (!wasTold) {
      printError(error);
      printStack(error, args);
    }
    return strayed.aborted ? failedBy(strayed.reason, args) : exitCodeOfError(error);
  }
}

/** What the team's code did has been told; the stack of it has not. */
function failedBy(stray: Error, args: readonly string[]): number {
  printStack(stray.cause, args);
  return EXIT.failed;
}

function printStack(error: unknown, args: readonly string[]): void {
  if (wantsStack(args)) process.stderr.write(withoutCommands(`${safeBlock(stackOf(error))}\n`));
}

function wantsStack(args: readonly string[]): boolean {
  return args.includes("--debug") || (process.env["QUORATE_DEBUG"] ?? "") !== "";
}

const HELP_COLUMNS = 80;
const PRICES = [
  "--prices <file>",
  "a JSON file with prices of models; it overrides the team's",
] as const;

const FAIL_ON = [
  "--fail-on <what>",
  "exit with 4 on this result: hold, SUBJECT=VALUE or severity>=high; overrides what the team's gate says about it; repeatable",
  failOn,
] as const;

function describeProgram(args: readonly string[], exitWith: (code: number) => void): Command {
  const program = new Command("quorate")
    .description("Runs a team of agents, and shows what it did and why.")
    .version(packageVersion(), "-v, --version")
    .helpCommand("help [command]", "Shows how a command is used.")
    // What a sub-command rejects comes back to runProgram, which tells it in one sentence.
    .exitOverride()
    .configureHelp({
      // Without "[options]": every command has some, and the descriptions need the room.
      subcommandTerm: (listed) =>
        [listed.name(), ...listed.registeredArguments.map(argumentTerm)].join(" "),
    })
    .configureOutput({ outputError: () => undefined, getOutHelpWidth: () => HELP_COLUMNS })
    .addHelpText(
      "after",
      [
        "",
        "Exit codes, the first that fits: 2 wrong usage; 1 failed; 4 decided, and the",
        "gate does not pass; 3 undecided, waiting, an agent did not answer, or a notice",
        "warns; 0 complete and decided. 130 after Ctrl-C.",
        ...(ADDRESSES.docs === undefined ? [] : ["", `Documentation: ${ADDRESSES.docs}`]),
      ].join("\n"),
    );
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--debug", "print the stack of an error too");
  const database = (): Option =>
    new Option("--db <file>", "the SQLite file with the runs, or postgres://…")
      .default(DEFAULT_DATABASE)
      .env("QUORATE_DB");
  // The commands that ask a team: it may have a store of its own.
  const asking = (
    name: string,
    description: string,
    describe: (command: Command) => Command,
  ): Command =>
    addEnvironmentFlag(
      describe(
        command(name, description).argument(
          "<team>",
          "a TypeScript or JavaScript file whose default export is a supervisor",
        ),
      ),
    )
      .addOption(teamDatabase("where the log is"))
      .option(...PRICES)
      .option(...FAIL_ON)
      .option("--json", "print one JSON document and nothing else")
      .option("--full", "print answers and reasons whole");

  asking("run", "Gives a task to a team and shows its progress.", (run) =>
    addRunFlags(addTaskFlags(run, "the task"))
      .option("--id <id>", "a name for the run; if it exists, it is resumed or shown")
      .option("--tenant <name>", "whose run it is")
      .option("--tag <name=value>", "a text to find the run by; repeatable", tag)
      .option("--agents <names>", "ask only these, separated by commas", namesIn)
      .addOption(
        new Option("--mode <mode>", "how they are asked").choices(["parallel", "sequence"]),
      )
      .option("--detach", "leave the run to a worker, and print its id")
      .option("--priority <n>", "with --detach: from -100 to 100; higher ones first", priority),
  ).action(async (team: string, options: RunFlags) => {
    const { runCommand } = await import("./commands/run-command.ts");
    exitWith(await runCommand(team, options));
  });

  const plan = command("plan", "Shows what a task would take, without asking an agent.").argument(
    "<team>",
    "a TypeScript or JavaScript file whose default export is a supervisor",
  );
  addLimitFlags(addEnvironmentFlag(addTaskFlags(plan, "the task")))
    .option("--tenant <name>", "whose run it would be: kept answers belong to a tenant")
    .option("--agents <names>", "plan for only these, separated by commas", namesIn)
    .addOption(new Option("--mode <mode>", "how they are asked").choices(["parallel", "sequence"]))
    .addOption(teamDatabase("where runs before are"))
    .option(...PRICES)
    .option("--json", "print it as JSON")
    .action(async (team: string, options: PlanFlags) => {
      const { planCommand } = await import("./commands/plan-command.ts");
      exitWith(await planCommand(team, options));
    });

  asking("resume", "Resumes an interrupted run where its log ends.", (resume) =>
    addRunFlags(resume)
      .argument(
        "[run]",
        "its id, the beginning of it, or latest (default: the latest interrupted one)",
      )
      .option("--all", "resume every interrupted run of this team"),
  ).action(async (team: string, run: string | undefined, options: ResumeFlags) => {
    const { resumeCommand } = await import("./commands/resume-command.ts");
    exitWith(await resumeCommand(team, run, options));
  });

  asking("fork", "Starts a new run from an old one, and asks again only what differs.", (fork) =>
    addTaskFlags(
      addRunFlags(fork)
        .argument("<run>", "its id, the beginning of it, or latest")
        .option("--from <agent>", "ask this agent again, even if its answer is known"),
      "another task",
    ),
  ).action(async (team: string, run: string, options: ForkFlags) => {
    const { forkCommand } = await import("./commands/fork-command.ts");
    exitWith(await forkCommand(team, run, options));
  });

  addEvalCommand({ command, exitWith });
  addLogCommands({ command, database, exitWith });
  addFrontCommands({ command, database, exitWith });

  addRunFlags(command("decide", "Records the decision of a person for which a run waits."))
    .argument("<run>", "its id, the beginning of it, or latest")
    .argument("[subject]", "what was asked; without one, it is said what the run asks")
    .argument("[winner]", "one of the positions, as it is shown or as JSON")
    .option("--team <team>", "resume the run: the file of its supervisor")
    .option("--why <text>", "the reason, for the log")
    .option("--by <name>", "who decided, for the log")
    .option(
      "--index <n>",
      "the position by its place in explain, from 0: for those that look the same",
      place,
    )
    .option(
      "--question <n>",
      "the subject by its place among the run's questions, from 0: for those that look the same",
      place,
    )
    .addOption(teamDatabase("where the log is"))
    .option(...FAIL_ON)
    .option("--env-file <file>", "with --team: set the variables of a file, as Node does", envFile)
    .option("--json", "with --team: print one JSON document and nothing else")
    .option("--full", "with --team: print answers and reasons whole")
    .action(
      async (
        run: string,
        subject: string | undefined,
        winner: string | undefined,
        options: DecideFlags,
      ) => {
        const { decideCommand } = await import("./commands/decide-command.ts");
        exitWith(await decideCommand(run, subject, winner, options));
      },
    );

  addTruthCommands({ command, database, exitWith });
  program
    .command("outcome", { hidden: true })
    .argument("[given...]")
    .allowUnknownOption()
    .action(() => {
      throw new QuorateError(
        "BAD_OPTIONS",
        "quorate outcome was renamed to truth: quorate truth takes the same.",
      );
    });

  command("agents", "Shows how reliable agents are, as learned from their runs.")
    .argument("[supervisor]", "the name of one (default: all)")
    .addOption(
      new Option("--labels <kind>", "whether claims mean the same in every subject")
        .choices(["fixed", "open"])
        .default("open"),
    )
    .addOption(database())
    .option("--json", "print it as JSON")
    .action(async (supervisor: string | undefined, options: AgentsFlags) => {
      const { agentsCommand } = await import("./commands/agents-command.ts");
      await agentsCommand(supervisor, options, terminal());
    });

  command("audit", "Shows whether judges can be trusted, from the runs that asked them.")
    .addArgument(new Argument("<what>", "what is looked at").choices(["judge"]))
    .argument("[judge]", "its name (default: every judge)")
    .option(
      "--author-of <agents>",
      "agents that the judge speaks for, separated by commas",
      namesIn,
    )
    .addOption(database())
    .option("--json", "print it as JSON")
    .action(async (_what: string, judge: string | undefined, options: AuditFlags) => {
      const { auditCommand } = await import("./commands/audit-command.ts");
      await auditCommand(judge, options, terminal());
    });

  command("bill", "Adds up what runs have cost.")
    .option("--since <age>", "only runs begun since: 7d, 12h or 90m", age)
    .addOption(database())
    .option("--json", "print it as JSON")
    .option("--full", "print every line")
    .action(async (options: BillFlags) => {
      const { billCommand } = await import("./commands/bill-command.ts");
      await billCommand(options, terminal());
    });
  const completion = "Prints the script with which a shell completes command lines of quorate.";
  if (!isCompletion(args)) describeCompletion(command("completion", completion));
  for (const listed of program.commands) {
    askForMissing(listed);
    addExamples(listed);
  }
  return program;
}

function argumentTerm(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}
