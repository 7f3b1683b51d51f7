import type { Store } from "../store/store.ts";
import type { AnySupervisor } from "../supervisor/supervisor.ts";
import { DEFAULT_DATABASE, openDatabase } from "./database.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { loadTeam } from "./load-team.ts";
import { lookAgain } from "./look-again.ts";
import { watchRun } from "./progress.ts";
import { readInput } from "./read-input.ts";
import { report, section } from "./report.ts";
import { runJson } from "./run-json.ts";
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
  const log = await chooseLog(team, flags.db);
  const screen = terminal();
  try {
    return await runTeam(team, task, flags, log, screen);
  } finally {
    await log.store?.close();
  }
}

/** Where a run is kept: `store` when it was opened for it, `file` where that is known. */
interface Log {
  readonly store?: Store;
  readonly file?: string;
}

async function chooseLog(team: AnySupervisor, wanted: string | undefined): Promise<Log> {
  if (wanted === undefined && team.store !== undefined) {
    const path = (team.store as { readonly path?: unknown }).path;
    return typeof path === "string" ? { file: path } : {};
  }
  const file = wanted ?? DEFAULT_DATABASE;
  return { store: await openDatabase(file), file };
}

async function runTeam(
  team: AnySupervisor,
  task: unknown,
  flags: RunFlags,
  log: Log,
  screen: Terminal,
): Promise<number> {
  using signals = cancelOnSignals((name) => {
    if (name === "SIGINT")
      process.stderr.write("\nStopping; press Ctrl-C again to leave at once.\n");
  });
  const stream = team.stream(task as never, {
    signal: AbortSignal.any([signals.signal, screen.closed]),
    ...(log.store !== undefined && { store: log.store }),
    ...(flags.agents !== undefined && { route: flags.agents }),
    ...(flags.mode !== undefined && { mode: flags.mode }),
  });
  const quiet: Terminal = { ...screen, live: false, columns: 80, rows: 24, print() {} };
  const watched = await watchRun(stream, { terminal: flags.json === true ? quiet : screen });
  const ended = await watched.outcome.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  const cancelledBy = signals.exitCode ?? (screen.closed.aborted ? EXIT.brokenPipe : undefined);
  if ("error" in ended && cancelledBy === undefined) throw ended.error;

  if (flags.json === true) {
    screen.print(safeJson({ ...runJson(watched.run), log: log.file ?? null }, 2));
  } else {
    screen.print("", ...report(watched.run, screen, { full: flags.full ?? false }));
    screen.print(...section("Log", screen, logLines(watched.run.runId, log, screen)));
  }
  return "error" in ended ? (cancelledBy ?? EXIT.failed) : exitCodeOf(ended.outcome);
}

function logLines(runId: string, log: Log, screen: Terminal): string[] {
  return log.file === undefined
    ? [`  in the team's own store, as run ${safeText(runId)}`]
    : lookAgain(runId, log.file, screen);
}
