import { decide, openQuestions, type HumanDecision } from "../../index.ts";
import type { FailOn } from "../../team/read-fail-on.ts";
import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { Store } from "../../store/store.ts";
import { clip } from "../../model/text.ts";
import { positionText, positionTextAmong } from "../shown/summarize.ts";
import { teamFiles } from "../given/output-files.ts";
import { DEFAULT_DATABASE, openExisting, shownPlace } from "../given/database.ts";
import { findRun } from "../given/find-run.ts";
import { followRun } from "./follow-run.ts";
import { resumeHint } from "../shown/resume-hint.ts";
import { EXIT } from "../exit-code.ts";
import { loadTeam } from "../given/load-team.ts";
import { positionMeant, verdictsMeant } from "../given/match-subject.ts";
import { commandName } from "../command-name.ts";
import { checkReportFiles, checkReportsApart } from "../shown/report-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { limitsOf, type LimitFlags } from "../given/run-flags.ts";
import { existingLog, type RunLog } from "../given/run-log.ts";
import { section } from "../shown/report.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import { shellPath, shellWord, withOperands } from "../shown/shell-word.ts";
import { shortId } from "../shown/short-id.ts";
import { cancelOnSignals } from "../signals.ts";
import { terminal, type Terminal } from "../shown/terminal.ts";
import { wrap } from "../shown/wrap.ts";

export interface DecideFlags extends LimitFlags {
  readonly team?: string;
  readonly why?: string;
  readonly by?: string;
  readonly db?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly failOn?: FailOn;
  readonly report?: readonly ReportFile[];
  /** Of a position, and of a question, among those that look the same. */
  readonly index?: number;
  readonly question?: number;
}

/**
 * `quorate decide`: records what a person decided about a subject that a run waits for, and goes on with the run where
 * the team is given. Gives the exit code; rejects when the run does not wait for that.
 */
export async function decideCommand(
  wanted: string,
  subject: string | undefined,
  winner: string | undefined,
  flags: DecideFlags,
): Promise<number> {
  const { team: file } = flags;
  const reports = flags.report ?? [];
  checkReportFiles(reports, teamFiles(file, undefined));
  const team = file === undefined ? undefined : await loadTeam(file);
  const log: RunLog =
    team === undefined
      ? await existingDatabase(flags.db ?? DEFAULT_DATABASE)
      : await existingLog(team, flags.db);
  const screen = terminal();
  using signals = cancelOnSignals();
  try {
    checkReportsApart(reports, log.file);
    const runId = await findRun(log.store, wanted, log.file);
    const decision = await meant(log.store, runId, subject, winner, flags);
    if (file === undefined || team === undefined) {
      if ((await decide(log.backend, runId, decision)) === "left") {
        const what = `Another process drives the run: it will record the decision when the run waits again.`;
        screen.print(...wrap(what, screen.columns));
        return EXIT.ok;
      }
      screen.print(
        ...(await takenLines(log.store, runId, flags, screen)),
        ...section("To continue", screen, resumeHint({ runId, db: log.file ?? "" }, screen)),
      );
      return EXIT.ok;
    }
    const following = { team: file, supervisor: team, log, screen, signals, flags };
    const stream = team.decideStream(runId, decision, {
      signal: signals.signal,
      backend: log.backend,
      ...limitsOf(flags),
    });
    const { exitCode, document } = await followRun(stream, following);
    if (document !== undefined) screen.print(safeJson(document, 2));
    return exitCode;
  } finally {
    await log.store.close();
  }
}

async function existingDatabase(file: string): Promise<RunLog> {
  const backend = await openExisting(file);
  return { backend, store: backend.store, file: shownPlace(file) };
}

/** What was recorded, as the log has it. */
async function takenLines(
  store: Store,
  runId: string,
  { why, by }: DecideFlags,
  screen: Terminal,
): Promise<string[]> {
  const events = await store.read(runId);
  const taken = events.findLast((event) => event.type === "person.decided");
  if (taken?.type !== "person.decided") return [];
  const [first] = events;
  const isSecret = first?.type === "run.started" && first.redact !== undefined;
  return [
    `decided: ${positionText(taken.winner)}: ${safeText(taken.subject)}`,
    ...(isSecret && (why ?? by) !== undefined
      ? wrap(
          "What you wrote is not kept: without --team, quorate cannot know what is secret in it.",
          screen.columns,
        )
      : []),
  ];
}

/**
 * The subject and the position that a person means, who writes them as they are shown, of the subject perhaps only the
 * beginning. What is none of them is left for `decide` to refuse.
 */
async function meant(
  store: Store,
  runId: string,
  subject: string | undefined,
  winner: string | undefined,
  { team: file, why = "decided on the command line", by, index, question }: DecideFlags,
): Promise<HumanDecision> {
  const events = await store.read(runId);
  if (events.at(-1)?.type === "run.cancelled") {
    const resume = `"${withOperands([commandName(), "resume"], [file === undefined ? "TEAM" : shellPath(file), shellWord(shortId(runId))], []).join(" ")}"`;
    throw new QuorateError(
      "BAD_OPTIONS",
      `run ${runId} was cancelled; resume it with ${resume}, and decide once it waits again`,
    );
  }
  const open = openQuestions(events).map(({ verdict }) => verdict);
  if (subject === undefined) throw new QuorateError("BAD_OPTIONS", notNamed(runId, open));
  const named = verdictsMeant(open, subject);
  if (winner === undefined && index === undefined) {
    const asked = open.map((verdict) => `"${safeText(verdict.subject)}"`).join(", ");
    const unasked = `run ${runId} does not wait for "${safeText(subject)}"; it waits for ${asked === "" ? "nothing" : asked}`;
    throw new QuorateError("BAD_OPTIONS", named.length === 0 ? unasked : notSaid(named));
  }
  return {
    subject: named[0]?.subject ?? subject,
    ...(winner !== undefined && { winner: winnerMeant(named, winner) }),
    why,
    ...(by !== undefined && { by }),
    ...(index !== undefined && { index }),
    ...(question !== undefined && { question }),
  };
}

const MOST_NAMED = 10;
const MOST_CHARACTERS = 120;

/** What a run asks, for a person who has not said about which of it they decided. */
function notNamed(runId: string, open: readonly Verdict[]): string {
  const [first] = open;
  if (first === undefined) return `run ${runId} waits for nothing; there is nothing to decide`;
  if (open.length === 1) return notSaid(open);
  const asked = open
    .slice(0, MOST_NAMED)
    .map(({ subject }) => `"${clip(safeText(subject), MOST_CHARACTERS)}"`);
  const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : "";
  return `say what was decided, and about which question: ${asked.join(", ")}${more}`;
}

function notSaid(named: readonly Verdict[]): string {
  const positions = named.flatMap((verdict) => verdict.positions);
  const shown = positions.slice(0, MOST_NAMED).map(({ value }, at) => {
    const text = shellWord(clip(positionTextAmong(value, positions), MOST_CHARACTERS));
    return named.length > 1 ? text : `${text} (or --index ${at})`;
  });
  const more = positions.length > MOST_NAMED ? ` and ${positions.length - MOST_NAMED} more` : "";
  return `say what was decided about "${safeText(named[0]?.subject ?? "")}": ${shown.join(", ")}${more}`;
}

/** `null` is a position too. */
function winnerMeant(named: readonly Verdict[], winner: string): Json {
  const held = positionMeant(named, winner);
  return held === undefined ? winner : held;
}
