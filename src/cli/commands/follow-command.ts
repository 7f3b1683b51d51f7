import type { RunEvent } from "../../model/events.ts";
import type { Store } from "../../store/store.ts";
import { withDatabase } from "../given/database.ts";
import { EXIT, exitCodeOf } from "../exit-code.ts";
import { findRun } from "../given/find-run.ts";
import { nextStep } from "../shown/next-step.ts";
import { watchRun } from "../shown/progress.ts";
import { report, section } from "../shown/report.ts";
import { runFold, type RunView } from "../../report/run-view.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import { cancelOnSignals, type SignalScope } from "../signals.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface FollowFlags {
  readonly db: string;
  readonly json?: boolean;
  readonly full?: boolean;
}

/**
 * `quorate follow`: shows a run while it goes on, in whatever process, and to its end. Gives the exit code that the run itself would
 * have; Ctrl-C leaves the run alone.
 */
export async function followCommand(
  wanted: string,
  flags: FollowFlags,
  screen: Terminal,
): Promise<number> {
  using signals = cancelOnSignals();
  return await withDatabase(flags.db, async (store) => {
    const runId = await findRun(store, wanted, flags.db);
    await using events = eventsOf(store, runId, signals);
    if (flags.json === true) {
      const fold = runFold(runId);
      for await (const event of events) {
        fold.add(event);
        screen.print(safeJson(event));
      }
      return signals.exitCode ?? exitCodeFor(fold.view());
    }
    const status = (await store.run(runId))?.status;
    if (status === "interrupted" || status === "waiting") {
      screen.print(`run ${safeText(runId)} is ${status}; what comes is shown when it continues`);
    }
    const stream = Object.assign(events, { runId, outcome: Promise.resolve() });
    const { run } = await watchRun(stream, { terminal: screen });
    screen.print(
      "",
      ...report(run, screen, { full: flags.full ?? false }),
      ...section("To continue", screen, nextStep(run, { db: flags.db }, screen)),
    );
    return signals.exitCode ?? exitCodeFor(run);
  });
}

/** The events of a run, until it has ended or the command is to stop. */
function eventsOf(
  store: Store,
  runId: string,
  { signal }: SignalScope,
): AsyncIterable<RunEvent> & AsyncDisposable {
  const events = store.follow(runId);
  const leave = (): void => void events.return?.();
  signal.addEventListener("abort", leave, { once: true });
  return {
    [Symbol.asyncIterator]: () => events,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", leave);
      await events.return?.();
    },
  };
}

function exitCodeFor({ status, verdicts, gate, notices }: RunView): number {
  switch (status) {
    case "complete":
    case "partial":
    case "failed": {
      const own = verdicts.filter(({ team }) => team === "").map(({ it }) => it);
      return exitCodeOf({ status, passed: gate?.passed, verdicts: own, notices });
    }
    case "cancelled":
      return EXIT.failed;
    default:
      return EXIT.open;
  }
}
