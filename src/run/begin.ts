import { TEXT } from "../check/arguments.ts";
import { hear } from "../model/hear.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { cancelRun, type CancelAnswer } from "../log/cancel-run.ts";
import type { HumanDecision } from "../log/chosen-position.ts";
import { recordDecision } from "../log/decision.ts";
import { takeInput } from "../call/input.ts";
import { decisionsLeft } from "../log/requests.ts";
import { isSoundError, QuorateError } from "../model/errors.ts";
import type { Watch } from "./listeners.ts";
import { randomId } from "../model/hash.ts";
import { canonicalJson } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { ForkOptions, RunOptions } from "../team/run-options.ts";
import { runFork } from "./fork.ts";
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
    const knowsSecrets = root.asleep.get(runId)?.secrecy === secrecy;
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
  const before = root.asleep.get(runId);
  const { redact } = before?.secrecy ?? secrecyOf(team, store.values);
  return cancelRun(store, runId, reason, {
    redact,
    knowsSecrets: before !== undefined,
    nowMs: () => clock.now(),
    team: team.label.name,
    check: (first) => refuseOther({ root }, first),
  });
}

/**
 * The result of a run. If it waits and a person has decided in the meantime, it continues: the person's process found that the run was driven here, and
 * left the decision for this process.
 */
async function goingOn(session: Session, run: Promise<Outcome>, task?: unknown): Promise<Outcome> {
  let outcome = await run;
  const { root, configuredRoot } = session;
  while (outcome.status === "waiting" && (await isDecided(session))) {
    const where = `the task of ${root.team.where}`;
    const known = task === undefined ? undefined : takeInput(task, configuredRoot.maxBytes, where);
    try {
      outcome = await resume(session, known === undefined ? undefined : { known });
    } catch (error) {
      // The process that resumes it now records the decision.
      if (isSoundError(error) && error.code === "RUN_OWNED") return outcome;
      throw error;
    }
  }
  return outcome;
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

/** The run with that id in this process, if there is one with the same task; else the run in the store. */
async function join(session: Session, task: unknown): Promise<Outcome> {
  const { root, runId, cancellation, deadline = cancellation } = session;
  // Nobody awaits it while the store is asked.
  hear(task);
  checkRunId(runId);
  const known = root.named.get(runId);
  if (known === undefined) {
    const outcome = goingOn(session, runOnce(session, task), task);
    root.named.set(runId, { task, outcome, whose: session.options });
    try {
      return await outcome;
    } finally {
      root.named.delete(runId);
    }
  }
  refuseOtherTenant(runId, session.options, known.whose);
  if (canonicalJson(known.task) !== canonicalJson(task)) {
    throw new QuorateError(
      "RUN_ID_TAKEN",
      `there is a run "${runId}" with another input; use another id for this one`,
    );
  }
  const outcome = await orCancelled(known.outcome, deadline);
  const { watch } = session;
  if (watch !== undefined) for (const event of await readRun(session, runId)) watch(event);
  return outcome;
}
