import { Cancellation, cancelWith } from "../async/cancellation.ts";
import { anything, integer } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { randomId } from "../model/hash.ts";
import { canonicalJson, type Json } from "../model/json.ts";
import { takeInput } from "../call/input.ts";
import { fromStore } from "../log/from-store.ts";
import { settleDebt } from "../log/owning.ts";
import { RUN, type MadeOfRun, type RunOptions } from "../team/run-options.ts";
import { refuseOtherTenant } from "../team/whose-run.ts";
import { readRun, refuseForgetful, refuseOther } from "./resume/resume.ts";
import type { Root } from "./root.ts";
import { checkRunId } from "./run-id.ts";
import { isTaskOf } from "./secrecy.ts";
import { withSession, type Session } from "./session.ts";
import { leaveNew } from "./start.ts";

/** The options of a run that other processes carry out, which its log keeps. All other options apply where it is carried out. */
export type EnqueueOptions<Name extends string = string> = Pick<
  RunOptions<Name>,
  "runId" | "signal" | "route" | "mode" | "panel" | "backend" | "tenant" | "tags"
> & {
  /** Runs of a higher priority are resumed first; from -100 to 100 (0). */
  readonly priority?: number;
};

/** A run that other processes carry out. */
export interface Enqueued {
  readonly runId: string;
  /** Whether it is new; `false` if a run of that id with the same task existed already. */
  readonly isNew: boolean;
}

const MOST_PRIORITY = 100;
const { signal, route, mode, panel, backend, tenant, tags } = RUN.table;

export const ENQUEUE: Options<EnqueueOptions, never, Pick<MadeOfRun, "panel">> = options({
  runId: anything(),
  signal,
  route,
  mode,
  panel,
  backend,
  tenant,
  tags,
  priority: integer(-MOST_PRIORITY, MOST_PRIORITY),
});

/** The key of the value that changes when a run of a team is enqueued. */
export function queueKey(team: string): string {
  return `queue/${team.toWellFormed()}`;
}

/** Begins a run and leaves it to the process that resumes the team's runs. Rejects as `run` does before any agent is asked. */
export async function enqueue(root: Root, task: unknown, given: EnqueueOptions): Promise<Enqueued> {
  const { runId = randomId(), priority } = ENQUEUE.of(given, `enqueue of ${root.team.where}`) as {
    readonly runId?: string;
    readonly priority?: number;
  };
  checkRunId(runId);
  const { priority: _said, ...options } = given;
  return withSession({ root, runId, options, watch: undefined }, (session) =>
    leave(session, task, priority),
  );
}

async function leave(
  session: Session,
  given: unknown,
  priority: number | undefined,
): Promise<Enqueued> {
  const { root, runId, store, cancellation, deadline = cancellation } = session;
  refuseForgetful(session, "left to others");
  const task = takeInput(given, session.configuredRoot.maxBytes, `the task of ${root.team.where}`);
  refuseSecret(session, task);
  if (await isThere(session, task)) return { runId, isNew: false };
  await settleDebt(store, runId, deadline);
  // If another process has just begun the run, this one is cancelled; later store reads must not be.
  const begun = new Cancellation();
  using _cancelling = cancelWith(cancellation, begun);
  try {
    await leaveNew({ ...session, cancellation: begun }, task, priority);
  } catch (error) {
    const isBegun = error instanceof QuorateError && error.code === "SEQ_TAKEN";
    if (isBegun && (await isThere(session, task))) return { runId, isNew: false };
    throw error;
  }
  const nowMs = root.clock.now();
  // A process that misses this looks by itself after a while.
  await fromStore(async () =>
    store.values.change(queueKey(root.team.label.name), () => nowMs),
  ).catch(() => undefined);
  return { runId, isNew: true };
}

/** Whether a run of that id with that task exists already. Throws if it has another task. */
async function isThere(session: Session, task: unknown): Promise<boolean> {
  const { runId } = session;
  const [first] = await readRun(session, runId);
  if (first === undefined) return false;
  refuseOther(session, first);
  if (first.type !== "run.started") return true;
  refuseOtherTenant(runId, session.options, first);
  if (isTaskOf(first, session.secrecy, task)) return true;
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `there is a run "${runId}" with another input; use another id for this one`,
  );
}

/** The part of a task that `redact` takes out is in no log, so no other process could continue the run. */
function refuseSecret({ root, secrecy: { redact } }: Session, task: unknown): void {
  if (redact === undefined || task === undefined) return;
  if (canonicalJson(redact.value(task as Json, "input")) === canonicalJson(task)) return;
  throw new QuorateError(
    "NOT_RESUMABLE",
    `the task of ${root.team.where} has something that redact takes out, so that no other process could read it; run it here`,
  );
}
