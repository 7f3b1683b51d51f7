import { orGivenUp, STORE_PATIENCE_MS } from "../async/or-given-up.ts";
import { ROOT } from "../model/call-place.ts";
import { type History, type Origin } from "../log/history.ts";
import { Journal } from "../log/journal.ts";
import { ContentKeys } from "../call/key.ts";
import { letGo, orLate } from "../log/owning.ts";
import { removeCancel } from "../log/requests.ts";
import type { Run } from "../call/run.ts";
import { RunBudgets } from "../limits/run-budgets.ts";
import { storeLimiter } from "../limits/scope/store-limiter.ts";
import { BillFold } from "../money/bill.ts";
import { NoticeFold } from "../model/notice-fold.ts";
import type { Gated } from "../resolve/gate.ts";
import { answerIn, gatedTeam } from "../team/decide/gated-team.ts";
import { describeThrown } from "../model/errors.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { Bill, Outcome } from "../model/outcome.ts";
import { coordinate, type Coordinated } from "../team/coordinate/coordinate.ts";
import type { Assignment } from "../team/coordinate/team-run.ts";
import type { RunTracing } from "../call/tracing.ts";
import { whoseRun, type Whose } from "../team/whose-run.ts";
import { tracedBefore } from "./harmless-tracing.ts";
import type { Session } from "./session.ts";
import { noticesAdded } from "../team/decide/notices-added.ts";
import { keepLesson } from "../team/learned.ts";
import { runNotices } from "./run-notices.ts";
import { performTeam } from "../team/coordinate/nested.ts";
import { listenersOf, type Watch } from "./listeners.ts";
import { patienceOf, tellsWaiting } from "../team/waiting-run.ts";
import { outcomeOutside } from "./secrecy.ts";
import { chargeBefore } from "./resume/charge-before.ts";

/** From where a run continues. */
export interface Beginning {
  /** Its owner's position in its log, if the run had begun. */
  readonly position?: { readonly fence: number; readonly history: History };
  /** The run that it is a fork of. */
  readonly origin?: Origin;
}

/** A run with its journal, from the beginning or from where it stopped. */
export function openRun(session: Session, { position, origin }: Beginning = {}): Run {
  const { root, runId, options, store, cancellation, deadline, configuredRoot, secrecy } = session;
  const { clock } = root;
  const bill = new BillFold();
  const notices = new NoticeFold();
  for (const event of position?.history.events ?? []) {
    bill.add(event);
    notices.add(event);
    if ("input" in event) secrecy.redact?.look(event.input as Json);
    if ("output" in event) secrecy.redact?.look(event.output as Json);
  }
  bill.goOn();
  const before = position?.history.events ?? origin?.history.events;
  const [first] = position?.history.events ?? [];
  const whose = first?.type === "run.started" ? first : whoseRun(options, before?.[0]);
  const tracing = traced(session, whose, before);
  const journal = new Journal({
    runId,
    store,
    clock,
    bill,
    notices,
    redact: secrecy.redact,
    watch: listenersOf(withWaiting(session, position?.history.events ?? []), root.onEvent, tracing),
    fail: (error) => cancellation.cancel(error),
    ...(position !== undefined && {
      fence: position.fence,
      lastSeq: position.history.events.length,
    }),
  });
  const budgets = new RunBudgets();
  if (position !== undefined) chargeBefore(budgets, configuredRoot, position.history);
  return {
    journal,
    cancellation,
    deadline,
    clock,
    executor: root.executor(configuredRoot.registry, session.backend),
    tracing,
    bill,
    notices,
    limiter: (session.backend.limiter ?? storeLimiter)({
      values: store.values,
      clock,
      queues: root.queues,
      failed: (cause) => journal.failed(cause),
    }),
    budgets,
    values: store.values,
    cache: options.cache ?? {},
    tenant: whose.tenant,
    flights: root.flights,
    shared: undefined,
    resumable: store.resumable,
    keys:
      store.resumable || configuredRoot.caches || secrecy.redact !== undefined
        ? new ContentKeys(secrecy.redact, secrecy.keyed)
        : undefined,
    redact: secrecy.redact,
    history: position?.history,
    origin,
    learned: new Map(),
    waits: [],
  };
}

/** Begins to trace a run, if tracing is configured. */
function traced(
  { root, runId, traced: kept }: Session,
  { tenant, tags }: Whose,
  before: readonly RunEvent[] | undefined,
): RunTracing | undefined {
  if (root.tracing === undefined) return undefined;
  kept.tracing = root.tracing({
    runId,
    supervisor: root.team.label,
    ...(tenant !== undefined && { tenant }),
    ...(tags !== undefined && { tags }),
    ...tracedBefore(before),
  });
  return kept.tracing;
}

function endTracing(
  { traced: kept }: Session,
  failed: { readonly reason: unknown } | undefined,
): void {
  const { tracing } = kept;
  kept.tracing = undefined;
  tracing?.end(failed);
}

/** The watcher of a run, and the callback for when it starts to wait. */
function withWaiting(
  { root, configuredRoot, watch }: Session,
  before: readonly RunEvent[],
): Watch | undefined {
  const { onWaiting, keepers } = root;
  if (onWaiting === undefined && keepers.size === 0) return watch;
  const told = tellsWaiting(patienceOf(configuredRoot.configuredTeam), before, (waiting) => {
    onWaiting?.(waiting);
    for (const look of keepers) look();
  });
  return (event) => {
    watch?.(event);
    told(event);
  };
}

/** Carries a run to its last event. */
export async function execute(
  session: Session,
  run: Run,
  assignment: Assignment,
  fence = 1,
): Promise<Outcome> {
  const { root, configuredRoot, store, runId, secrecy } = session;
  const { journal, cancellation, clock } = run;
  session.requests.drives = true;
  try {
    const until = session.deadline ?? cancellation;
    // Agents that were asked stop within graceMs; only a store that never answers takes longer.
    const patienceMs = configuredRoot.graceMs + STORE_PATIENCE_MS;
    const coordinated = coordinate(run, configuredRoot.configuredTeam, assignment, performTeam);
    const carried = carryOut(session, run, coordinated);
    const kept = (): number => journal.keptSeq;
    const { done, gated, bill } = await orGivenUp(carried, until, clock, patienceMs, kept);
    const { status, results, verdicts, missing } = done;
    const notices = run.notices.given();
    if (status === "waiting") await letGo(store, root.clock, runId, fence);
    const answer = answerIn(verdicts, gated);
    const whole = { runId, status, results, ...answer, verdicts, missing, notices, bill };
    const outcome = outcomeOutside(whole, secrecy);
    endTracing(session, undefined);
    const fresh = run.history === undefined && run.origin === undefined;
    return fresh ? outcome : { ...outcome, reuse: run.bill.reuse() };
  } catch (error) {
    // What ended its calls may be another reason, such as its deadline.
    const reason: unknown = cancellation.cancelled ? cancellation.reason : error;
    const { cancel } = session.requests;
    const asked = cancel !== undefined && reason === cancel.error ? cancel : undefined;
    const { takesMore } = journal;
    journal.note([
      asked === undefined
        ? { type: "run.cancelled", reason: describeThrown(reason) }
        : { type: "run.cancelled", reason: asked.reason, requested: true },
    ]);
    journal.close();
    session.requests.drives = false;
    // In the same transaction, if there is one: the sender and the next owner find both or neither.
    if (asked !== undefined && takesMore) void removeCancel(store.values, runId);
    // A store refuses events of a run that was released before they came to it.
    await orLate(journal.settled, clock);
    // Another process that resumes the run need not wait for this process to end.
    if (isBegun(run)) session.begunByOthers?.();
    else if (!isLost(journal)) await letGo(store, root.clock, runId, fence);
    // By now the last event is kept, if it can be.
    endTracing(session, { reason });
    throw reason;
  }
}

/** The end of a run. */
interface Carried {
  readonly done: Coordinated;
  readonly gated: Gated | undefined;
  readonly bill: Bill;
}

/** Everything up to the run's last event, which is kept. */
async function carryOut(
  { configuredRoot, requests }: Session,
  run: Run,
  coordinated: Promise<Coordinated>,
): Promise<Carried> {
  const { configuredTeam } = configuredRoot;
  const done = await coordinated;
  const { team } = configuredTeam;
  if (done.status !== "waiting" && team.lessons !== undefined) {
    await keepLesson(run, team, "", done.verdicts);
  }
  if (run.cancellation.cancelled) throw run.cancellation.reason;
  // From here on in one step, so that the bill is that of the log, and nothing comes after the last event.
  const bill = run.bill.bill();
  const own = [...done.notices, ...runNotices(run, configuredRoot, done, bill)];
  const gated = gatedTeam(team, team.gate, done);
  const carried = { done, gated, bill };
  const kept = recordEnd(run, carried, noticesAdded(run, ROOT, own));
  run.journal.close();
  // Who asks for a cancellation now leaves it in the store.
  requests.drives = false;
  if (kept !== undefined) await kept;
  return carried;
}

/** Whether a run that should begin existed already: then this process never owned it and must not release it. */
function isBegun({ journal, history }: Run): boolean {
  return journal.failure?.code === "SEQ_TAKEN" && history === undefined && journal.keptSeq === 0;
}

/** Whether another process has taken the run over. */
function isLost({ failure }: Journal): boolean {
  return failure?.code === "LEASE_LOST";
}

/** Records the run's last event; or that it waits, unless its log already ends with that and nothing was added. */
function recordEnd(
  { journal, history, waits }: Run,
  { done: { status, missing, verdicts, further }, gated, bill }: Carried,
  notices: readonly EventBody[],
): void | Promise<void> {
  if (status !== "waiting") {
    return journal.record([
      ...notices,
      history === undefined && further.length === 0 && gated === undefined
        ? { type: "run.finished", status, missing, bill }
        : {
            type: "run.finished",
            status,
            ...(history !== undefined && { subjects: verdicts.map(({ subject }) => subject) }),
            ...(further.length > 0 && { further }),
            ...(gated !== undefined && { gate: gated }),
            missing,
            bill,
          },
    ]);
  }
  if (notices.length > 0 || !journal.untouched || history?.events.at(-1)?.type !== "run.waiting") {
    return journal.record([...notices, { type: "run.waiting", verdicts: waits }]);
  }
}
