import { CommanderError, Option } from "commander";
import { EXIT } from "./exit-code.ts";
import type { ExportFlags } from "./export-command.ts";
import type { Describing } from "./log-commands.ts";
import { terminal } from "./terminal.ts";
import type { TruthFlags } from "./truth-command.ts";

type Flags = TruthFlags & { readonly from?: string };

/** Adds the commands on what turned out to be true. */
export function addTruthCommands({ command, database, exitWith }: Describing): void {
  command("truth", "Records what turned out to be true, so that later runs learn from it.")
    .argument("[run]", "its id, the beginning of it, or latest")
    .argument("[subject]", "what it decided about")
    .argument(
      "[value]",
      "what is true: a position as it is shown, or another; of a finding present or absent",
    )
    .option("--in <place>", "the nested supervisor that decided, where several did")
    .option("--by <name>", "who says so")
    .option("--forget", "take back what was recorded")
    .option(
      "--from <file>",
      'record many, from a file with { "run", "subject", "truth" } on each line; - reads standard input',
    )
    .addOption(database())
    .option("--json", "print what was recorded as JSON")
    .action(
      async (
        run: string | undefined,
        subject: string | undefined,
        value: string | undefined,
        options: Flags,
      ) => {
        const { from } = options;
        if (from !== undefined) {
          if (run !== undefined || options.in !== undefined || options.forget === true) {
            throw usage("--from takes runs, subjects and teams from its file; leave them out");
          }
          const { truthsFileCommand } = await import("./truths-file.ts");
          exitWith(await truthsFileCommand({ ...options, from }, terminal()));
          return;
        }
        if (run === undefined || subject === undefined) {
          throw usage("say which run and which subject, or give --from FILE");
        }
        if ((value === undefined) !== (options.forget === true)) {
          throw usage("give either a value or --forget");
        }
        const { truthCommand } = await import("./truth-command.ts");
        await truthCommand(run, subject, value, options, terminal());
      },
    );

  command("export", "Writes what was recorded, a JSON object on each line.")
    .addOption(
      new Option("--truths", "what turned out to be true, as quorate truth --from reads it"),
    )
    .addOption(
      new Option(
        "--cases",
        "the runs whose truths are known, with their answers, as quorate eval reads them",
      ).conflicts("truths"),
    )
    .option("--team <name>", "only of this team")
    .addOption(database())
    .action(async (options: ExportFlags) => {
      if (options.truths !== true && options.cases !== true) {
        throw usage("say what: --truths or --cases");
      }
      const { exportCommand } = await import("./export-command.ts");
      await exportCommand(options, terminal());
    });
}

function usage(why: string): CommanderError {
  return new CommanderError(EXIT.usage, "quorate.usage", `error: ${why}`);
}
