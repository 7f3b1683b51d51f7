import { Option } from "commander";
import { FORMATS } from "../report/formats.ts";
import type { DoctorFlags } from "./doctor-command.ts";
import type { InitFlags } from "./init-command.ts";
import type { Describing } from "./log-commands.ts";
import type { ReportFlags } from "./report-command.ts";
import { TEMPLATES } from "./init-plan.ts";
import { reportFile } from "./report-flag.ts";
import { terminal } from "./terminal.ts";

/** Adds the commands around runs: how one begins, what is missing, and what runs come to in other formats. */
export function addFrontCommands({ command, database, exitWith }: Describing): void {
  command("report", "Writes a run for others to read: Markdown, JSON, JUnit, SARIF, annotations.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .addOption(
      new Option(
        "--format <format>",
        "print it so (default: md, where no --report is given)",
      ).choices(FORMATS),
    )
    .option("--report <format=file>", "write it to a file; may be given again", reportFile)
    .addOption(database())
    .action(async (run: string, options: ReportFlags) => {
      const { reportCommand } = await import("./report-command.ts");
      exitWith(await reportCommand(run, options, terminal()));
    });

  command("doctor", "Looks at what quorate needs: Node, packages, agents, keys, database.")
    .argument("[team]", "a team to load, too")
    .addOption(database())
    .option("--json", "print it as JSON")
    .action(async (team: string | undefined, options: DoctorFlags) => {
      const { doctorCommand } = await import("./doctor-command.ts");
      exitWith(await doctorCommand(team, options, terminal()));
    });

  command("init", "Writes a team that runs, a test of it and a workflow; overwrites nothing.")
    .addOption(
      new Option("--template <name>", "what the team is for (default: gate)").choices(TEMPLATES),
    )
    .option("--yes", "ask nothing")
    .action(async (options: InitFlags) => {
      const { initCommand } = await import("./init-command.ts");
      exitWith(await initCommand(options, terminal()));
    });
}
