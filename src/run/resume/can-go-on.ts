import { todaysEvents } from "../../model/earlier-events.ts";
import type { RunEvent } from "../../model/events.ts";
import { fromStore } from "../../log/from-store.ts";
import { DECIDE_PREFIX } from "../../log/requests.ts";
import type { RunSummary, Store } from "../../store/store.ts";
import { dueTimes, waitingRun, type WaitingRun } from "../../team/waiting-run.ts";

/** Which runs are looked for. */
export interface Sought {
  readonly store: Store;
  readonly team: string;
  readonly tenant: string | undefined;
  /** How long its chains wait for a person, in ms. */
  readonly patience: readonly number[];
}

/** A run that no process drives and that has not ended. */
export interface OpenRun {
  readonly runId: string;
  /** How many events it has: with the same number, nothing has changed. */
  readonly events: number;
  /** It can continue at once: it was interrupted, or a person has decided. */
  readonly ready: boolean;
  /** When its waiting times may be over, in ms since 1970, in order. */
  readonly dueMs: readonly number[];
  readonly waiting: WaitingRun | undefined;
}

/** What was found about waiting runs, by their ids: the log of an unchanged run is not read again. */
export type Seen = Map<string, OpenRun>;

/** How far a look goes, if the store can say which runs come first. */
export interface Looking {
  /** How many interrupted or enqueued runs are looked for. */
  readonly most: number;
  /** Runs to leave out. */
  readonly without: readonly string[];
  /** Whether to look for new runs that wait for a person, and not only at those that were seen before. */
  readonly waiting: boolean;
}

/**
 * The runs of a team that no process drives and that have not ended: those of the highest priority first, and of these the oldest first. All
 * of them, or as far as `looking` says.
 */
export async function openRuns(
  sought: Sought,
  seen: Seen = new Map(),
  looking?: Looking,
): Promise<OpenRun[]> {
  const { store, team, tenant } = sought;
  const whose = { team, ...(tenant !== undefined && { tenant }) };
  const { ready } = store;
  const isBounded = looking !== undefined && ready !== undefined;
  const first: OpenRun[] = [];
  if (isBounded) {
    const { most: limit, without } = looking;
    const found = await fromStore(() => ready({ ...whose, limit, without }));
    first.push(...found.map(interruptedRun));
    if (!looking.waiting) return [...first, ...seen.values()];
  }
  const status = isBounded ? (["waiting"] as const) : (["interrupted", "waiting"] as const);
  const query = { ...whose, status, limit: Number.MAX_SAFE_INTEGER };
  const listed = (await fromStore(() => store.runs(query)))
    .toReversed()
    .toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  const left = await decidedElsewhere(store);
  const open: OpenRun[] = [];
  for (const run of listed) {
    const { runId } = run;
    const before = seen.get(runId);
    const now = before?.events === run.events ? before : await openRun(sought, run);
    if (now === undefined) continue;
    open.push(left.has(runId) ? { ...now, ready: true } : now);
  }
  seen.clear();
  for (const one of open)
    if (one.waiting !== undefined && !left.has(one.runId)) seen.set(one.runId, one);
  return [...first, ...open];
}

function interruptedRun({ runId, events }: RunSummary): OpenRun {
  return { runId, events, ready: true, dueMs: [], waiting: undefined };
}

async function openRun({ store, patience }: Sought, run: RunSummary): Promise<OpenRun | undefined> {
  const { runId, status } = run;
  if (status === "interrupted") return interruptedRun(run);
  const events = todaysEvents(await fromStore(() => store.read(runId)));
  // It was erased in the meantime.
  if (events.length === 0) return undefined;
  return {
    runId,
    events: events.length,
    ready: isDecided(events),
    dueMs: dueTimes(patience, events),
    waiting: waitingRun(patience, events),
  };
}

function isDecided(events: readonly RunEvent[]): boolean {
  return events.at(-1)?.type === "person.decided";
}

/** The runs about which a person has left a decision for their owner. There are seldom any. */
async function decidedElsewhere({ values }: Store): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let after = ""; ;) {
    const left = await fromStore(() => values.list(DECIDE_PREFIX, { after }));
    for (const { key } of left) ids.add(key.slice(DECIDE_PREFIX.length));
    const last = left.at(-1);
    if (last === undefined) return ids;
    after = last.key;
  }
}
