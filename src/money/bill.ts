import { addCost, NO_COST, UNKNOWN_COST } from "../call.ts";
import type { RunEvent } from "../events.ts";
import type { Bill, Reuse, Saved, Wasted } from "../outcome.ts";
import { add, merged, NOTHING_SAVED, NOTHING_WASTED } from "./add-bills.ts";
import {
  addUsed,
  costOf,
  countOf,
  endWith,
  leaveOpen,
  linesOf,
  moreOf,
  turnTo,
  type Entry,
} from "./bill-entry.ts";

/**
 * The bill of a run as a fold over its log: what was asked, what it cost, what was saved and what was wasted. `teams` are the
 * places of nested supervisors: their calls are no calls of agents.
 */
export class BillFold {
  // As it was given, until another is found.
  #teams: ReadonlySet<string>;
  readonly #calls = new Map<string, Entry>();
  #stopped: Set<string> | undefined;
  #goesOn = false;

  constructor(teams: ReadonlySet<string> = NO_TEAMS) {
    this.#teams = teams;
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case "call.started": {
        const entry = this.#entry(event.callId, event.agent);
        if (entry.open) moreOf(entry).doubtful++;
        leaveOpen(entry);
        turnTo(entry, event.key);
        entry.asked = event.model ?? null;
        entry.model = entry.asked;
        entry.attempts++;
        entry.attempt = event.attempt;
        entry.open = true;
        if (entry.more !== undefined) {
          entry.more.reused = undefined;
          entry.more.count = 1;
        }
        if (event.batch !== undefined && event.batch > 1) {
          const more = moreOf(entry);
          more.shared += 1 / event.batch;
          more.batched++;
        }
        break;
      }
      case "call.retried":
      case "call.requeued": {
        const entry = this.#entry(event.callId, event.agent);
        endWith(entry, event);
        const more = moreOf(entry);
        more.failedCost = event.cost;
        // Who was told to come later has wasted nothing but time.
        if (event.type === "call.retried") more.failedAttempts++;
        break;
      }
      case "call.succeeded": {
        const entry = this.#entry(event.callId, event.agent);
        endWith(entry, event);
        entry.durationMs += event.durationMs;
        if (event.dearestMicros !== undefined) moreOf(entry).dearestMicros = event.dearestMicros;
        break;
      }
      case "call.failed": {
        const entry = this.#entry(event.callId, event.agent);
        if (event.key !== undefined) turnTo(entry, event.key);
        endWith(entry, event);
        if (event.stopped === true) {
          (this.#stopped ??= new Set()).add(event.callId);
        } else {
          const more = moreOf(entry);
          if (event.attempt > 0) more.failedAttempts++;
          more.failedCost = event.cost;
        }
        entry.durationMs += event.durationMs;
        break;
      }
      case "call.reused": {
        const entry = this.#entry(event.callId, event.agent);
        turnTo(entry, event.key);
        const more = moreOf(entry);
        more.reused = { by: event.by, saved: event.saved };
        if (entry.open) {
          // It had begun, and nobody knew what came of it, but that it is its own answer that serves.
          const { runId, callId } = event.from;
          if (runId !== event.runId || callId !== event.callId) more.doubtful++;
          endWith(entry, event);
        }
        more.count = event.calls ?? 1;
        break;
      }
      case "call.straggled":
      case "call.abandoned":
      case "call.reported": {
        const entry = this.#entry(event.callId, event.agent);
        const cut = entry.open && entry.attempt === event.attempt;
        if (cut) {
          // It was cancelled, and may have no other end.
          const { cost = UNKNOWN_COST, used } = event;
          endWith(entry, { cost: addCost(entry.cost, cost), ...(used !== undefined && { used }) });
        } else if (event.cost !== undefined) {
          const { cost, used = [{ model: entry.asked, cost }] } = event;
          const more = moreOf(entry);
          more.lateCost = addCost(more.lateCost, cost);
          addUsed(entry, used);
        }
        if (event.type === "call.abandoned" || (event.type === "call.straggled" && !cut)) {
          moreOf(entry).late++;
        }
        break;
      }
      case "call.skipped":
        if (event.reason === "early-stop") (this.#stopped ??= new Set()).add(event.callId);
        break;
      case "run.planned":
        // A repeated team has "~" and the attempt behind its name.
        if (event.callId !== undefined) this.#found(event.callId.replace(/~\d+$/, ""));
        break;
      case "run.started":
      case "run.resumed":
      case "run.waiting":
      case "run.finished":
      case "run.cancelled":
      case "call.doubted":
      case "conflict.found":
      case "verdict.reached":
      case "person.decided":
      case "budget.overran":
    }
  }

  /** The bill of the run, or of the team at a place in it, however often that was repeated. */
  bill(team = ""): Bill {
    const entries = this.#within(team);
    let [calls, attempts, spent] = [0, 0, NO_COST];
    let plain = true;
    for (const entry of entries) {
      calls += countOf(entry);
      attempts += entry.attempts;
      spent = addCost(spent, costOf(entry));
      plain &&= entry.more === undefined;
    }
    const stopped =
      this.#stopped === undefined
        ? 0
        : [...this.#stopped].filter((callId) => isWithin(callId, team)).length;
    return {
      calls,
      attempts,
      spent,
      saved: plain && stopped === 0 ? NOTHING_SAVED : savedBy(entries, stopped),
      wasted: plain ? NOTHING_WASTED : wastedBy(entries),
      lines: merged(entries.flatMap(linesOf)),
    };
  }

  /** What comes from here on is done anew: the log was that long when this process took the run. */
  goOn(): void {
    this.#goesOn = true;
  }

  /** Calls whose answers stood in a log, and those that were made anew. */
  reuse(): Reuse {
    const entries = this.#within("");
    const asked = entries.filter(({ anew, more }) => anew && more?.reused === undefined).length;
    const waits = entries.filter(({ anew, open }) => open && !anew).length;
    const calls = entries.reduce((sum, entry) => sum + countOf(entry), 0);
    return { reused: calls - asked - waits, asked };
  }

  #entry(callId: string, agent: string): Entry {
    const entry = this.#known(callId, agent);
    entry.anew ||= this.#goesOn;
    return entry;
  }

  #known(callId: string, agent: string): Entry {
    const known = this.#calls.get(callId);
    if (known !== undefined) return known;
    const entry: Entry = {
      callId,
      agent,
      asked: null,
      model: null,
      parts: [],
      key: undefined,
      attempts: 0,
      attempt: 0,
      open: false,
      durationMs: 0,
      cost: NO_COST,
      anew: false,
      more: undefined,
    };
    this.#calls.set(callId, entry);
    return entry;
  }

  /** The calls that are on the bill. */
  #within(team: string): readonly Entry[] {
    const found: Entry[] = [];
    for (const entry of this.#calls.values()) {
      const { callId, attempts, more } = entry;
      if (!isWithin(callId, team)) continue;
      if (more?.reused !== undefined || (attempts > 0 && !this.#isTeam(callId))) found.push(entry);
    }
    return found;
  }

  #found(team: string): void {
    if (!this.#teams.has(team)) this.#teams = new Set([...this.#teams, team]);
  }

  #isTeam(callId: string): boolean {
    if (this.#teams.size === 0) return false;
    return (
      this.#teams.has(callId) || this.#teams.has(callId.replaceAll(/(?<=[^/])~\d+(?=\/|$)/g, ""))
    );
  }
}

const NO_TEAMS: ReadonlySet<string> = new Set();

function isWithin(callId: string, team: string): boolean {
  return team === "" || callId.startsWith(`${team}/`) || callId.startsWith(`${team}~`);
}

/** The bill of a run by its log. */
export function billOf(events: Iterable<RunEvent>, teams: Iterable<string> = []): Bill {
  const fold = new BillFold(new Set(teams));
  for (const event of events) fold.add(event);
  return fold.bill();
}

function savedBy(entries: readonly Entry[], stopped: number): Saved {
  const saved: { -readonly [K in keyof Saved]: Saved[K] } = { ...NOTHING_SAVED };
  const askedAgain = askedAgainIn(entries);
  for (const { callId, more, cost } of entries) {
    if (more === undefined) continue;
    const { reused, count, batched, shared, dearestMicros } = more;
    if (reused !== undefined) {
      saved[reused.by] = add(saved[reused.by], count, reused.saved.usdMicros);
    }
    if (batched > 0) saved.batch = add(saved.batch, batched - shared, "unknown");
    if (dearestMicros === undefined || cost.usdMicros === "unknown") continue;
    // Who was asked once more, at a dearer tier, has saved nothing.
    if (dearestMicros > cost.usdMicros && !askedAgain.has(callId)) {
      saved.tier = add(saved.tier, 1, dearestMicros - cost.usdMicros);
    }
  }
  if (stopped > 0) saved.earlyStop = { calls: stopped, usdMicros: "unknown" };
  return saved;
}

/** The calls for whose member there was a further one. */
function askedAgainIn(entries: readonly Entry[]): ReadonlySet<string> {
  const again = new Set<string>();
  for (const { callId } of entries) {
    for (const { index } of callId.matchAll(/(?<=[^/])~/g)) again.add(callId.slice(0, index));
  }
  return again;
}

function wastedBy(entries: readonly Entry[]): Wasted {
  let { retries, late, inDoubt } = NOTHING_WASTED;
  for (const { more } of entries) {
    if (more === undefined) continue;
    const { failedAttempts, failedCost, doubtful } = more;
    if (failedAttempts > 0) retries = add(retries, failedAttempts, failedCost.usdMicros);
    if (more.late > 0 || more.lateCost !== NO_COST)
      late = add(late, more.late, more.lateCost.usdMicros);
    if (doubtful > 0) inDoubt = add(inDoubt, doubtful, "unknown");
  }
  return { retries, late, inDoubt };
}
