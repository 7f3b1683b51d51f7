import { CommanderError, Option } from "commander";
import { EXIT } from "../exit-code.ts";
import type { ExportFlags } from "./export-command.ts";
import type { Describing } from "./log-commands.ts";
import { terminal } from "../shown/terminal.ts";
import type { TruthFlags } from "./truth-command.ts";

type Flags = TruthFlags & { readonly from?: string };

/** Adds the commands on what turned out to be true. */
export function addTruthCommands({ command, database, exitWith }: Describing): void {
  command("truth", "Records what turned out to be true, so that later runs learn from it.")
    .argument("[run]", "its id, the beginning of it, or latest")
    .argument("[subject]", "what it decided about")
    .argument(
      "[value]",
      "what is true: a position as it is shown, or another value; for a finding, present or absent",
    )
    .option("--in <place>", "the nested supervisor that decided, if several did")
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
          const { truthsFileCommand } = await import("../given/truths-file.ts");
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

  command("export", "Writes a run, recorded truths or cases as lines of JSON.")
    .argument("[run]", "all of its events: its id, the beginning of it, or latest")
    .addOption(
      new Option("--truths", "what turned out to be true, as quorate truth --from reads it"),
    )
    .addOption(
      new Option(
        "--cases",
        "the runs whose truths are known, with their answers, as quorate eval reads them",
      ).conflicts("truths"),
    )
    .option("--team <name>", "with --truths or --cases: only of this team")
    .addOption(database())
    .action(async (run: string | undefined, options: ExportFlags) => {
      const { truths = false, cases = false, team } = options;
      if ((run !== undefined) === (truths || cases)) {
        throw usage("say what: a run, --truths or --cases");
      }
      if (run !== undefined && team !== undefined) {
        throw usage("--team is for --truths and --cases alone");
      }
      const { exportCommand, exportRun } = await import("./export-command.ts");
      await (run === undefined
        ? exportCommand(options, terminal())
        : exportRun(run, options, terminal()));
    });

  command("import", "Adds runs that export wrote to a database.")
    .argument("<file>", "what quorate export RUN wrote, or - for standard input")
    .addOption(database())
    .action(async (file: string, options: { readonly db: string }) => {
      const { importCommand } = await import("./import-command.ts");
      await importCommand(file, options, terminal());
    });
}

function usage(why: string): CommanderError {
  return new CommanderError(EXIT.usage, "quorate.usage", `error: ${why}`);
}
