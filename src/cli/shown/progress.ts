import type { LiveEvent } from "../../model/events.ts";
import { lineProgress } from "./line-progress.ts";
import { runFold, type RunView } from "../../report/run-view.ts";
import { terminal, type Terminal } from "./terminal.ts";

/** A run that can be watched: what `supervisor.stream()` returns. */
export interface Watched<T> extends AsyncIterable<LiveEvent> {
  readonly runId: string;
  readonly outcome: Promise<T>;
}

export interface ProgressOptions {
  /** Where to show it. Default: standard output. */
  readonly terminal?: Terminal;
  /** Whether disagreements and verdicts get lines of their own when piped. Default: true. */
  readonly verdicts?: boolean;
  /** What cancels the run, to be seen from here: that it is being stopped is shown while it is. */
  readonly signal?: AbortSignal;
}

/** What a way of showing progress does. */
export interface Progress {
  /** Called for every event, with the run as it stands after it. */
  update(event: LiveEvent, run: RunView): void;
  /** Says something about the run that is no event of it. */
  notice(text: string): void;
  /** Called once when nothing follows. Leaves the last state on the screen. */
  end(): void | Promise<void>;
}

/**
 * Shows a run while it goes on, and gives its outcome: `const outcome = await showProgress(team.stream(task))`.
 * One line per agent that is kept up to date on a terminal, one plain line per event elsewhere. Rejects when
 * the run does.
 */
export async function showProgress<T>(
  stream: Watched<T>,
  options: ProgressOptions = {},
): Promise<T> {
  const { outcome } = await watchRun(stream, options);
  return outcome;
}

/** `showProgress`, with the run as its events told it. `outcome` may be rejected; the promise itself is not. */
export async function watchRun<T>(
  stream: Watched<T>,
  options: ProgressOptions = {},
): Promise<{ readonly run: RunView; readonly outcome: Promise<T> }> {
  const { outcome, runId } = stream;
  // Awaited by the caller, after the last event; until then nobody listens.
  outcome.catch(() => undefined);
  const screen = options.terminal ?? terminal();
  const fold = runFold(runId);
  let progress: Progress | undefined;
  // How a run is shown depends on how many are asked; what comes before that is known waits.
  const early: LiveEvent[] = [];
  const sayStopping = (): void => progress?.notice("stopping; Ctrl-C again leaves at once");
  options.signal?.addEventListener("abort", sayStopping);
  try {
    for await (const event of stream) {
      if (event.type !== "call.progress") fold.add(event);
      if (event.type === "run.planned") {
        progress ??= await chooseProgress(screen, fold.view(), options);
      }
      if (progress === undefined) {
        early.push(event);
        continue;
      }
      for (const held of early.splice(0)) progress.update(held, fold.view());
      progress.update(event, fold.view());
    }
  } catch (error) {
    // A run that was cancelled or failed breaks its stream off too; that is told once, by the outcome.
    const broke = await outcome.then(
      () => true,
      () => false,
    );
    if (broke) throw error;
  } finally {
    options.signal?.removeEventListener("abort", sayStopping);
    await progress?.end();
  }
  return { run: fold.view(), outcome };
}

// What a redrawn list needs beside its lines: the line of the verdicts, and the prompt below.
const SPARE_ROWS = 3;

async function chooseProgress(
  screen: Terminal,
  planned: RunView,
  options: ProgressOptions,
): Promise<Progress> {
  if (!screen.live || planned.calls.size > screen.rows - SPARE_ROWS) {
    return lineProgress(screen, options.verdicts ?? true);
  }
  const { listProgress } = await import("./list-progress.ts");
  return listProgress(screen, planned);
}
