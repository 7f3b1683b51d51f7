import { checkText } from "../../policy/given.ts";
import { hear } from "../../async/hear.ts";
import { orCancelled } from "../../async/or-cancelled.ts";
import { recordDecision, type HumanDecision } from "../../engine/decision.ts";
import { QuorateError } from "../../errors.ts";
import type { LiveEvent } from "../../events.ts";
import { randomId } from "../../hash.ts";
import { canonicalJson } from "../../json.ts";
import type { Outcome } from "../../outcome.ts";
import type { ForkOptions, RunOptions } from "../options.ts";
import { conductAgain, conductFork, conductOnce, givenTask, ownStart, readRun } from "./resume.ts";
import { startRun, type Driver, type Started } from "./drive.ts";
import type { Root } from "./root.ts";
import { checkRunId } from "./run-id.ts";
import { conductNew } from "./start.ts";

type Watch = (event: LiveEvent) => void;

/** Gives a task to a team: a new run, or under an id of the caller's own the run that is there. Never throws. */
export function beginRun(root: Root, task: unknown, options: RunOptions, watch?: Watch): Started {
  const runId = runIdIn(options);
  return runId === undefined
    ? startRun(root, (driver) => conductNew(driver, task), randomId(), options, watch)
    : startRun(root, (driver) => join(driver, task), runId, options, watch);
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
  const conduct = (driver: Driver): Promise<Outcome> => conductAgain(driver);
  return startRun(root, conduct, runId, options, watch);
}

/** A new run that takes over what it can of another. Never throws. */
export function forkRun(root: Root, ofRun: string, fork: ForkOptions, watch?: Watch): Started {
  const given = runIdIn(fork);
  // Not by `??`: null is no id, and is refused as one.
  const runId = given === undefined ? randomId() : given;
  hear(fork);
  const conduct = async (driver: Driver): Promise<Outcome> => {
    checkText(ofRun, `a fork of ${root.team.where}: the id of its run`);
    return conductFork(driver, fork, ofRun);
  };
  return startRun(root, conduct, runId, fork, watch);
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
  const conduct = async (driver: Driver): Promise<Outcome> => {
    const { store, secrecy, root } = driver;
    const first = await ownStart(driver);
    const task = givenTask(driver, first);
    const { redact } = secrecy;
    const knowsSecrets = root.asleep.get(runId)?.secrecy === secrecy;
    const nowMs = (): number => root.clock.now();
    await recordDecision(store, runId, decision, { redact, knowsSecrets, nowMs });
    if (first.redacted === true && task === undefined) throw cannotGoOn(runId);
    return conductAgain(driver, task);
  };
  return startRun(root, conduct, runId, options, watch);
}

function cannotGoOn(runId: string): QuorateError {
  return new QuorateError(
    "NOT_RESUMABLE",
    `what was decided is kept, but the task of run "${runId}" was redacted; go on with run(task, { runId: "${runId}" })`,
  );
}

/** The run of that id in this process, if there is one with the same task; else as the store has it. */
async function join(driver: Driver, task: unknown): Promise<Outcome> {
  const { root, runId, cancellation, deadline = cancellation } = driver;
  // The store is asked first.
  hear(task);
  checkRunId(runId);
  const known = root.named.get(runId);
  if (known === undefined) {
    const outcome = conductOnce(driver, task);
    root.named.set(runId, { task, outcome });
    try {
      return await outcome;
    } finally {
      root.named.delete(runId);
    }
  }
  if (canonicalJson(known.task) !== canonicalJson(task)) {
    throw new QuorateError(
      "RUN_ID_TAKEN",
      `there is a run "${runId}" with another input; use another id for this one`,
    );
  }
  const outcome = await orCancelled(known.outcome, deadline);
  const { watch } = driver;
  if (watch !== undefined) for (const event of await readRun(driver, runId)) watch(event);
  return outcome;
}
