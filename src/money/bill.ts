import { listIn, objectsIn } from "../policy/given.ts";
import type { RunEvent } from "../events.ts";
import type { Bill, Reuse } from "../outcome.ts";
import { addCost, costIn, UNKNOWN_COST } from "../call.ts";
import {
  addUsed,
  countOf,
  endWith,
  entryOf,
  leaveOpen,
  moreOf,
  turnTo,
  type Entry,
} from "./bill-entry.ts";
import {
  changed,
  isBilled,
  linesIn,
  scopeIn,
  sumsOf,
  type Scope,
  type Sums,
} from "./bill-scope.ts";

/**
 * The bill of a run as a fold over its log: what was asked, what it cost, what was saved and what was wasted. `teams` are the
 * places of nested supervisors: their calls are no calls of agents.
 */
export class BillFold {
  // As they were given, and own ones from when another is found.
  #teams: Set<string>;
  #own = false;
  readonly #calls = new Map<string, Entry>();
  readonly #scopes = new Map([["", scopeIn()]]);
  #goesOn = false;

  constructor(teams: ReadonlySet<string> = NO_TEAMS) {
    this.#teams = teams as Set<string>;
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
        const cost = costIn(event);
        endWith(entry, { ...event, cost });
        const more = moreOf(entry);
        more.failedCost = cost;
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
          this.#stop(event.callId);
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
        if (event.reason === "early-stop") this.#stop(event.callId);
        break;
      case "run.planned":
        if (event.callId !== undefined) this.#found(onceOf(event.callId));
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
    const scope = this.#scopes.get(team) ?? scopeIn();
    return { ...sumsOf(scope, this.#isTeam), lines: linesIn(scope, this.#isTeam) };
  }

  /** The same without its lines, which are more work the more agents there are. */
  sums(team: string): Sums {
    return sumsOf(this.#scopes.get(team) ?? scopeIn(), this.#isTeam);
  }

  /** What comes from here on is done anew: the log was that long when this process took the run. */
  goOn(): void {
    this.#goesOn = true;
  }

  /** Calls whose answers stood in a log, and those that were made anew. */
  reuse(): Reuse {
    const entries = [...this.#calls.values()].filter((entry) => isBilled(entry, this.#isTeam));
    const asked = entries.filter(({ anew, more }) => anew && more?.reused === undefined).length;
    const waits = entries.filter(({ anew, open }) => open && !anew).length;
    const calls = entries.reduce((sum, entry) => sum + countOf(entry), 0);
    return { reused: calls - asked - waits, asked };
  }

  /** The entry of a call that something has happened to. */
  #entry(callId: string, agent: string): Entry {
    const scope = this.#scope(teamOf(callId));
    changed(scope);
    let entry = this.#calls.get(callId);
    if (entry === undefined) {
      entry = entryOf(callId, agent, this.#calls.size);
      this.#calls.set(callId, entry);
      scope.calls.push(entry);
    }
    entry.anew ||= this.#goesOn;
    return entry;
  }

  #scope(path: string): Scope {
    const known = this.#scopes.get(path);
    if (known !== undefined) return known;
    const once = onceOf(path);
    const made = scopeIn(this.#scope(once === path ? teamOf(path) : once));
    this.#scopes.set(path, made);
    return made;
  }

  #stop(callId: string): void {
    const scope = this.#scope(teamOf(callId));
    scope.stopped.add(callId);
    changed(scope);
  }

  #found(team: string): void {
    if (this.#teams.has(team)) return;
    if (!this.#own) this.#teams = new Set(this.#teams);
    this.#own = true;
    this.#teams.add(team);
    changed(this.#scope(teamOf(team)));
  }

  // A function, not a method: it is handed on.
  readonly #isTeam = (callId: string): boolean => {
    if (this.#teams.size === 0) return false;
    return (
      this.#teams.has(callId) || this.#teams.has(callId.replaceAll(/(?<=[^/])~\d+(?=\/|$)/g, ""))
    );
  };
}

const NO_TEAMS: ReadonlySet<string> = new Set();

/** The team that a call or a team stands in; empty for the root. */
function teamOf(callId: string): string {
  return callId.slice(0, Math.max(0, callId.lastIndexOf("/")));
}

/** A repeated team without the "~" and the attempt behind its name. */
function onceOf(team: string): string {
  return team.replace(/~\d+$/, "");
}

/** The bill of a run by its log. */
export function billOf(events: Iterable<RunEvent>, teams: Iterable<string> = []): Bill {
  const fold = new BillFold(new Set(listIn(teams, "billOf: teams")));
  for (const event of objectsIn(events, "billOf")) fold.add(event);
  return fold.bill();
}
