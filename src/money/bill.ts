import { ROOT, scopeOf, teamOf, type CallPlace, type TeamPlace } from "../model/call-place.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import { objectsIn } from "../check/given.ts";
import type { RunEvent } from "../model/events.ts";
import type { Bill, Reuse } from "../model/outcome.ts";
import { spentWith } from "./add-bills.ts";
import {
  countOf,
  doubt,
  endWith,
  entryOf,
  isTold,
  leaveOpen,
  moreOf,
  tell,
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

/** The bill of a run as a fold over its log: what was asked, what it cost, what was saved and what was wasted. */
export class BillFold {
  readonly #calls = new Map<string, Entry>();
  readonly #root = scopeIn();
  readonly #scopes = new Map([["", this.#root]]);
  /** The places of the teams, by their calls. */
  readonly #teams = new Map<string, TeamPlace>();
  #goesOn = false;

  add(event: RunEvent): void {
    switch (event.type) {
      case "call.started": {
        // With another description of its team it may be asked after all.
        this.#scope(event).leftOut.delete(event.callId);
        const entry = this.#entry(event);
        if (entry.open) doubt(entry);
        leaveOpen(entry);
        turnTo(entry, event.key);
        entry.free = event.free === true;
        entry.asked = event.model ?? null;
        entry.model = entry.asked;
        entry.attempts++;
        entry.attempt = event.attempt;
        entry.open = true;
        if (entry.more !== undefined) {
          entry.more.reused = undefined;
          entry.more.count = 1;
          entry.more.between = false;
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
        const entry = this.#entry(event);
        const { cost } = event;
        endWith(entry, event);
        const more = moreOf(entry);
        more.failedCost = cost;
        more.between = true;
        // A rate-limited attempt has wasted nothing but time.
        if (event.type === "call.retried") more.failedAttempts++;
        break;
      }
      case "call.succeeded": {
        const entry = this.#entry(event);
        endWith(entry, event);
        entry.durationMs += event.durationMs;
        if (event.dearestMicros !== undefined) moreOf(entry).dearestMicros = event.dearestMicros;
        break;
      }
      case "call.failed": {
        const entry = this.#entry(event);
        if (event.key !== undefined) turnTo(entry, event.key);
        endWith(entry, event);
        if (event.stopped === true) {
          this.#stop(event);
        } else {
          const more = moreOf(entry);
          // A call whose next attempt was refused has no further one.
          if (event.attempt > 0 && !more.between) more.failedAttempts++;
          more.failedCost = event.cost;
        }
        entry.durationMs += event.durationMs;
        break;
      }
      case "call.reused": {
        const entry = this.#entry(event);
        turnTo(entry, event.key);
        const more = moreOf(entry);
        more.reused = { by: event.by, saved: event.saved };
        if (entry.open) {
          // It had begun with an unknown result; now its own answer is used.
          const { runId, callId } = event.from;
          if (runId !== event.runId || callId !== event.callId) doubt(entry);
          endWith(entry, event);
        }
        more.count = event.calls ?? 1;
        break;
      }
      case "call.late":
      case "call.abandoned":
      case "call.reported":
        tell(this.#entry(event), event);
        break;
      case "call.skipped":
        if (event.reason === "early-stop") this.#stop(event);
        if (event.reason === "panel") this.#leaveOut(event);
        break;
      case "run.resumed":
        // The events from before the process died will not be followed by an end.
        for (const entry of this.#calls.values()) if (isTold(entry)) leaveOpen(entry);
        break;
      case "panel.explored": {
        const scope = this.#scope(event);
        for (const callId of event.calls) scope.explored.add(callId);
        changed(scope);
        break;
      }
      case "run.started":
      case "run.planned":
      case "run.waiting":
      case "run.finished":
      case "run.cancelled":
      case "call.queued":
      case "call.checkpointed":
      case "call.escalated":
      case "conflict.found":
      case "verdict.reached":
      case "person.decided":
      case "budget.overran":
      case "report.refused":
      case "notices.given":
      case "judge.instructed":
        break;
      default:
        event satisfies never;
    }
  }

  /** The bill of the run, or of a nested team: from an attempt of its call on. */
  bill(team: TeamPlace = ROOT): Bill {
    const scope = this.#scopes.get(scopeOf(team)) ?? scopeIn();
    const { unreported, unpriced, ...sums } = sumsOf(scope);
    const spent = spentWith(sums.spent, unreported, unpriced);
    return { ...sums, spent, lines: linesIn(scope) };
  }

  /** Of all attempts of a team's call, without lines, which are more work the more agents there are. */
  sums(team: string): Sums {
    return sumsOf(this.#scopes.get(team) ?? scopeIn());
  }

  /** Events from here on come from this process: the log was this long when it took the run. */
  goOn(): void {
    this.#goesOn = true;
  }

  /** Calls whose answers were in a log, and calls that were made. */
  reuse(): Reuse {
    const entries = [...this.#calls.values()].filter(isBilled);
    const asked = entries.filter(({ anew, more }) => anew && more?.reused === undefined).length;
    const waits = entries.filter(({ anew, open }) => open && !anew).length;
    const calls = entries.reduce((sum, entry) => sum + countOf(entry), 0);
    return { reused: calls - asked - waits, asked };
  }

  /** The entry of a call. */
  #entry(place: CallPlace): Entry {
    const scope = this.#scope(place);
    changed(scope);
    let entry = this.#calls.get(place.callId);
    if (entry === undefined) {
      entry = entryOf(place, this.#calls.size);
      this.#calls.set(place.callId, entry);
      if (entry.isTeam) this.#teams.set(place.callId, teamOf(place));
      scope.calls.push(entry);
    }
    entry.anew ||= this.#goesOn;
    return entry;
  }

  /** The scope of a team's attempt, which is within that of its first one. */
  #scope(at: TeamPlace): Scope {
    const { team, teamAttempt } = at;
    if (team === undefined) return this.#root;
    const key = scopeOf(at);
    const known = this.#scopes.get(key);
    if (known !== undefined) return known;
    const around = teamAttempt === undefined ? this.#teams.get(team) : { team };
    const made = scopeIn(this.#scope(around ?? ROOT), teamAttempt === undefined ? team : undefined);
    this.#scopes.set(key, made);
    return made;
  }

  #leaveOut(skipped: Extract<RunEvent, { readonly type: "call.skipped" }>): void {
    const scope = this.#scope(skipped);
    scope.leftOut.set(skipped.callId, skipped.free === true);
    changed(scope);
  }

  #stop(place: CallPlace): void {
    const scope = this.#scope(place);
    scope.stopped.add(place.callId);
    changed(scope);
  }
}

/** The bill of a run by its log. */
export function billOf(events: Iterable<RunEvent>): Bill {
  const fold = new BillFold();
  for (const event of todaysEvents(objectsIn(events, "billOf"))) fold.add(event);
  return fold.bill();
}
