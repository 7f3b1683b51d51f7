import { QuorateError } from "../errors.ts";
import { findRun, withDatabase } from "./database.ts";
import { explain } from "./explain.ts";
import { viewRun } from "./run-view.ts";
import type { Terminal } from "./terminal.ts";

export interface ExplainFlags {
  readonly db: string;
  readonly subject?: string;
  readonly full?: boolean;
}

/** `quorate explain`: why a run decided as it did, from its events alone. */
export async function explainCommand(
  wanted: string,
  flags: ExplainFlags,
  screen: Terminal,
): Promise<void> {
  const { runId, events } = await withDatabase(flags.db, (store) =>
    findRun(store, wanted, flags.db),
  );
  const run = viewRun(runId, events);
  const lines = explain(run, screen, flags);
  if (lines.length === 0 && flags.subject !== undefined) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `No subject of run ${runId} contains "${flags.subject}"; without --subject all are shown.`,
    );
  }
  screen.print(
    ...(lines.length === 0
      ? ["Nothing was claimed or reported in this run, so nothing was decided."]
      : lines),
  );
}
