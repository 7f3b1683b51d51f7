import type { FailOn } from "../../team/read-fail-on.ts";
import { teamFiles } from "../given/output-files.ts";
import { findRun } from "../given/find-run.ts";
import { followRun } from "./follow-run.ts";
import { loadTeam } from "../given/load-team.ts";
import { pricesIn } from "../given/prices-in.ts";
import { hasTask, readTask, taskFiles, type TaskFlags } from "../given/read-task.ts";
import { checkReportFiles, checkReportsApart } from "../shown/report-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { limitsOf, type LimitFlags } from "../given/run-flags.ts";
import { existingLog } from "../given/run-log.ts";
import { safeJson } from "../shown/safe-text.ts";
import { cancelOnSignals } from "../signals.ts";
import { terminal } from "../shown/terminal.ts";

export interface ForkFlags extends TaskFlags, LimitFlags {
  readonly prices?: string;
  readonly from?: string;
  readonly db?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly failOn?: FailOn;
  readonly report?: readonly ReportFile[];
}

/** `quorate fork`: a new run that takes over what it can of another. Gives the exit code; rejects when nothing ran. */
export async function forkCommand(file: string, wanted: string, flags: ForkFlags): Promise<number> {
  const { from } = flags;
  const reports = flags.report ?? [];
  checkReportFiles(reports, [...teamFiles(file, flags.prices), ...taskFiles(flags)]);
  const team = await loadTeam(file);
  const task = hasTask(flags) ? { input: await readTask(flags) } : undefined;
  const prices = await pricesIn(flags.prices);
  const log = await existingLog(team, flags.db);
  const screen = terminal();
  using signals = cancelOnSignals();
  const following = { team: file, supervisor: team, log, screen, signals, flags };
  try {
    checkReportsApart(reports, log.file);
    const ofRun = await findRun(log.store, wanted, log.file);
    const stream = team.forkStream(ofRun, {
      signal: signals.signal,
      backend: log.backend,
      ...prices,
      ...limitsOf(flags),
      ...(from !== undefined && { from }),
      ...(task !== undefined && { input: task.input as never }),
    });
    const { exitCode, document } = await followRun(stream, following);
    if (document !== undefined) screen.print(safeJson(document, 2));
    return exitCode;
  } finally {
    await log.store.close();
  }
}
