import { appendFile, writeFile } from "node:fs/promises";
import { billOf } from "../../index.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import { htmlPage } from "../../report/html.ts";
import { render } from "../../report/render.ts";
import { reportOfView, type Report } from "../../report/report.ts";
import type { RunView } from "../../report/run-view.ts";
import { printError } from "../print-error.ts";
import { givenPath } from "../given/given-path.ts";
import {
  checkApart,
  checkOutputFiles,
  databaseFile,
  type UsedFile,
} from "../given/output-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { commandName } from "../command-name.ts";

/** Refuses with `BAD_OPTIONS`, before anything is spent, a file that a report cannot have; `used` are others of the command. */
export function checkReportFiles(
  files: readonly ReportFile[],
  used: readonly UsedFile[] = [],
): void {
  const printed = files.find(({ file }) => file === "-");
  if (printed !== undefined) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `--report ${printed.format}=- names no file for the report; "${commandName()} report RUN" prints one.`,
    );
  }
  checkOutputFiles(outputsOf(files), used);
}

/** Refuses a report in the database, whose file is known only once it is open. */
export function checkReportsApart(
  files: readonly ReportFile[],
  database: string | undefined,
): void {
  checkApart(outputsOf(files), databaseFile(database));
}

function outputsOf(files: readonly ReportFile[]): readonly UsedFile[] {
  return files.map(({ file }) => ({ file, what: "the report" }));
}

/**
 * Writes the reports of a run, each in the place of what its file had; `read` gives its events. Whether all could be written; tells on stderr what could
 * not.
 */
export async function writeReports(
  run: RunView,
  files: readonly ReportFile[],
  read: ReadEvents,
): Promise<boolean> {
  if (files.length === 0) return true;
  const interrupted = run.status === "interrupted";
  const written = files.map(async ({ format, file }) => {
    try {
      const text =
        format === "html"
          ? htmlPage(await read(), { interrupted })
          : render(await reportOf(run, read), format);
      await writeFile(givenPath(file), text);
      return true;
    } catch (error) {
      printError(`the report ${file} could not be written: ${describeThrown(error)}`);
      return false;
    }
  });
  return (await Promise.all(written)).every((one) => one);
}

/** Adds a run to the summary of the step where a runner of GitHub Actions, or another that does as that, has a file for it. */
export async function addToStepSummary(run: RunView, read: ReadEvents): Promise<void> {
  const file = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (file === "") return;
  try {
    await appendFile(file, `${render(await reportOf(run, read), "md")}\n`);
  } catch (error) {
    printError(`the step's summary ${file} could not be written: ${describeThrown(error)}`);
  }
}

/** Gives the events of a run. */
type ReadEvents = () => readonly RunEvent[] | Promise<readonly RunEvent[]>;

/** A run that waits, or was stopped, has no bill in its log yet. */
async function reportOf(run: RunView, read: ReadEvents): Promise<Report> {
  return reportOfView(run, run.bill ?? billOf(await read()));
}
