import type { RunSummary } from "../store/store.ts";
import { withDatabase } from "./database.ts";
import { count, dateAndTime, duration } from "./quantities.ts";
import { safeJson, safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { columnsOf, pad, padStart } from "./wrap.ts";

export interface RunsFlags {
  readonly db: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** `quorate runs`: the latest runs of a database, newest first. */
export async function runsCommand(flags: RunsFlags, screen: Terminal): Promise<void> {
  const runs = await withDatabase(flags.db, async (store) => store.runs(flags.limit));
  if (flags.json === true) screen.print(safeJson(runs, 2));
  else screen.print(...runsTable(runs, screen));
}

function runsTable(runs: readonly RunSummary[], screen: Terminal): string[] {
  if (runs.length === 0) return ["No runs yet."];
  const ids = Math.max(...runs.map(({ runId }) => columnsOf(safeText(runId))));
  const teams = Math.max(8, screen.columns - ids - 2 - 16 - 2 - 9 - 2 - 12);
  return runs.map((run) => {
    const took = run.endedAtMs === null ? count(run.events, "event") : duration(run.endedAtMs - run.startedAtMs);
    return [
      pad(safeText(run.runId), ids),
      screen.style("quiet", dateAndTime(run.startedAtMs)),
      pad(run.status, 9),
      `${screen.style("quiet", padStart(took, 10))}  ${pad(safeText(run.supervisor.name), teams)}`.trimEnd(),
    ].join("  ");
  });
}
