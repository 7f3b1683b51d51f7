import { Cancellation, cancelWith } from "../async/cancellation.ts";
import { sleep } from "../async/sleep.ts";
import { takeInput } from "../call/input.ts";
import { fromStore } from "../log/from-store.ts";
import { History } from "../log/history.ts";
import { settleDebt } from "../log/owning.ts";
import { cancelledError } from "../log/requests.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import type { Outcome } from "../model/outcome.ts";
import { refuseOtherTenant } from "../team/whose-run.ts";
import { recordedOutcome } from "./recorded.ts";
import { readRun, refuseOther, resume, shown } from "./resume/resume.ts";
import { isTaskOf } from "./secrecy.ts";
import type { Session } from "./session.ts";
import { runNew } from "./start.ts";

const POLL_MS = 200;

/**
 * A run under the caller's own id: begins it, or joins the existing one. A run that another process drives is waited
 * for; a run whose process has died is resumed. Rejects with `RUN_ID_TAKEN` if that run has another input.
 */
export async function runOnce(session: Session, given: unknown): Promise<Outcome> {
  const { runId, root, configuredRoot } = session;
  const task = takeInput(given, configuredRoot.maxBytes, `the task of ${root.team.where}`);
  for (let waitedFrom: number | undefined; ;) {
    const events = await readRun(session, runId);
    if (waitedFrom !== undefined) refuseCancelled(events, waitedFrom);
    const first = events[0];
    if (first === undefined) {
      const begun = await beginUnlessBegun(session, task);
      if (begun !== undefined) return begun;
      continue;
    }
    refuseOther(session, first);
    if (first.type === "run.started") refuseOtherTenant(runId, session.options, first);
    if (first.type === "run.started" && !isTaskOf(first, session.secrecy, task)) {
      throw new QuorateError(
        "RUN_ID_TAKEN",
        `there is a run "${runId}" with another input; use another id for this one`,
      );
    }
    const finished = recordedOutcome(root.team, new History(runId, events));
    if (finished !== undefined) return shown(session, events, finished);
    try {
      return await resume(session, { known: task });
    } catch (error) {
      if (!(error instanceof QuorateError && error.code === "RUN_OWNED")) throw error;
    }
    for (const event of events) session.watch?.(event);
    waitedFrom = events.length;
    await untilLetGo(session, waitedFrom);
  }
}

/**
 * Resumes a run as soon as no other process drives it. Rejects with `CANCELLED` if its cancellation was requested in the meantime,
 * and else as `resume` does.
 */
export async function resumeOnceFree(
  session: Session,
  known?: { readonly known: unknown },
): Promise<Outcome> {
  for (;;) {
    try {
      return await resume(session, known);
    } catch (error) {
      if (!(error instanceof QuorateError && error.code === "RUN_OWNED")) throw error;
    }
    const events = await readRun(session, session.runId);
    for (const event of events) session.watch?.(event);
    await untilLetGo(session, events.length);
    refuseCancelled(await readRun(session, session.runId), events.length);
  }
}

/** Waits until a run that another process drives has ended or was released. A watcher sees its events as they come. */
async function untilLetGo(session: Session, afterSeq: number): Promise<void> {
  const { store, runId, root, watch, cancellation, deadline = cancellation } = session;
  const events = store.follow(runId, afterSeq);
  const over = new Cancellation();
  using _deadline = cancelWith(deadline, over);
  const read = async (): Promise<void> => {
    let last: RunEvent | undefined;
    for await (const event of events) watch?.((last = event));
    // Otherwise it had ended before, and a process still owns it.
    if (last !== undefined) over.cancel(undefined);
  };
  read().catch(() => {});
  try {
    // The death of a process is not an event.
    for (let isDriven = true; isDriven && !over.cancelled;) {
      await sleep(root.clock, POLL_MS, over).catch(() => {});
      if (deadline.cancelled) throw deadline.reason;
      const run = await fromStore(() => store.run(runId), deadline);
      isDriven = run?.status === "running";
    }
  } finally {
    void events.return?.();
  }
}

/** A caller that waited for a run that was cancelled on request must not resume it. */
function refuseCancelled(events: readonly RunEvent[], afterSeq: number): void {
  const last = events.at(-1);
  if (last?.type !== "run.cancelled" || last.requested !== true || last.seq <= afterSeq) return;
  throw cancelledError(last.runId, last.reason);
}

/** A new run; `undefined` if another process has just begun it, before any agent was asked. */
async function beginUnlessBegun(session: Session, task: unknown): Promise<Outcome | undefined> {
  // A run that cannot begin is cancelled, and the next try must not be.
  const cancellation = new Cancellation();
  using _cancelling = cancelWith(session.cancellation, cancellation);
  await settleDebt(session.store, session.runId, session.deadline ?? cancellation);
  let isThere = false;
  const begunByOthers = (): void => {
    isThere = true;
  };
  try {
    return await runNew({ ...session, cancellation, begunByOthers }, task);
  } catch (error) {
    if (isThere) return undefined;
    throw error;
  }
}
