import { describeThrown, QuorateError } from "../../model/errors.ts";
import { outputFailure, tellClosed } from "../output.ts";
import type { RunEvent } from "../../model/events.ts";
import type { Outcome, Reuse } from "../../model/outcome.ts";
import { gatedOutcome, unheldIn } from "../../team/fail-on.ts";
import type { FailOn } from "../../team/read-fail-on.ts";
import type { Supervisor } from "../../supervisor.ts";
import { EXIT, exitCodeOf } from "../exit-code.ts";
import { tellUnheld } from "../shown/held.ts";
import { showHint } from "../shown/show-hint.ts";
import { nextStep } from "../shown/next-step.ts";
import { watchRun, type Watched } from "../shown/progress.ts";
import { report, section } from "../shown/report.ts";
import { addToStepSummary, writeReports } from "../shown/report-files.ts";
import type { ReportFile } from "../given/report-flag.ts";
import { runJson } from "../../report/run-json.ts";
import type { RunLog } from "../given/run-log.ts";
import type { RunView } from "../../report/run-view.ts";
import { safeText } from "../shown/safe-text.ts";
import type { SignalScope } from "../signals.ts";
import type { Terminal } from "../shown/terminal.ts";

/** How a run is watched, and what is told about it at its end. */
export interface Following {
  /** The team's file, for the command that goes on with the run. */
  readonly team: string;
  readonly supervisor: Supervisor;
  readonly log: RunLog;
  readonly screen: Terminal;
  readonly signals: SignalScope;
  readonly flags: {
    readonly db?: string;
    readonly json?: boolean;
    readonly full?: boolean;
    readonly report?: readonly ReportFile[];
    readonly failOn?: FailOn;
  };
  /** The run had finished before: it is only read. */
  readonly finished?: boolean;
}

/** How a run ended for a command. */
export interface Followed {
  readonly exitCode: number;
  /** The run as one JSON document, where that is asked for in place of a report. */
  readonly document?: object;
}

/** Watches a run to its end and prints its report. Rejects with what the run rejects with, unless it was stopped. */
export async function followRun(stream: Watched<Outcome>, following: Following): Promise<Followed> {
  const { log, screen, signals, flags } = following;
  tellWhenClosed(stream.runId, following);
  const quiet: Terminal = { ...screen, live: false, columns: 80, rows: 24, print() {} };
  const watched = await watchRun(stream, {
    terminal: flags.json === true ? quiet : screen,
    signal: signals.signal,
  });
  const ended = await watched.outcome.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  const cancelledBy = signals.exitCode;
  // One that was cancelled by its id is shown as it was left.
  if ("error" in ended && cancelledBy === undefined && !isCancelled(ended.error)) throw ended.error;

  // Stopped before its first event: there is nothing to show, and no log of it.
  if (cancelledBy !== undefined && watched.run.startedAtMs === 0) return { exitCode: cancelledBy };

  const gate = "outcome" in ended ? gateOf(ended.outcome, watched.run, following) : undefined;
  const run =
    "error" in ended
      ? cancelledRun(watched.run, ended.error)
      : { ...watched.run, ...(gate !== undefined && { gate }) };
  const code =
    "error" in ended
      ? (cancelledBy ?? EXIT.failed)
      : exitCodeOf({ ...ended.outcome, passed: gate?.passed });
  if ("outcome" in ended) tellUnheldOf(ended.outcome, run, flags.failOn);
  const read = (): readonly RunEvent[] | Promise<readonly RunEvent[]> => log.store.read(run.runId);
  const isReported = await writeReports(run, flags.report ?? [], read);
  const exitCode = isReported || cancelledBy !== undefined ? code : EXIT.failed;
  await addToStepSummary(run, read);
  const reuse = "outcome" in ended ? ended.outcome.reuse : undefined;
  if (flags.json === true) {
    const document = {
      ...runJson(run),
      log: log.file ?? null,
      ...(reuse !== undefined && { reuse }),
    };
    return { exitCode, document };
  }
  screen.print(
    "",
    ...report(run, screen, { full: flags.full ?? false }),
    ...section("Log", screen, logLines(run.runId, log, screen)),
    ...section("To continue", screen, nextLines(run, following)),
    ...reuseLines(following, reuse),
  );
  return { exitCode };
}

function isCancelled(error: unknown): boolean {
  return error instanceof QuorateError && error.code === "CANCELLED";
}

/** As the log has it; by what its caller says now where that is other. */
function gateOf(
  outcome: Outcome,
  run: RunView,
  { supervisor, flags: { failOn } }: Following,
): RunView["gate"] {
  const recorded = failOn === undefined ? run.gate : undefined;
  return recorded ?? gatedOutcome(supervisor, failOn, outcome);
}

/** What --fail-on names may be misspelt, and then it never fails. */
function tellUnheldOf(outcome: Outcome, run: RunView, failOn: FailOn | undefined): void {
  if (failOn === undefined) return;
  for (const { subject, values } of unheldIn(failOn, outcome)) {
    const what = values.map((value) => `"${value}"`).join(" or ");
    // As the log has it: without secrets.
    const logged = run.verdicts.find(({ team, it }) => team === "" && it.subject === subject);
    tellUnheld(what, subject, logged?.it);
  }
}

/** A run that is paid for goes on where nobody reads of it any more; its reader is told where all of it stands. */
function tellWhenClosed(runId: string, { log, screen }: Following): void {
  const tell = (): void => {
    const failure = outputFailure(screen.closed);
    const what = failure === undefined ? "was closed" : `could not be written: ${failure}`;
    const place =
      log.file === undefined
        ? `the team's own store has it as run ${runId}`
        : `"${showHint(runId, log.file, ONE_LINE, ["show"]).join("").trim()}" has it`;
    tellClosed(screen.closed, `the output ${what}; the run continues to its end, and ${place}`);
  };
  if (screen.closed.aborted) tell();
  else screen.closed.addEventListener("abort", tell, { once: true });
}

const ONE_LINE = { columns: Infinity };

// The log's own line about it is kept after the last event that a reader sees.
function cancelledRun(run: RunView, reason: unknown): RunView {
  return run.status === "running"
    ? { ...run, status: "cancelled", reason: describeThrown(reason) }
    : run;
}

/** A database that no other command can look into. */
const isPassing = ({ file }: RunLog): boolean => file === ":memory:";

function logLines(runId: string, log: RunLog, screen: Terminal): string[] {
  if (isPassing(log)) return ["  in memory only: it is gone now; --db FILE keeps the next one"];
  return log.file === undefined
    ? [`  in the team's own store, as run ${safeText(runId)}`]
    : showHint(runId, log.file, screen);
}

function nextLines(run: RunView, { team, log, screen, flags }: Following): string[] {
  if (!log.store.resumable || isPassing(log)) return [];
  return nextStep(run, { team, ...(flags.db !== undefined && { db: flags.db }) }, screen);
}

function reuseLines({ finished = false }: Following, reuse: Reuse | undefined): string[] {
  if (finished) return ["", "it had finished before; no agent was asked"];
  return reuse === undefined ? [] : ["", `reused ${reuse.reused}, asked ${reuse.asked}`];
}
