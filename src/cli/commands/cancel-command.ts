import { cancel } from "../../index.ts";
import type { Store } from "../../store/store.ts";
import { withDatabase } from "../given/database.ts";
import { EXIT } from "../exit-code.ts";
import { findRun } from "../given/find-run.ts";
import { showHint } from "../shown/show-hint.ts";
import { safeText } from "../shown/safe-text.ts";
import { shortId } from "../shown/short-id.ts";
import { cancelOnSignals } from "../signals.ts";
import type { Terminal } from "../shown/terminal.ts";
import { wrap } from "../shown/wrap.ts";

export interface CancelFlags {
  readonly db: string;
  readonly reason?: string;
}

// An agent is given 5 s to stop where nothing else is said, and a store as long.
const MOST_WAIT_MS = 15_000;

/**
 * `quorate cancel`: cancels a run, whichever process drives it, and waits until that has stopped. Gives the exit code: 0 where the run is
 * cancelled, 3 where it has an outcome, or whoever drives it has not stopped in 15 s.
 */
export async function cancelCommand(
  wanted: string,
  { db, reason }: CancelFlags,
  screen: Terminal,
): Promise<number> {
  using signals = cancelOnSignals();
  return await withDatabase(db, async (store, backend) => {
    const runId = await findRun(store, wanted, db);
    const run = `run ${safeText(shortId(runId))}`;
    const answer = await cancel(backend, runId, reason);
    if (answer === "asked") {
      screen.print(`asked the process that drives ${run} to cancel it`);
      await untilEnded(store, runId, signals.signal);
    }
    const status = (await store.run(runId))?.status;
    if (status === "cancelled") {
      screen.print(`${run} is cancelled`);
      return EXIT.ok;
    }
    const stopped = signals.exitCode;
    if (stopped !== undefined) return stopped;
    const hasEnded = status === "complete" || status === "partial" || status === "failed";
    const what = hasEnded
      ? `${run} had ended before it could be cancelled: it is ${status}`
      : `${run} has not stopped yet; the request stays, and the process that resumes the run will cancel it`;
    screen.print(...wrap(what, screen.columns));
    if (!hasEnded) screen.print(...showHint(runId, db, screen, ["follow"]));
    return EXIT.open;
  });
}

/** Resolves when a run has ended, at most after some seconds. */
async function untilEnded(store: Store, runId: string, stopped: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(MOST_WAIT_MS)]);
  try {
    for await (const _event of store.follow(runId, 0, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
