import { QuorateError } from "../../model/errors.ts";
import type { FailOn } from "../../team/read-fail-on.ts";
import type { Supervisor } from "../../supervisor.ts";
import { printError } from "../print-error.ts";
import { exitCodeOfError, worstOf } from "../exit-code.ts";
import { teamFiles } from "../given/output-files.ts";
import { ALL, findRun, hasOutcome } from "../given/find-run.ts";
import { followRun, type Followed, type Following } from "./follow-run.ts";
import { loadTeam } from "../given/load-team.ts";
import { count } from "../../report/quantities.ts";
import { pricesIn, type GivenPrices } from "../given/prices-in.ts";
import { checkReportFiles, checkReportsApart } from "../shown/report-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { limitsOf, type LimitFlags } from "../given/run-flags.ts";
import { existingLog } from "../given/run-log.ts";
import { safeJson } from "../shown/safe-text.ts";
import { cancelOnSignals } from "../signals.ts";
import { terminal } from "../shown/terminal.ts";

export interface ResumeFlags extends LimitFlags {
  readonly prices?: string;
  readonly all?: boolean;
  readonly failOn?: FailOn;
  readonly db?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly report?: readonly ReportFile[];
}

/**
 * `quorate resume`: goes on with a run where its log ends; with the latest one of the team that is interrupted where none is
 * named, or with all that are. Gives the exit code, of several the worst; rejects when nothing could be gone on with.
 */
export async function resumeCommand(
  file: string,
  wanted: string | undefined,
  flags: ResumeFlags,
): Promise<number> {
  if (flags.all === true && wanted !== undefined) {
    throw new QuorateError("BAD_OPTIONS", `Give either the run ${wanted} or --all, not both.`);
  }
  if (flags.all === true && flags.report !== undefined) {
    throw new QuorateError("BAD_OPTIONS", "--report is of one run; leave it out with --all.");
  }
  const reports = flags.report ?? [];
  checkReportFiles(reports, teamFiles(file, flags.prices));
  const team = await loadTeam(file);
  const prices = await pricesIn(flags.prices);
  const log = await existingLog(team, flags.db);
  const screen = terminal();
  using signals = cancelOnSignals();
  const following: Resuming = { team: file, supervisor: team, log, screen, signals, flags, prices };
  try {
    checkReportsApart(reports, log.file);
    if (flags.all === true) return await resumeAll(team, following);
    const runId =
      wanted === undefined
        ? await latestOpen(team, following)
        : await findRun(log.store, wanted, log.file);
    const { exitCode, document } = await resumeOne(team, runId, following);
    if (document !== undefined) screen.print(safeJson(document, 2));
    return exitCode;
  } finally {
    await log.store.close();
  }
}

/** What goes on with runs, and by which prices. */
interface Resuming extends Following {
  readonly flags: ResumeFlags;
  readonly prices: GivenPrices;
}

async function resumeOne(team: Supervisor, runId: string, following: Resuming): Promise<Followed> {
  const { backend, store } = following.log;
  const finished = hasOutcome(await store.run(runId));
  const stream = team.resumeStream(runId, {
    ...following.prices,
    ...limitsOf(following.flags),
    signal: following.signals.signal,
    backend,
  });
  return followRun(stream, { ...following, finished });
}

/** All runs of the team that are interrupted, the oldest first. One that cannot be gone on with does not keep the others. */
async function resumeAll(team: Supervisor, following: Resuming): Promise<number> {
  const { log, screen, flags } = following;
  const query = { team: team.name, status: "interrupted", limit: ALL } as const;
  const interrupted = (await log.store.runs(query)).toReversed();
  if (flags.json !== true && interrupted.length === 0)
    screen.print("No run is interrupted; nothing to resume.");
  const documents: object[] = [];
  const codes: number[] = [];
  for (const { runId } of interrupted) {
    const stopped = following.signals.exitCode;
    if (stopped !== undefined) return stopped;
    if (flags.json !== true && codes.length > 0) screen.print("");
    try {
      const { exitCode, document } = await resumeOne(team, runId, following);
      codes.push(exitCode);
      if (document !== undefined) documents.push(document);
    } catch (error) {
      printError(error);
      codes.push(exitCodeOfError(error));
    }
  }
  if (flags.json === true) screen.print(safeJson(documents, 2));
  else if (interrupted.length > 1) screen.print("", `resumed ${count(interrupted.length, "run")}`);
  return following.signals.exitCode ?? worstOf(codes);
}

/** The latest run of the team that is interrupted; else the latest that somebody drives, which will be refused. */
async function latestOpen(team: Supervisor, { log }: Following): Promise<string> {
  for (const status of ["interrupted", "running"] as const) {
    const [open] = await log.store.runs({ team: team.name, status, limit: 1 });
    if (open !== undefined) return open.runId;
  }
  const place = log.file ?? "the team's store";
  throw new QuorateError(
    "RUN_NOT_FOUND",
    `${place} has no run of ${team.name} that is interrupted; to resume one that was cancelled or waits, give its id, too.`,
  );
}
