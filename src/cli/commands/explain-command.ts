import { QuorateError } from "../../model/errors.ts";
import { withDatabase } from "../given/database.ts";
import { explain, explained } from "../shown/explain.ts";
import { readRun } from "../given/find-run.ts";
import { originLines } from "../shown/fork-origin.ts";
import { notices, section } from "../shown/report.ts";
import { isQueued } from "../../report/is-queued.ts";
import type { RunView } from "../../report/run-view.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";
import { wrap } from "../shown/wrap.ts";

export interface ExplainFlags {
  readonly db: string;
  readonly subject?: string;
  readonly full?: boolean;
  readonly json?: boolean;
}

/** `quorate explain`: why a run decided as it did, from its events alone. */
export async function explainCommand(
  wanted: string,
  flags: ExplainFlags,
  screen: Terminal,
): Promise<void> {
  const { run } = await withDatabase(flags.db, (store) => readRun(store, wanted, flags.db));
  const found = explained(run, flags.subject);
  if (found.length === 0 && flags.subject !== undefined) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `No subject of run ${run.runId} contains "${flags.subject}"; without --subject all are shown.`,
    );
  }
  if (flags.json === true) {
    const { runId, supervisor, status, missing, notices: told } = run;
    const verdicts = found.map(({ team, it }) => (team === "" ? it : { team, ...it }));
    screen.print(safeJson({ runId, supervisor, status, verdicts, missing, notices: told }, 2));
    return;
  }
  const lines = explain(run, screen, flags);
  const origin = originLines(run, screen);
  screen.print(
    ...(origin.length > 0 ? [...origin, ""] : []),
    ...(lines.length === 0 ? wrap(nothingDecided(run), screen.columns) : lines),
    ...section("Notices", screen, notices(run, screen)),
  );
}

/** Why there is nothing to explain. What agents answer is compared when all have: a run that has no end decided nothing. */
function nothingDecided(run: RunView): string {
  const { status, reason } = run;
  const unended = status === "running" || status === "interrupted" || status === "cancelled";
  const why = reason === undefined ? "" : `: ${safeText(reason)}`;
  return unended
    ? `Nothing has been decided: the run is ${isQueued(run) ? "queued" : status}${why}.`
    : "Nothing was claimed or reported in this run, so nothing was decided.";
}
