import { checkRunId } from "./run-id.ts";
import { Cancellation, cancelWith } from "../async/cancellation.ts";
import { ROOT } from "../model/call-place.ts";
import { sleep } from "../async/sleep.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import { fromStore } from "../log/from-store.ts";
import { History, type Origin } from "../log/history.ts";
import { letGo, settleDebt, takeRun } from "../log/owning.ts";
import type { Run } from "../call/run.ts";
import { takeInput } from "../call/input.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import { didYouMean } from "../check/did-you-mean.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import type { Json } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { ForkOptions } from "../team/options.ts";
import { recordedOutcome } from "./recorded.ts";
import { learnedBefore } from "../team/learned.ts";
import type { Plan } from "../team/plan.ts";
import { planFor, recordedPlan } from "../team/route.ts";
import { execute, openRun } from "./execute.ts";
import type { Assignment } from "../team/coordinate/team-run.ts";
import type { Session } from "./session.ts";
import { isTaskOf } from "./secrecy.ts";
import { runNew } from "./start.ts";
import { refuseOtherTenant } from "../team/whose-run.ts";

/**
 * Goes on with a run where its log ends: what has ended is not asked again, what is decided stays decided. A finished run's
 * outcome is read from its log.
 *
 * Rejects with `NOT_RESUMABLE`, `RUN_NOT_FOUND`, `RUN_OWNED` while somebody else drives it, and `RUN_ID_TAKEN` when it is
 * a run of a supervisor with another name.
 */
export async function resume(
  session: Session,
  known?: { readonly known: unknown },
): Promise<Outcome> {
  const { store, runId, root, cancellation, deadline = cancellation } = session;
  const before = await readRun(session, runId);
  const first = startOf(session, before);
  refuseOther(session, first);
  const task = known ?? givenTask(session, first);
  const finished = recordedOutcome(root.team, new History(runId, before));
  if (finished !== undefined) return shown(session, before, finished);
  refuseForgetful(session);

  refuseRedacted(session, first, task);
  const fence = await takeRun(store, root.clock, runId, deadline);
  const begun = await orLetGo(session, fence, async () => {
    // Whoever had the run may have gone on until it was taken.
    const since = await readRun(session, runId, before.length);
    return prepare(session, [...before, ...since], fence, task);
  });
  if (begun.finished === undefined) return execute(session, begun.run, begun.assignment, fence);
  await letGo(store, root.clock, runId, fence);
  return begun.finished;
}

/** A run's events, of any run of the store. */
export async function readRun(
  { store, cancellation, deadline = cancellation }: Session,
  runId: string,
  afterSeq?: number,
): Promise<readonly RunEvent[]> {
  return todaysEvents(await fromStore(() => store.read(runId, afterSeq), deadline));
}

/** The first event of a run, where it is one of this supervisor. */
export async function ownStart(session: Session): Promise<StartedEvent> {
  const first = startOf(session, await readRun(session, session.runId));
  refuseOther(session, first);
  return first;
}

/** The run's task where the caller has given it again, since the log has not all of it. Throws `RUN_ID_TAKEN` for another one. */
export function givenTask(
  { options, runId, seated, root, secrecy }: Session,
  first: StartedEvent,
): { readonly known: unknown } | undefined {
  const { input } = options;
  if (input === undefined) return undefined;
  const known = takeInput(input, seated.maxBytes, `the task of ${root.team.where}`);
  if (isTaskOf(first, secrecy, known)) return { known };
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `run "${runId}" was begun with another input; give that one, or leave input out`,
  );
}

const POLL_MS = 200;

/**
 * A run under an id of the caller's own: begins it, or joins the one that is there. One that somebody else drives is waited
 * for; one whose driver is gone is resumed. Rejects with `RUN_ID_TAKEN` when that run has another input.
 */
export async function runOnce(asked: Session, given: unknown): Promise<Outcome> {
  const session = { ...asked, watch: onceEach(asked.watch) };
  const { runId, root, seated } = session;
  const task = takeInput(given, seated.maxBytes, `the task of ${root.team.where}`);
  for (;;) {
    const events = await readRun(session, runId);
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
    await untilLetGo(session, events.length);
  }
}

/** Waits until a run that somebody else drives has ended, or is not driven any more. Who watches sees its events as they come. */
async function untilLetGo(session: Session, afterSeq: number): Promise<void> {
  const { store, runId, root, watch, cancellation, deadline = cancellation } = session;
  const events = store.follow(runId, afterSeq);
  const over = new Cancellation();
  using _deadline = cancelWith(deadline, over);
  const read = async (): Promise<void> => {
    let last: RunEvent | undefined;
    for await (const event of events) watch?.((last = event));
    // Else it had ended before, and somebody has it all the same.
    if (last !== undefined) over.cancel(undefined);
  };
  read().catch(() => {});
  try {
    // That a process has died is no event.
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

/** Shows each event of a run once, whether it is followed or read. */
function onceEach(watch: Session["watch"]): Session["watch"] {
  if (watch === undefined) return undefined;
  let seen = 0;
  return (event) => {
    if (event.type !== "call.progress") {
      if (event.seq <= seen) return;
      seen = event.seq;
    }
    watch(event);
  };
}

/** A new run; nothing when somebody else has begun it in this moment, before anybody was asked. */
async function beginUnlessBegun(session: Session, task: unknown): Promise<Outcome | undefined> {
  // A run that cannot be begun is cancelled, and the next try must not be.
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

/**
 * A new run that takes over the answers of another where nothing has changed: not the agent at `from`, nor those whose
 * input is another for it. Rejects as `resume` does, and with `BAD_OPTIONS` for a `from` that nobody has.
 */
export async function runFork(
  session: Session,
  fork: ForkOptions,
  ofRun: string,
): Promise<Outcome> {
  const { root, seated } = session;
  checkRunId(session.runId);
  const of = { ...session, runId: ofRun };
  refuseForgetful(of, "forked");
  const events = await readRun(session, ofRun);
  const first = startOf(of, events);
  refuseOther(of, first);
  if (first.redacted === true && !("input" in fork)) {
    throw new QuorateError(
      "NOT_RESUMABLE",
      `the task of run "${ofRun}" was redacted; fork it with { input: task }`,
    );
  }
  await settleDebt(session.store, session.runId, session.deadline ?? session.cancellation);
  const { from } = session.options;
  if (from !== undefined && !seated.places.has(from)) {
    const known = [...seated.places].map((place) => `"${place}"`).join(", ");
    const near = didYouMean(from, seated.places);
    throw new QuorateError(
      "BAD_OPTIONS",
      `there is no agent "${from}" to fork from; use one of ${known}${near === undefined ? "" : `; did you mean "${near}"?`}`,
    );
  }
  const history = new History(ofRun, events);
  const same = !("input" in fork) && fork.route === undefined && fork.mode === undefined;
  const plan = same ? recordedPlan(root.team, history.plan("")) : undefined;
  const input = "input" in fork ? fork.input : first.input;
  return runNew(session, input, { history, from }, plan);
}

/** A run that was taken: with an outcome already, or ready to go on. */
type TakenRun =
  | { readonly finished: Outcome }
  | { readonly finished?: undefined; readonly run: Run; readonly assignment: Assignment };

/** Everything that may still refuse to go on. */
async function prepare(
  session: Session,
  events: readonly RunEvent[],
  fence: number,
  known: { readonly known: unknown } | undefined,
): Promise<TakenRun> {
  const { root, runId, options, seated, cancellation, deadline = cancellation } = session;
  const { secrecy, watch } = session;
  const { team } = root;
  const history = new History(runId, events);
  const finished = recordedOutcome(team, history);
  if (finished !== undefined) return { finished: shown(session, events, finished) };
  for (const event of events) watch?.(event);
  const first = startOf(session, history.events);
  const origin = await originOf(session, first);
  const run = openRun(session, {
    position: { fence, history },
    ...(origin !== undefined && { origin }),
  });
  const task = known === undefined ? first.input : known.known;
  // What is secret in it is taken out of what comes from here on.
  if (task !== undefined) secrecy.redact?.value(task as Json, "input");
  const recorded = recordedPlan(team, history.plan(""));
  const plan = recorded ?? (await planFor(team, task, deadline, options));
  const learned = await learnedBefore(run, team, "");
  const changed = first.definition !== seated.seating.definition();
  history.changed = changed;
  run.journal.preface([
    { type: "run.resumed", fence, changed },
    ...(recorded === undefined ? [plannedOf(plan, learned)] : []),
  ]);
  const checked = seated.checks ? new Map() : undefined;
  return { run, assignment: { task, plan, at: ROOT, checked } };
}

function plannedOf({ mode, agents }: Plan, learned: LearnedBefore | undefined): EventBody {
  return { type: "run.planned", mode, agents, ...(learned !== undefined && { learned }) };
}

/** What comes of `work`; where it fails, the run is let go of, so that somebody else can take it. */
async function orLetGo<T>(
  { store, runId, root }: Session,
  fence: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await letGo(store, root.clock, runId, fence);
    throw error;
  }
}

/** A fork that is resumed still takes over answers of its origin, as long as the store has it. */
async function originOf(session: Session, { forkOf }: StartedEvent): Promise<Origin | undefined> {
  if (forkOf === undefined) return undefined;
  const events = await readRun(session, forkOf.runId);
  return { history: new History(forkOf.runId, events), from: forkOf.from };
}

function shown(session: Session, events: readonly RunEvent[], outcome: Outcome): Outcome {
  for (const event of events) session.watch?.(event);
  return outcome;
}

function startOf({ runId }: Session, events: readonly RunEvent[]): StartedEvent {
  const first = events[0];
  if (first?.type === "run.started") return first;
  throw new QuorateError(
    "RUN_NOT_FOUND",
    `the store has no run "${runId}"; list what there is with runs()`,
  );
}

type StartedEvent = Extract<RunEvent, { type: "run.started" }>;

function refuseRedacted({ runId }: Session, first: StartedEvent, task: unknown): void {
  if (first.redacted !== true || task !== undefined) return;
  throw new QuorateError(
    "NOT_RESUMABLE",
    `the task of run "${runId}" was redacted; go on with run(task, { runId: "${runId}" }), or keep it whole with a codec`,
  );
}

function refuseForgetful({ store, runId }: Session, asked = "resumed"): void {
  if (store.resumable) return;
  throw new QuorateError(
    "NOT_RESUMABLE",
    `run "${runId}" cannot be ${asked} from this store; use sqliteStore({ path }), or memoryStore({ resumable: true })`,
  );
}

function refuseOther({ root, runId }: Session, first: RunEvent): void {
  if (first.type !== "run.started" || first.supervisor.name === root.team.label.name) return;
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `run "${runId}" is one of supervisor "${first.supervisor.name}", not of ${root.team.where}`,
  );
}
