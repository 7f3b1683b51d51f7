import { deadRuns, QuorateError } from "../../index.ts";
import type { RunStatus, RunSummary } from "../../store/store.ts";
import { didYouMean } from "../../check/did-you-mean.ts";
import { isEnqueued, STATUS_NAMES } from "../../store/run-query.ts";
import { withDatabase } from "../given/database.ts";
import { databasePart } from "../shown/show-hint.ts";
import { commandName } from "../command-name.ts";
import { commandLines, shellWord, withOperands } from "../shown/shell-word.ts";
import { resumeHint } from "../shown/resume-hint.ts";
import { count, dateAndTime, duration } from "../../report/quantities.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import { shortId } from "../shown/short-id.ts";
import type { Terminal } from "../shown/terminal.ts";
import { columnsOf, pad, padStart, wrap } from "../shown/wrap.ts";

export interface RunsFlags {
  readonly db: string;
  readonly limit: number;
  readonly team?: string;
  readonly status?: readonly string[];
  readonly tenant?: string;
  readonly tag?: Readonly<Record<string, string>>;
  /** How long ago, in ms. */
  readonly since?: number;
  readonly json?: boolean;
}

/** `quorate runs`: the latest runs of a database, newest first. */
export async function runsCommand(flags: RunsFlags, screen: Terminal): Promise<void> {
  const { limit, team, status, tenant, tag, since } = flags;
  const isDead = status?.includes("dead") === true;
  checkStatuses(status ?? []);
  if (isDead && status.length > 1) {
    const why = "--status dead stands alone: a dead run is interrupted, too";
    throw new QuorateError("BAD_OPTIONS", `${why}; leave the others out`);
  }
  const runs = await withDatabase(flags.db, async (store, backend) =>
    isDead
      ? deadOf(await deadRuns(backend), flags)
      : store.runs({
          limit,
          ...(team !== undefined && { team }),
          ...(status !== undefined && { status: status as readonly RunStatus[] }),
          ...(tenant !== undefined && { tenant }),
          ...(tag !== undefined && { tag }),
          ...(since !== undefined && { since: (await store.values.now()) - since }),
        }),
  );
  if (flags.json === true) screen.print(safeJson(runs, 2));
  else screen.print(...runsTable(runs, flags, screen), ...interruptedLines(runs, flags, screen));
}

/** Those that runs of a store have, and that of runs which workers leave alone. */
function checkStatuses(given: readonly string[]): void {
  const known = [...STATUS_NAMES, "dead"];
  const wrong = given.find((one) => !known.includes(one));
  if (wrong === undefined) return;
  const near = didYouMean(wrong, known);
  const instead = near === undefined ? `use ${known.join(", ")}` : `did you mean "${near}"?`;
  throw new QuorateError(
    "BAD_OPTIONS",
    `--status ${safeText(wrong)} is not a status of a run; ${instead}`,
  );
}

/** The dead ones that are asked for. */
function deadOf(runs: readonly RunSummary[], flags: RunsFlags): readonly RunSummary[] {
  const { team, tenant, tag = {}, limit } = flags;
  return runs
    .filter(({ supervisor }) => team === undefined || supervisor.name === team)
    .filter((run) => tenant === undefined || run.tenant === tenant)
    .filter(({ tags = {} }) => Object.entries(tag).every(([name, text]) => tags[name] === text))
    .slice(0, limit);
}

// Date and time, status, duration, and the spaces between.
const OTHER_COLUMNS = 2 + 16 + 2 + 11 + 2 + 10 + 2;

function runsTable(runs: readonly RunSummary[], flags: RunsFlags, screen: Terminal): string[] {
  if (runs.length === 0) return [isNarrowed(flags) ? "No such runs." : "No runs yet."];
  const widest = Math.max(...runs.map(({ runId }) => columnsOf(shortId(runId))));
  const ids = Math.max(8, Math.min(widest, screen.columns - OTHER_COLUMNS - 8));
  const teams = Math.max(0, screen.columns - ids - OTHER_COLUMNS);
  return runs.map((run) => {
    const took =
      run.endedAtMs === null
        ? count(run.events, "event")
        : duration(run.endedAtMs - run.startedAtMs);
    return [
      pad(shortId(run.runId), ids),
      screen.style("quiet", dateAndTime(run.startedAtMs)),
      pad(isEnqueued(run) ? "queued" : run.status, 11),
      `${screen.style("quiet", padStart(took, 10))}  ${pad(safeText(run.supervisor.name), teams)}`.trimEnd(),
    ].join("  ");
  });
}

function isNarrowed({ team, status, tenant, tag, since }: RunsFlags): boolean {
  return [team, status, tenant, tag, since].some((flag) => flag !== undefined);
}

function interruptedLines(
  runs: readonly RunSummary[],
  { db, status }: RunsFlags,
  screen: Terminal,
): string[] {
  const stopped = runs.filter((run) => run.status === "interrupted");
  const isDead = status?.includes("dead") === true;
  const queued = isDead ? [] : stopped.filter(isEnqueued);
  const [first, second] = stopped.filter((run) => !queued.includes(run));
  const lines: string[] = [];
  if (queued.length > 0) {
    const worker = [commandName(), "worker", "TEAM", ...databasePart(db)];
    lines.push("", "queued: a worker takes them:", ...commandLines(worker, screen));
  }
  if (first === undefined) return lines;
  if (isDead) {
    const id = shellWord(shortId(first.runId));
    const retry = withOperands([commandName(), "retry"], [id], databasePart(db));
    const why = "dead: no worker takes these by itself; give one back to workers with";
    return ["", ...wrap(why, screen.columns), ...commandLines(retry, screen)];
  }
  const one = second === undefined;
  return [
    ...lines,
    "",
    one ? "interrupted: resume it with" : "interrupted: resume them with",
    ...resumeHint({ db, ...(one && { runId: first.runId }) }, screen),
  ];
}
