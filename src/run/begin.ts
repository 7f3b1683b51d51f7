import { TEXT } from "../check/arguments.ts";
import { hear } from "../model/hear.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { orGivenUp } from "../async/or-given-up.ts";
import { cancelRun, type CancelAnswer } from "../log/cancel-run.ts";
import type { HumanDecision } from "../log/chosen-position.ts";
import { recordDecision } from "../log/decision.ts";
import { takeInput } from "../call/input.ts";
import { isStoreError } from "../log/journal.ts";
import { cancelledError, decisionsLeft } from "../log/requests.ts";
import { isSoundError, QuorateError } from "../model/errors.ts";
import { deadlineOf } from "./deadline.ts";
import type { Watch } from "./listeners.ts";
import { randomId } from "../model/hash.ts";
import { canonicalJson } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { ForkOptions, RunOptions } from "../team/run-options.ts";
import { runFork } from "./fork.ts";
import { cancelReleased } from "./requested.ts";
import { givenTask, ownStart, readRun, refuseOther, resume } from "./resume/resume.ts";
import { resumeOnceFree, runOnce } from "./run-once.ts";
import type { Root } from "./root.ts";
import { checkRunId } from "./run-id.ts";
import { secrecyOf } from "./secrecy.ts";
import { inSession, type Session, type Started } from "./session.ts";
import { runNew } from "./start.ts";
import { refuseOtherTenant } from "../team/whose-run.ts";

/** Gives a task to a team: a new run, or, under the caller's own id, the existing run. Never throws. */
export function beginRun(root: Root, task: unknown, options: RunOptions, watch?: Watch): Started {
  const runId = runIdIn(options);
  return runId === undefined
    ? inSession({ root, runId: randomId(), options, watch }, (session) =>
        goingOn(session, runNew(session, task), task),
      )
    : inSession({ root, runId, options, watch }, (session) => join(session, task));
}

/** The id that a run should have, as far as it can be read. Mistakes in the options are reported when the run begins. */
function runIdIn(options: RunOptions): string | undefined {
  try {
    return (Object(options) as RunOptions).runId;
  } catch {
    return undefined;
  }
}

/** Resumes a run of the store. Never throws. */
export function resumeRun(root: Root, runId: string, options: RunOptions, watch?: Watch): Started {
  return inSession({ root, runId, options, watch }, (session) => goingOn(session, resume(session)));
}

/** A new run that takes over what it can from another. Never throws. */
export function forkRun(root: Root, ofRun: string, options: ForkOptions, watch?: Watch): Started {
  const given = runIdIn(options);
  // Not with `??`: null is not an id, and is refused.
  const runId = given === undefined ? randomId() : given;
  hear(options);
  return inSession({ root, runId, options, watch }, async (session) => {
    TEXT.take(ofRun, `a fork of ${root.team.where}: the id of its run`);
    return goingOn(session, runFork(session, options, ofRun), options.input);
  });
}

/** Records what a person decided and resumes the run. Never throws. */
export function decideRun(
  root: Root,
  runId: string,
  decision: HumanDecision,
  options: RunOptions,
  watch?: Watch,
): Started {
  // Nobody awaits it while the store is asked.
  hear(decision);
  return inSession({ root, runId, options, watch }, async (session) => {
    const { store, secrecy } = session;
    const first = await ownStart(session);
    const task = givenTask(session, first);
    const { redact } = secrecy;
    const knowsSecrets = root.runsIn(store.values).asleep.get(runId) === secrecy;
    const nowMs = (): number => root.clock.now();
    const kept = await recordDecision(store, runId, decision, { redact, knowsSecrets, nowMs });
    if (first.redacted === true && task === undefined) throw cannotGoOn(runId);
    const gone = kept === "left" ? resumeOnceFree(session, task) : resume(session, task);
    return goingOn(session, gone, task?.known);
  });
}

/** Requests that a run of this team is cancelled. Rejects if its arguments are wrong, or as `cancel` does. */
export async function requestCancel(
  root: Root,
  runId: string,
  reason: string | undefined,
): Promise<CancelAnswer> {
  TEXT.take(runId, `${root.team.where}: cancel: runId`);
  const { team, clock } = root;
  const { store } = root.backend;
  const before = root.runsIn(store.values).asleep.get(runId);
  const { redact } = before ?? secrecyOf(team, store.values);
  return cancelRun(store, runId, reason, {
    redact,
    knowsSecrets: before !== undefined,
    nowMs: () => clock.now(),
    team: team.label.name,
    check: (first) => refuseOther({ root }, first),
  });
}

/**
 * The result of a run. If it waits and was asked for something in the meantime, it continues: the other process found that the run was driven here, and
 * left the decision or the request to cancel for this process.
 */
async function goingOn(session: Session, run: Promise<Outcome>, task?: unknown): Promise<Outcome> {
  let outcome = await run;
  const { root, configuredRoot, options, cancellation } = session;
  while (outcome.status === "waiting") {
    await refuseIfCancelled(session);
    if (!(await isDecided(session))) break;
    const where = `the task of ${root.team.where}`;
    const known = task === undefined ? undefined : takeInput(task, configuredRoot.maxBytes, where);
    // It is resumed: its deadline counts from now.
    using until = deadlineOf(root, options, cancellation);
    const resumed = { ...session, deadline: until?.cancellation };
    try {
      outcome = await resume(resumed, known === undefined ? undefined : { known });
    } catch (error) {
      // The process that resumes it now records the decision.
      if (isSoundError(error) && error.code === "RUN_OWNED") return outcome;
      throw error;
    }
  }
  return outcome;
}

/** Rejects with `CANCELLED` if a cancellation was requested when the run could not be told any more. */
async function refuseIfCancelled(session: Session): Promise<void> {
  const { root, runId, cancellation } = session;
  // If the store fails, the process that resumes the run will find out.
  const cancelled = orGivenUp(cancelReleased(session), cancellation, root.clock);
  const reason = await cancelled.catch(() => undefined);
  if (reason !== undefined) throw cancelledError(runId, reason);
}

/** Whether a person has left a decision. If the store fails, the process that resumes the run will find out. */
async function isDecided({ store, runId, cancellation }: Session): Promise<boolean> {
  const left = await decisionsLeft(store, runId, cancellation).catch(() => []);
  return left.length > 0;
}

function cannotGoOn(runId: string): QuorateError {
  return new QuorateError(
    "NOT_RESUMABLE",
    `what was decided is kept, but the task of run "${runId}" was redacted; continue it with run(task, { runId: "${runId}" })`,
  );
}

/** Whether a run was rejected with this because its caller has left: neither asked to cancel it, nor did its store fail. */
function hasLeft({ cancellation, requests }: Session, error: unknown): boolean {
  const { cancelled, reason } = cancellation;
  return cancelled && error === reason && requests.cancel === undefined && !isStoreError(error);
}

/** The run with that id in this process, if there is one with the same task; else the run in the store. */
async function join(session: Session, task: unknown): Promise<Outcome> {
  const { root, runId, cancellation, deadline = cancellation } = session;
  // Nobody awaits it while the store is asked.
  hear(task);
  checkRunId(runId);
  const { named } = root.runsIn(session.store.values);
  const known = named.get(runId);
  if (known === undefined) {
    const outcome = goingOn(session, runOnce(session, task), task);
    named.set(runId, { task, outcome, session });
    try {
      return await outcome;
    } finally {
      named.delete(runId);
    }
  }
  refuseOtherTenant(runId, session.options, known.session.options);
  if (canonicalJson(known.task) !== canonicalJson(task)) {
    throw new QuorateError(
      "RUN_ID_TAKEN",
      `there is a run "${runId}" with another input; use another id for this one`,
    );
  }
  let outcome: Outcome;
  try {
    outcome = await orCancelled(known.outcome, deadline);
  } catch (error) {
    if (deadline.cancelled || !hasLeft(known.session, error)) throw error;
    // It goes on for this caller, as for one of another process.
    return join(session, task);
  }
  const { watch } = session;
  if (watch !== undefined) for (const event of await readRun(session, runId)) watch(event);
  return outcome;
}
