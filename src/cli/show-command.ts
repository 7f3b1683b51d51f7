import { findRun, withDatabase } from "./database.ts";
import { lookAgain } from "./look-again.ts";
import { report, section } from "./report.ts";
import { runJson } from "./run-json.ts";
import { viewRun } from "./run-view.ts";
import { safeJson } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { timeline } from "./timeline.ts";

export interface ShowFlags {
  readonly db: string;
  readonly json?: boolean;
  readonly full?: boolean;
}

/** `quorate show`: the report of a run, from its events alone. */
export async function showCommand(
  wanted: string,
  flags: ShowFlags,
  screen: Terminal,
): Promise<void> {
  const { runId, events } = await withDatabase(flags.db, (store) =>
    findRun(store, wanted, flags.db),
  );
  const run = viewRun(runId, events);
  if (flags.json === true) {
    screen.print(safeJson({ ...runJson(run), events }, 2));
    return;
  }
  const full = flags.full ?? false;
  screen.print(
    ...report(run, screen, { full }),
    ...section("Timeline", screen, timeline(run, screen, full)),
    ...section("Why", screen, lookAgain(runId, flags.db, screen).slice(-1)),
  );
}
