import { TEXT } from "../check/arguments.ts";
import { hear } from "../model/hear.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { recordDecision, type HumanDecision } from "../log/decision.ts";
import { QuorateError } from "../model/errors.ts";
import type { LiveEvent } from "../model/events.ts";
import { randomId } from "../model/hash.ts";
import { canonicalJson } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { ForkOptions, RunOptions } from "../team/options.ts";
import { givenTask, ownStart, readRun, resume, runFork, runOnce } from "./resume.ts";
import type { Root } from "./root.ts";
import { checkRunId } from "./run-id.ts";
import { inSession, type Session, type Started } from "./session.ts";
import { runNew } from "./start.ts";
import { refuseOtherTenant } from "../team/whose-run.ts";

type Watch = (event: LiveEvent) => void;

/** Gives a task to a team: a new run, or under an id of the caller's own the run that is there. Never throws. */
export function beginRun(root: Root, task: unknown, options: RunOptions, watch?: Watch): Started {
  const runId = runIdIn(options);
  return runId === undefined
    ? inSession({ root, runId: randomId(), options, watch }, (session) => runNew(session, task))
    : inSession({ root, runId, options, watch }, (session) => join(session, task));
}

/** The id that a run is to have, as far as it can be read: what is wrong with the options is said as the run begins. */
function runIdIn(options: RunOptions): string | undefined {
  try {
    return (Object(options) as RunOptions).runId;
  } catch {
    return undefined;
  }
}

/** Goes on with a run of the store. Never throws. */
export function resumeRun(root: Root, runId: string, options: RunOptions, watch?: Watch): Started {
  return inSession({ root, runId, options, watch }, (session) => resume(session));
}

/** A new run that takes over what it can of another. Never throws. */
export function forkRun(root: Root, ofRun: string, options: ForkOptions, watch?: Watch): Started {
  const given = runIdIn(options);
  // Not by `??`: null is no id, and is refused as one.
  const runId = given === undefined ? randomId() : given;
  hear(options);
  return inSession({ root, runId, options, watch }, async (session) => {
    TEXT.take(ofRun, `a fork of ${root.team.where}: the id of its run`);
    return runFork(session, options, ofRun);
  });
}

/** Records what a person decided and goes on with the run. Never throws. */
export function decideRun(
  root: Root,
  runId: string,
  decision: HumanDecision,
  options: RunOptions,
  watch?: Watch,
): Started {
  // The store is asked first.
  hear(decision);
  return inSession({ root, runId, options, watch }, async (session) => {
    const { store, secrecy } = session;
    const first = await ownStart(session);
    const task = givenTask(session, first);
    const { redact } = secrecy;
    const knowsSecrets = root.asleep.get(runId)?.secrecy === secrecy;
    const nowMs = (): number => root.clock.now();
    await recordDecision(store, runId, decision, { redact, knowsSecrets, nowMs });
    if (first.redacted === true && task === undefined) throw cannotGoOn(runId);
    return resume(session, task);
  });
}

function cannotGoOn(runId: string): QuorateError {
  return new QuorateError(
    "NOT_RESUMABLE",
    `what was decided is kept, but the task of run "${runId}" was redacted; go on with run(task, { runId: "${runId}" })`,
  );
}

/** The run of that id in this process, if there is one with the same task; else as the store has it. */
async function join(session: Session, task: unknown): Promise<Outcome> {
  const { root, runId, cancellation, deadline = cancellation } = session;
  // The store is asked first.
  hear(task);
  checkRunId(runId);
  const known = root.named.get(runId);
  if (known === undefined) {
    const outcome = runOnce(session, task);
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
