import { withDatabase } from "../given/database.ts";
import { EXIT } from "../exit-code.ts";
import { databaseFile } from "../given/output-files.ts";
import { readRun } from "../given/find-run.ts";
import { showHint } from "../shown/show-hint.ts";
import { nextStep } from "../shown/next-step.ts";
import { checkReportFiles, writeReports } from "../shown/report-files.ts";
import { report, section } from "../shown/report.ts";
import { runJson } from "../../report/run-json.ts";
import { safeJson } from "../shown/safe-text.ts";
import { shellPath } from "../shown/shell-word.ts";
import type { Terminal } from "../shown/terminal.ts";
import { timeline } from "../shown/timeline.ts";

export interface ShowFlags {
  readonly db: string;
  readonly json?: boolean;
  readonly full?: boolean;
  /** The file that the page of the run is written to. */
  readonly html?: string;
}

/** `quorate show`: the report of a run, from its events alone. Gives the exit code. */
export async function showCommand(
  wanted: string,
  flags: ShowFlags,
  screen: Terminal,
): Promise<number> {
  const { html } = flags;
  const files = html === undefined ? [] : [{ format: "html", file: html } as const];
  checkReportFiles(files, databaseFile(flags.db));
  const { run, events } = await withDatabase(flags.db, (store) => readRun(store, wanted, flags.db));
  if (html !== undefined) {
    if (!(await writeReports(run, files, () => events))) return EXIT.failed;
    screen.print(`The page of this run is in ${shellPath(html)}.`);
    return EXIT.ok;
  }
  if (flags.json === true) {
    screen.print(safeJson({ ...runJson(run), events }, 2));
    return EXIT.ok;
  }
  const full = flags.full ?? false;
  screen.print(
    ...report(run, screen, { full }),
    ...section("Timeline", screen, timeline(run, screen, full)),
    ...section("Why", screen, showHint(run.runId, flags.db, screen, ["explain"])),
    ...section("To continue", screen, nextStep(run, { db: flags.db }, screen)),
  );
  return EXIT.ok;
}
