import { clip, cut } from "../../model/text.ts";
import type { Verdict } from "../../model/verdict.ts";
import { positionTextAmong } from "./summarize.ts";
import { resumeHint } from "./resume-hint.ts";
import { databasePart } from "./show-hint.ts";
import { commandName } from "../command-name.ts";
import { isQueued } from "../../report/is-queued.ts";
import type { RunView } from "../../report/run-view.ts";
import { safeText } from "./safe-text.ts";
import { commandLines, shellPath, shellWord, withOperands } from "./shell-word.ts";
import { shortId } from "./short-id.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

const MAX_QUESTIONS = 5;
// The beginning of a subject is enough to name it.
const MAX_SUBJECT_CHARACTERS = 40;
const MAX_POSITIONS = 5;
const MAX_POSITION_CHARACTERS = 60;

/** Where a command finds the run. */
export interface Whereabouts {
  /** The team's file, where it is known. */
  readonly team?: string;
  /** The database, where it has to be named. */
  readonly db?: string;
}

/** What brings a run further that stopped before its end: commands to be copied; nothing for one that has ended. */
export function nextStep(run: RunView, where: Whereabouts, screen: Terminal): string[] {
  const { runId, status, open } = run;
  if (status === "waiting" && open.length > 0) {
    return open
      .slice(0, MAX_QUESTIONS)
      .flatMap(({ it }) => [
        ...decideLines(runId, it.subject, where, screen),
        ...winnerLines(it, screen),
      ]);
  }
  if (isQueued(run)) return workerLines(where, screen);
  return status === "waiting" || status === "interrupted" || status === "cancelled"
    ? resumeHint({ runId, ...where }, screen)
    : [];
}

/** What stands for WINNER in the command above it. */
function winnerLines({ positions }: Pick<Verdict, "positions">, screen: Terminal): string[] {
  const shown = positions
    .slice(0, MAX_POSITIONS)
    .map(({ value }) =>
      shellWord(clip(positionTextAmong(value, positions), MAX_POSITION_CHARACTERS)),
    );
  if (shown.length === 0) return [];
  const rest = positions.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more, which explain shows`] : shown;
  return wrap(`WINNER: ${all.join(" or ")}`, screen.columns, { first: "    ", rest: "      " }).map(
    (line) => screen.style("quiet", line),
  );
}

function workerLines({ team, db }: Whereabouts, screen: Terminal): string[] {
  const place = team === undefined ? "TEAM" : shellPath(team);
  return commandLines(
    [commandName(), "worker", place, ...(db === undefined ? [] : databasePart(db))],
    screen,
  );
}

function decideLines(
  runId: string,
  subject: string,
  { team, db }: Whereabouts,
  screen: Terminal,
): string[] {
  const asked = shellWord(cut(safeText(subject), MAX_SUBJECT_CHARACTERS));
  const options = [
    `--team ${team === undefined ? "TEAM" : shellPath(team)}`,
    ...(db === undefined ? [] : databasePart(db)),
  ];
  const operands = [shellWord(shortId(runId)), asked, "WINNER"];
  return commandLines(withOperands([commandName(), "decide"], operands, options), screen);
}
