import { QuorateError } from "../../model/errors.ts";
import type { EnqueueOptions } from "../../index.ts";
import { EXIT } from "../exit-code.ts";
import { showHint } from "../shown/show-hint.ts";
import { section } from "../shown/report.ts";
import type { FailOn } from "../../team/read-fail-on.ts";
import type { Supervisor } from "../../supervisor.ts";
import { databaseFile, teamFiles } from "../given/output-files.ts";
import { hasOutcome } from "../given/find-run.ts";
import { followRun, type Following } from "./follow-run.ts";
import { loadTeam } from "../given/load-team.ts";
import { pricesIn } from "../given/prices-in.ts";
import { hasTask, readTask, taskFiles, type TaskFlags } from "../given/read-task.ts";
import { checkReportFiles, checkReportsApart } from "../shown/report-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { limitsOf, OF_THE_PROCESS, type LimitFlags } from "../given/run-flags.ts";
import { chooseLog } from "../given/run-log.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import { cancelOnSignals } from "../signals.ts";
import { terminal } from "../shown/terminal.ts";

export interface RunFlags extends TaskFlags, LimitFlags {
  readonly prices?: string;
  readonly id?: string;
  readonly tenant?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly agents?: readonly string[];
  readonly mode?: "parallel" | "sequence";
  readonly db?: string;
  readonly detach?: boolean;
  readonly priority?: number;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly report?: readonly ReportFile[];
  readonly failOn?: FailOn;
}

/** `quorate run`: one task for one team, watched to its end. Gives the exit code; rejects when nothing ran. */
export async function runCommand(file: string, flags: RunFlags): Promise<number> {
  const reports = flags.report ?? [];
  checkReportFiles(reports, [
    ...teamFiles(file, flags.prices),
    ...taskFiles(flags),
    ...databaseFile(flags.db),
  ]);
  if (!hasTask(flags)) await readTask(flags);
  const team = await loadTeam(file);
  const task = await readTask(flags);
  checkAgents(flags.agents ?? [], team);
  const prices = await pricesIn(flags.prices);
  const log = await chooseLog(team, flags.db);
  const screen = terminal();
  using signals = cancelOnSignals();
  try {
    checkReportsApart(reports, log.file);
    if (flags.detach !== true && flags.priority !== undefined) {
      throw new QuorateError(
        "BAD_OPTIONS",
        "--priority is for runs that wait for a worker; give --detach, too",
      );
    }
    if (flags.detach === true) return await leave(team, task, { log, screen, signals, flags });
    const following = { team: file, supervisor: team, log, screen, signals, flags };
    const finished = flags.id !== undefined && (await isFinished(flags.id, following));
    const stream = team.stream(task as never, {
      signal: signals.signal,
      backend: log.backend,
      ...prices,
      ...whoseAndHow(flags),
      ...limitsOf(flags),
    });
    const { exitCode, document } = await followRun(stream, { ...following, finished });
    if (document !== undefined) screen.print(safeJson(document, 2));
    return exitCode;
  } finally {
    await log.store.close();
  }
}

/** `--detach`: leaves the run to a worker, and says what it is called. */
async function leave(
  team: Supervisor,
  task: unknown,
  {
    log,
    screen,
    signals,
    flags,
  }: Pick<Following, "log" | "screen" | "signals"> & {
    readonly flags: RunFlags;
  },
): Promise<number> {
  const odd = OF_THE_PROCESS.find((name) => flags[name as keyof RunFlags] !== undefined);
  if (odd !== undefined) {
    const flag = odd.replaceAll(/[A-Z]/g, (one) => `-${one.toLowerCase()}`);
    throw new QuorateError(
      "BAD_OPTIONS",
      `--${flag} is for the process that carries a run out; leave it out with --detach, or leave out --detach`,
    );
  }
  const { runId, isNew } = await team.enqueue(task as never, {
    signal: signals.signal,
    backend: log.backend,
    ...whoseAndHow(flags),
    ...(flags.priority !== undefined && { priority: flags.priority }),
  });
  if (flags.json === true) screen.print(safeJson({ runId, isNew, log: log.file ?? null }, 2));
  else {
    const what = isNew ? "is left to a worker" : "is there already";
    screen.print(`run ${safeText(runId)} ${what}`);
    if (log.file !== undefined)
      screen.print(
        ...section("To follow it", screen, showHint(runId, log.file, screen, ["follow"])),
      );
  }
  return EXIT.ok;
}

/** What a run is told that its log keeps. */
function whoseAndHow(flags: RunFlags): EnqueueOptions {
  return {
    ...(flags.id !== undefined && { runId: flags.id }),
    ...(flags.tenant !== undefined && { tenant: flags.tenant }),
    ...(flags.tag !== undefined && { tags: flags.tag }),
    ...(flags.agents !== undefined && { route: flags.agents }),
    ...(flags.mode !== undefined && { mode: flags.mode }),
  };
}

/** Whether the run of that id has finished. Says so when there is one that somebody else drives. */
async function isFinished(
  runId: string,
  { log, screen, flags }: Pick<Following, "log" | "screen" | "flags">,
): Promise<boolean> {
  const summary = await log.store.run(runId);
  if (summary?.status === "running" && flags.json !== true) {
    screen.print(`run ${safeText(runId)} is under way elsewhere; waiting for its end`);
  }
  return hasOutcome(summary);
}

// Before a database is made for a run that cannot be.
function checkAgents(wanted: readonly string[], team: Supervisor): void {
  const unknown = wanted.find((name) => !Object.hasOwn(team.agents, name));
  if (unknown === undefined) return;
  const names = Object.keys(team.agents).join(", ");
  throw new QuorateError("BAD_ROUTE", `${team.name} has no agent ${unknown}; it has ${names}.`);
}
