import { appendFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { billOf } from "../../index.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import { htmlPage } from "../../report/html.ts";
import { render } from "../../report/render.ts";
import { reportOfView, type Report } from "../../report/report.ts";
import type { RunView } from "../../report/run-view.ts";
import { printError } from "../print-error.ts";
import { isFolder } from "../given/database.ts";
import { givenPath } from "../given/given-path.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { commandName } from "../command-name.ts";

/** Refuses with `BAD_OPTIONS`, before anything is spent, a file for which there is no folder, and one that two reports would share. */
export function checkReportFiles(files: readonly ReportFile[]): void {
  const taken = new Set<string>();
  for (const { format, file } of files) {
    if (file === "-") {
      const printed = `"${commandName()} report RUN" prints one`;
      throw refusal(`--report ${format}=- names no file for the report; ${printed}.`);
    }
    const path = givenPath(file);
    if (taken.has(path)) {
      throw refusal(`${file} is named for two reports; give each a file of its own.`);
    }
    taken.add(path);
    if (isFolder(file)) throw refusal(`${file} is a folder; name a file for the report.`);
    if (!isFolder(dirname(file))) {
      throw refusal(`There is no folder ${dirname(file)} for the report ${file}; make it first.`);
    }
  }
}

function refusal(message: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", message);
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
