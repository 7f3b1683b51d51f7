import type { Supervisor } from "../supervisor/supervisor.ts";
import { describeThrown, QuorateError } from "../errors.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { loadTeam } from "./load-team.ts";
import { lookAgain } from "./look-again.ts";
import { watchRun } from "./progress.ts";
import { readInput } from "./read-input.ts";
import { report, section } from "./report.ts";
import { runJson } from "./run-json.ts";
import { chooseLog, type RunLog } from "./run-log.ts";
import type { RunView } from "./run-view.ts";
import { safeJson, safeText } from "./safe-text.ts";
import { cancelOnSignals } from "./signals.ts";
import { terminal, type Terminal } from "./terminal.ts";

export interface RunFlags {
  readonly input: string;
  readonly agents?: readonly string[];
  readonly mode?: "parallel" | "sequence";
  readonly db?: string;
  readonly json?: boolean;
  readonly full?: boolean;
}

/** `quorate run`: one task for one team, watched to its end. Gives the exit code; rejects when nothing ran. */
export async function runCommand(file: string, flags: RunFlags): Promise<number> {
  const team = await loadTeam(file);
  const task = await readInput(flags.input);
  checkAgents(flags.agents ?? [], team);
  const log = await chooseLog(team, flags.db);
  const screen = terminal();
  try {
    return await runTeam(team, task, flags, log, screen);
  } finally {
    await log.store.close();
  }
}

async function runTeam(
  team: Supervisor,
  task: unknown,
  flags: RunFlags,
  log: RunLog,
  screen: Terminal,
): Promise<number> {
  using signals = cancelOnSignals();
  const stream = team.stream(task as never, {
    signal: AbortSignal.any([signals.signal, screen.closed]),
    store: log.store,
    ...(flags.agents !== undefined && { route: flags.agents }),
    ...(flags.mode !== undefined && { mode: flags.mode }),
  });
  const quiet: Terminal = { ...screen, live: false, columns: 80, rows: 24, print() {} };
  const watched = await watchRun(stream, {
    terminal: flags.json === true ? quiet : screen,
    signal: signals.signal,
  });
  const ended = await watched.outcome.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  const cancelledBy = signals.exitCode ?? (screen.closed.aborted ? EXIT.brokenPipe : undefined);
  if ("error" in ended && cancelledBy === undefined) throw ended.error;

  // Stopped before its first event: there is nothing to show, and no log of it.
  if (cancelledBy !== undefined && watched.run.startedAtMs === 0) return cancelledBy;

  const run = "error" in ended ? cancelledRun(watched.run, ended.error) : watched.run;
  if (flags.json === true) {
    screen.print(safeJson({ ...runJson(run), log: log.file ?? null }, 2));
  } else {
    screen.print("", ...report(run, screen, { full: flags.full ?? false }));
    screen.print(...section("Log", screen, logLines(run.runId, log, screen)));
  }
  return "error" in ended ? (cancelledBy ?? EXIT.failed) : exitCodeOf(ended.outcome);
}

// The log's own line about it is kept after the last event that a reader sees.
function cancelledRun(run: RunView, reason: unknown): RunView {
  return run.status === "running"
    ? { ...run, status: "cancelled", reason: describeThrown(reason) }
    : run;
}

// Before a database is made for a run that cannot be.
function checkAgents(wanted: readonly string[], team: Supervisor): void {
  const unknown = wanted.find((name) => !Object.hasOwn(team.agents, name));
  if (unknown === undefined) return;
  const names = Object.keys(team.agents).join(", ");
  throw new QuorateError("BAD_ROUTE", `${team.name} has no agent ${unknown}; it has ${names}.`);
}

function logLines(runId: string, log: RunLog, screen: Terminal): string[] {
  return log.file === undefined
    ? [`  in the team's own store, as run ${safeText(runId)}`]
    : lookAgain(runId, log.file, screen);
}
