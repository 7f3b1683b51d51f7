import type { CallPlace, Via } from "../model/call-place.ts";
import {
  addCost,
  AMOUNTS,
  costSince,
  known,
  NO_COST,
  UNKNOWN_COST,
  type Cost,
  type ModelCost,
} from "../model/call.ts";
import type { RunEvent } from "../model/events.ts";
import type { BillLine, Saved } from "../model/outcome.ts";
import { nothingBy, type Models } from "./spent.ts";

/** One call, as far as the log has come. */
export interface Entry {
  readonly callId: string;
  readonly agent: string;
  /** A team's calls are those of its agents. */
  readonly isTeam: boolean;
  readonly via: Via | undefined;
  /** Its index among all calls of the run, from 0. */
  readonly order: number;
  /** The model that the last attempt was asked with; `null` if it is unknown. */
  asked: string | null;
  /** The model that it named, else the one that it was asked with. */
  model: string | null;
  /** What its attempts used, by model. */
  readonly parts: BillPart[];
  key: string | undefined;
  attempts: number;
  /** The number of the attempt that began last. */
  attempt: number;
  /** It has no end yet. */
  open: boolean;
  /** Whatever the attempt that began last uses costs nothing. */
  free: boolean;
  durationMs: number;
  /** Of all attempts since it began with this key. */
  cost: Cost;
  /** What is unknown about it: an attempt reported nothing, or not everything that is needed to know its money. */
  gap: Gap | undefined;
  /** Something was recorded about it since this process has the run. */
  anew: boolean;
  /** Fields that most calls do not need. */
  more: More | undefined;
}

type Gap = "unreported" | "unpriced";

/** An event about an attempt that was given up or cancelled, before or after its end. */
type LateWord = Extract<
  RunEvent,
  { readonly type: "call.late" | "call.abandoned" | "call.reported" }
>;

/** What the attempts of a call used of one model. An attempt with several counts for the one that it named last. */
interface BillPart {
  readonly model: string | null;
  attempts: number;
  cost: Cost;
}

export interface More {
  /** The cost of calls with another content that had the same id before. */
  before: Cost;
  /** Of the attempts that failed. */
  failedAttempts: number;
  failedCost: Cost;
  /** The attempt that began last has failed and is counted; the next one has not begun. */
  between: boolean;
  /** Attempts whose result is unknown because the process died. */
  doubtful: number;
  doubtfulCost: Cost;
  late: number;
  lateCost: Cost;
  /** Events about an attempt that has no end yet. */
  told: readonly LateWord[];
  reused: { readonly by: Exclude<keyof Saved, "panel">; readonly saved: Cost } | undefined;
  /** 1, except for a team whose answer existed already. */
  count: number;
  /** Shares of requests: one divided by the number of calls that shared each. */
  shared: number;
  batched: number;
  /** What the same tokens would have cost at the most expensive tier, in micro-dollars. */
  dearestMicros: number | undefined;
}

/** A call to which nothing has happened yet. */
export function entryOf({ callId, agent, role, via }: CallPlace, order: number): Entry {
  return {
    callId,
    agent,
    isTeam: role === "team",
    via,
    order,
    asked: null,
    model: null,
    parts: [],
    key: undefined,
    attempts: 0,
    attempt: 0,
    open: false,
    free: false,
    durationMs: 0,
    cost: NO_COST,
    gap: undefined,
    anew: false,
    more: undefined,
  };
}

/** From here on, events are about that key; what the call cost under another key is kept apart. */
export function turnTo(entry: Entry, key: string | undefined): void {
  if (entry.attempts > 0 && entry.key !== key) {
    leaveOpen(entry);
    const more = moreOf(entry);
    more.before = addCost(more.before, entry.cost);
    entry.cost = NO_COST;
  }
  entry.key = key;
}

/**
 * An event about an attempt. After the attempt's end it counts as late. Before the end it waits for that: a cancelled attempt has no
 * other end, and the first such event says what it cost.
 */
export function tell(entry: Entry, told: LateWord): void {
  if (!entry.open || entry.attempt !== told.attempt) return addLate(entry, told);
  const more = moreOf(entry);
  more.told = [...more.told, told];
}

/** An attempt that has begun will have no end: the events about it so far are all there will be. */
export function leaveOpen(entry: Entry): void {
  if (!entry.open) return;
  const [first, ...others] = takeTold(entry);
  const { cost = nothingBy(entry).cost, used = [{ model: entry.asked, cost }] } = first ?? {};
  endWith(entry, { cost: addCost(entry.cost, cost), used });
  if (first?.type === "call.abandoned") moreOf(entry).late++;
  for (const told of others) addLate(entry, told);
}

/** An entry as it is if no further event about its call comes. */
export function asLeft(entry: Entry): Entry {
  if (!entry.open) return entry;
  const { parts, more } = entry;
  const left: Entry = {
    ...entry,
    parts: parts.map((part) => ({ ...part })),
    more: more && { ...more },
  };
  leaveOpen(left);
  return left;
}

/** The result of the running attempt is unknown, because the process died. */
export function doubt(entry: Entry): void {
  const more = moreOf(entry);
  more.doubtful++;
  more.doubtfulCost = addCost(more.doubtfulCost, nothingBy(entry).cost);
}

/** Whether there are events about an attempt that has no end yet. */
export function isTold({ more }: Entry): boolean {
  return more !== undefined && more.told.length > 0;
}

function takeTold({ more }: Entry): readonly LateWord[] {
  const told = more?.told ?? [];
  if (more !== undefined) more.told = [];
  return told;
}

function addLate(entry: Entry, { type, cost, used }: LateWord): void {
  const more = moreOf(entry);
  if (type !== "call.reported") more.late++;
  if (cost === undefined) return;
  const parts = used ?? [{ model: entry.asked, cost }];
  more.lateCost = addCost(more.lateCost, cost);
  if (entry.gap === "unreported" && parts.length > 0) entry.gap = "unpriced";
  addUsed(entry, parts);
}

/** An attempt has ended, or the call without one; `cost` is that of all of its attempts. */
export function endWith(
  entry: Entry,
  { cost, model, used }: { readonly cost: Cost } & Models,
): void {
  const told = takeTold(entry);
  if (entry.open) {
    entry.model = model ?? entry.asked;
    const parts = used ?? [{ model: entry.model, cost: costSince(cost, entry.cost) }];
    addUsed(entry, parts);
    noteGap(entry, parts);
    addTo(entry, entry.model, NO_COST, 1);
  }
  entry.open = false;
  entry.cost = cost;
  for (const late of told) addLate(entry, late);
}

/** One attempt that reported nothing decides what is said of its call. */
function noteGap(entry: Entry, used: readonly ModelCost[]): void {
  if (used.length === 0 || used.some(({ cost }) => isUnreported(cost))) entry.gap = "unreported";
  else if (used.some(({ cost }) => cost.usdMicros === "unknown")) entry.gap ??= "unpriced";
}

/** Whether a cost is that of an attempt that reported nothing. */
function isUnreported(cost: Cost): boolean {
  if (cost === UNKNOWN_COST) return true;
  return AMOUNTS.every((name) => cost[name] === "unknown" && known(cost, name) === 0);
}

function addUsed(entry: Entry, used: readonly ModelCost[]): void {
  for (const { model, cost } of used) addTo(entry, model, cost, 0);
}

function addTo({ parts }: Entry, model: string | null, cost: Cost, attempts: number): void {
  const known = parts.find((part) => part.model === model);
  if (known === undefined) {
    parts.push({ model, attempts, cost });
    return;
  }
  known.attempts += attempts;
  known.cost = addCost(known.cost, cost);
}

/** The further fields of a call; made when they are needed. */
export function moreOf(entry: Entry): More {
  return (entry.more ??= {
    before: NO_COST,
    failedAttempts: 0,
    failedCost: NO_COST,
    between: false,
    doubtful: 0,
    doubtfulCost: NO_COST,
    late: 0,
    lateCost: NO_COST,
    told: [],
    reused: undefined,
    count: 1,
    shared: 0,
    batched: 0,
    dearestMicros: undefined,
  });
}

export function costOf({ more, cost }: Entry): Cost {
  return more === undefined ? cost : addCost(addCost(more.before, more.lateCost), cost);
}

export function countOf({ more }: Entry): number {
  return more?.count ?? 1;
}

/** A line for each of its models. The call and its time count on the line of its last attempt's model. */
export function linesOf(entry: Entry): readonly BillLine[] {
  const { agent, model, parts, durationMs } = entry;
  const calls = countOf(entry);
  const [only] = parts;
  if (parts.length === 1 && only?.model === model) return [{ agent, ...only, calls, durationMs }];
  const lines = parts.map((part) => ({ agent, ...part, calls: 0, durationMs: 0 }));
  const last = lines.findLast((line) => line.model === model);
  if (last === undefined) {
    return [...lines, { agent, model, calls, attempts: 0, cost: NO_COST, durationMs }];
  }
  return lines.map((line) => (line === last ? { ...line, calls, durationMs } : line));
}
