import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { ResumedRun, TakenAttempt } from "../../index.ts";
import type { Supervisor } from "../../supervisor.ts";
import { EXIT } from "../exit-code.ts";
import { healthServer, type HealthAddress } from "./health-server.ts";
import { loadTeam } from "../given/load-team.ts";
import { sharedLog, type RunLog } from "../given/run-log.ts";
import { safeText } from "../shown/safe-text.ts";
import { shortId } from "../shown/short-id.ts";
import { beginning, cancelOnSignals, stopped } from "../signals.ts";
import { straysEndRuns } from "../strays.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface WorkerFlags {
  readonly db?: string;
  /** The places of agents whose attempts are taken. */
  readonly agents?: readonly string[];
  /** Whether runs are carried out, too, where there are such agents. */
  readonly runs?: boolean;
  /** How many runs of each team are carried out at once, and how many attempts. */
  readonly concurrency: number;
  /** How long runs and attempts may take to end once it is stopped, in ms. */
  readonly drain?: number;
  readonly health?: HealthAddress;
}

/** What a worker does until it is stopped. */
interface Work {
  /** Resolves when what is under way has ended. */
  close(withinMs: number): Promise<void>;
}

/** How long work may take to end when the worker is stopped, where `--drain` says nothing else. */
const DRAIN_MS = 30_000;

/**
 * `quorate worker`: carries out the runs of teams that are left to others, or whose process has died, or attempts of agents that they have
 * elsewhere, until Ctrl-C or SIGTERM. Then it begins no more, waits for those under way, and lets go of what is left. Gives the exit code;
 * rejects where it cannot begin.
 */
export async function workerCommand(
  files: readonly string[],
  flags: WorkerFlags,
  screen: Terminal,
): Promise<number> {
  const teams: Supervisor[] = [];
  for (const file of files) teams.push(await loadTeam(file));
  const { agents = [], runs = agents.length === 0 } = flags;
  checkNames(teams);
  checkAgents(teams, agents);
  using signals = cancelOnSignals();
  const log = await beginning(signals, sharedLog(teams, flags.db));
  using _strays = straysEndRuns(log.store);
  try {
    await log.store.runs({ limit: 1 });
    await using _health = await healthServer(flags.health, log.store, signals.signal);
    const works = [
      ...(runs ? teams.map((team) => workOnRuns(team, log, flags, screen)) : []),
      ...teams.flatMap((team) => workOnAttempts(team, agents, log, flags, screen)),
    ];
    const names = teams.map(({ name }) => safeText(name)).join(", ");
    const what = [
      ...(runs ? ["runs"] : []),
      ...(agents.length > 0 ? [`attempts of ${agents.map(safeText).join(", ")}`] : []),
    ].join(" and ");
    const where = log.file === undefined ? "" : ` in ${safeText(log.file)}`;
    screen.print(`working on ${what} of ${screen.style("title", names)}${where}; Ctrl-C stops it`);
    await stopped(signals.signal);
    screen.print("stopping: no new work begins; work under way may end");
    const { drain = DRAIN_MS } = flags;
    const ended = Promise.all(works.map(async (one) => one.close(drain)));
    if (!(await isDone(ended, drain))) {
      screen.print("some work is unfinished; other workers can resume it");
      await log.store.close();
      // The process ends with its agents.
      ended.catch(() => {});
    }
  } finally {
    await log.store.close();
  }
  return signals.exitCode === EXIT.failed ? EXIT.failed : EXIT.ok;
}

/** Runs are found by the name of their team. */
function checkNames(teams: readonly Supervisor[]): void {
  const twice = teams.find(({ name }, index) =>
    teams.slice(0, index).some((one) => one.name === name),
  );
  if (twice === undefined) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `two teams are called "${safeText(twice.name)}", and their runs are found by that name; give them different names.`,
  );
}

function checkAgents(teams: readonly Supervisor[], agents: readonly string[]): void {
  const all = teams.flatMap(({ elsewhere }) => elsewhere);
  const unknown = agents.find((name) => !all.includes(name));
  if (unknown === undefined) return;
  const advice =
    all.length === 0
      ? 'no agent is; the team says which are: supervisor({ elsewhere: ["agent"] })'
      : `these are: ${all.join(", ")}`;
  throw new QuorateError(
    "BAD_OPTIONS",
    `--agents has "${unknown}", which is not elsewhere; ${advice}`,
  );
}

function workOnRuns(team: Supervisor, log: RunLog, flags: WorkerFlags, screen: Terminal): Work {
  const kept = team.keepResuming({
    backend: log.backend,
    atOnce: flags.concurrency,
    onResumed: (run) => screen.print(lineOf(team.name, run)),
  });
  return { close: () => kept.close() };
}

function workOnAttempts(
  team: Supervisor,
  agents: readonly string[],
  log: RunLog,
  flags: WorkerFlags,
  screen: Terminal,
): readonly Work[] {
  const own = agents.filter((name) => team.elsewhere.includes(name));
  if (own.length === 0) return [];
  return [
    team.takeAttempts({
      agents: own,
      backend: log.backend,
      atOnce: flags.concurrency,
      onTaken: (taken) => screen.print(takenLine(team.name, taken)),
    }),
  ];
}

function takenLine(team: string, { runId, agent, attempt, ended }: TakenAttempt): string {
  return safeText(`${team} ${shortId(runId)} ${agent}, attempt ${attempt}: ${ended}`);
}

function lineOf(team: string, { runId, outcome, error }: ResumedRun): string {
  const what = outcome?.status ?? whyNotEnded(runId, error);
  return safeText(`${team} ${shortId(runId)} ${what}`);
}

function whyNotEnded(runId: string, error: unknown): string {
  const said = describeThrown(error);
  const isCancelled = error instanceof QuorateError && error.code === "CANCELLED";
  if (!isCancelled) return `could not be resumed: ${said}`;
  const own = `run "${runId}" was `;
  return said.startsWith(own) ? said.slice(own.length) : `cancelled: ${said}`;
}

/** Whether it is done in time. */
async function isDone(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), withinMs);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
