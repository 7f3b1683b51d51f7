import { billOf } from "../../index.ts";
import type { ReportFormat } from "../../report/formats.ts";
import { render } from "../../report/render.ts";
import { reportOfView } from "../../report/report.ts";
import { withDatabase } from "../given/database.ts";
import { EXIT } from "../exit-code.ts";
import { databaseFile } from "../given/output-files.ts";
import { readRun } from "../given/find-run.ts";
import { writeTo } from "../output.ts";
import { checkReportFiles, writeReports } from "../shown/report-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { safeBlock, safeJson } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface ReportFlags {
  readonly db: string;
  readonly format?: ReportFormat;
  readonly report?: readonly ReportFile[];
}

/** `quorate report`: a run as a text of one format on standard output, or in files. Gives the exit code. */
export async function reportCommand(
  wanted: string,
  flags: ReportFlags,
  screen: Terminal,
): Promise<number> {
  const { report: files = [], format = files.length === 0 ? "md" : undefined } = flags;
  checkReportFiles(files, databaseFile(flags.db));
  const { run, events } = await withDatabase(flags.db, (store) => readRun(store, wanted, flags.db));
  const text =
    format === undefined ? "" : render(reportOfView(run, run.bill ?? billOf(events)), format);
  // These are commands to the runner, and meant to be.
  if (format === "github") writeTo(process.stdout, text);
  else if (format !== undefined) screen.print(shown(text, format));
  return (await writeReports(run, files, () => events)) ? EXIT.ok : EXIT.failed;
}

/** Safe on a terminal too, as far as the format has another way to say it. */
function shown(text: string, format: ReportFormat): string {
  return format === "json" || format === "sarif"
    ? safeJson(JSON.parse(text), 2)
    : safeBlock(text.trimEnd());
}
