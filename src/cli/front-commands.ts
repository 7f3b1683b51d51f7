import { Option } from "commander";
import { FORMATS } from "../report/render.ts";
import type { Describing } from "./log-commands.ts";
import type { ReportFlags } from "./report-command.ts";
import { reportFile } from "./report-files.ts";
import { terminal } from "./terminal.ts";

/** Adds the commands around runs: what they come to in other formats. */
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
}
