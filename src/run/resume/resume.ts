import { ROOT } from "../../model/call-place.ts";
import { todaysEvents } from "../../model/earlier-events.ts";
import { fromStore } from "../../log/from-store.ts";
import { History, type Origin } from "../../log/history.ts";
import { letGo, takeRun } from "../../log/owning.ts";
import { takeDecisions } from "../../log/take-decisions.ts";
import type { Run } from "../../call/run.ts";
import { takeInput } from "../../call/input.ts";
import { QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import type { Json } from "../../model/json.ts";
import { endOf } from "../../store/summary.ts";
import type { Outcome } from "../../model/outcome.ts";
import { recordedOutcome } from "../recorded.ts";
import { endIfCancelled, keptBy } from "../requested.ts";
import { withPanel } from "../../team/freeze-panel.ts";
import { learnedBefore } from "../../team/learned.ts";
import { plannedEvent } from "../../team/plan.ts";
import { planFor, recordedPlan } from "../../team/route.ts";
import { routeSpending } from "../../team/route-spending.ts";
import { execute, openRun } from "../execute.ts";
import type { Assignment } from "../../team/coordinate/team-run.ts";
import type { Session } from "../session.ts";
import { isTaskOf } from "../secrecy.ts";

/**
 * Continues a run where its log ends: finished calls are not repeated, and decisions stand. The outcome of a finished run
 * is read from its log.
 *
 * Rejects with `NOT_RESUMABLE`, `RUN_NOT_FOUND`, `RUN_OWNED` while another process drives it, and `RUN_ID_TAKEN` if it is
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
  if (finished !== undefined && endOf(before) === before.at(-1))
    return shown(session, before, finished);
  refuseForgetful(session);

  refuseRedacted(session, first, task);
  const fence = await takeRun(store, root.clock, runId, deadline);
  const begun = await orLetGo(session, fence, async () => {
    // Its earlier owner may have added events until it was taken.
    const since = await readRun(session, runId, before.length);
    const events = [...before, ...since];
    await endIfCancelled(session, events, fence);
    const decided = await takeDecisions(store, runId, events, {
      fence,
      atMs: Math.round(root.clock.now()),
      cancellation: deadline,
      kept: keptBy(session, first, task),
    });
    return prepare(session, [...events, ...decided], fence, task);
  });
  if (begun.finished === undefined) return execute(session, begun.run, begun.assignment, fence);
  await letGo(store, root.clock, runId, fence);
  return begun.finished;
}

/** The events of any run of the store. */
export async function readRun(
  { store, cancellation, deadline = cancellation }: Session,
  runId: string,
  afterSeq?: number,
): Promise<readonly RunEvent[]> {
  return todaysEvents(await fromStore(() => store.read(runId, afterSeq), deadline));
}

/** The first event of a run, if it is one of this supervisor. */
export async function ownStart(session: Session): Promise<StartedEvent> {
  const first = startOf(session, await readRun(session, session.runId));
  refuseOther(session, first);
  return first;
}

/** The run's task, given again by the caller because the log does not have all of it. Throws `RUN_ID_TAKEN` for another task. */
export function givenTask(
  { options, runId, configuredRoot, root, secrecy }: Session,
  first: StartedEvent,
): { readonly known: unknown } | undefined {
  const { input } = options;
  if (input === undefined) return undefined;
  const known = takeInput(input, configuredRoot.maxBytes, `the task of ${root.team.where}`);
  if (isTaskOf(first, secrecy, known)) return { known };
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `run "${runId}" was begun with another input; give that one, or leave input out`,
  );
}

/** A run that was taken over: with an outcome already, or ready to continue. */
type TakenRun =
  | { readonly finished: Outcome }
  | { readonly finished?: undefined; readonly run: Run; readonly assignment: Assignment };

/** All checks that may still refuse the resume. */
async function prepare(
  session: Session,
  events: readonly RunEvent[],
  fence: number,
  known: { readonly known: unknown } | undefined,
): Promise<TakenRun> {
  const { root, runId, options, configuredRoot, cancellation, deadline = cancellation } = session;
  const { secrecy, watch } = session;
  const { team } = root;
  const history = new History(runId, events);
  const finished = recordedOutcome(team, history);
  if (finished !== undefined) {
    await endAgain(session, events, fence);
    return { finished: shown(session, events, finished) };
  }
  for (const event of events) watch?.(event);
  const first = startOf(session, history.events);
  const origin = await originOf(session, first);
  const run = openRun(session, {
    position: { fence, history },
    ...(origin !== undefined && { origin }),
  });
  const task = known === undefined ? first.input : known.known;
  // Its secrets are taken out of everything from here on.
  if (task !== undefined) secrecy.redact?.value(task as Json, "input");
  const recorded = recordedPlan(team, history.plan(""));
  const spending = routeSpending(configuredRoot.configuredTeam.prices, root.clock);
  const routed = recorded ?? (await planFor(team, task, deadline, options, spending));
  const learned = await learnedBefore(run, team, "");
  const plan =
    recorded ??
    withPanel(configuredRoot.configuredTeam, routed, { settings: undefined, learned, seed: runId });
  const changed = first.definition !== configuredRoot.configuredTeam.definition();
  history.changed = changed;
  const traceparent = run.tracing?.traceparent;
  run.journal.preface([
    {
      type: "run.resumed",
      fence,
      changed,
      ...(traceparent !== undefined && { traceparent }),
    },
    ...(recorded === undefined ? [plannedEvent(plan, learned)] : []),
    ...spending.events(ROOT, plan.agents),
  ]);
  const checked = configuredRoot.checks ? new Map() : undefined;
  return { run, assignment: { task, plan, at: ROOT, checked } };
}

/** Repeats the last event of a run if others follow it: stores go by the last one. */
async function endAgain(
  { store }: Session,
  events: readonly RunEvent[],
  fence: number,
): Promise<void> {
  const end = endOf(events);
  if (end === undefined || end === events.at(-1)) return;
  await fromStore(() => store.append([{ ...end, seq: events.length + 1 }], fence));
}

/** The result of `work`; if it fails, the run is released, so that another process can take it. */
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

/** A resumed fork still takes over answers of its origin, as long as the store has it. */
async function originOf(session: Session, { forkOf }: StartedEvent): Promise<Origin | undefined> {
  if (forkOf === undefined) return undefined;
  const events = await readRun(session, forkOf.runId);
  return { history: new History(forkOf.runId, events), from: forkOf.from };
}

export function shown(session: Session, events: readonly RunEvent[], outcome: Outcome): Outcome {
  for (const event of events) session.watch?.(event);
  return outcome;
}

export function startOf({ runId }: Session, events: readonly RunEvent[]): StartedEvent {
  const first = events[0];
  if (first?.type === "run.started") return first;
  throw new QuorateError(
    "RUN_NOT_FOUND",
    `the store has no run "${runId}"; list what there is with runs()`,
  );
}

export type StartedEvent = Extract<RunEvent, { type: "run.started" }>;

function refuseRedacted({ runId }: Session, first: StartedEvent, task: unknown): void {
  if (first.redacted !== true || task !== undefined) return;
  throw new QuorateError(
    "NOT_RESUMABLE",
    `the task of run "${runId}" was redacted; continue it with run(task, { runId: "${runId}" }), or keep it whole with a codec`,
  );
}

export function refuseForgetful({ store, runId }: Session, asked = "resumed"): void {
  if (store.resumable) return;
  throw new QuorateError(
    "NOT_RESUMABLE",
    `run "${runId}" cannot be ${asked} from this backend; use sqlite({ path }), or memory({ resumable: true })`,
  );
}

/** Refuses a run of another supervisor with `RUN_ID_TAKEN`, judged by its first event. */
export function refuseOther({ root }: Pick<Session, "root">, first: RunEvent): void {
  if (first.type !== "run.started" || first.supervisor.name === root.team.label.name) return;
  throw new QuorateError(
    "RUN_ID_TAKEN",
    `run "${first.runId}" is one of supervisor "${first.supervisor.name}", not of ${root.team.where}`,
  );
}
