import type { Conflict } from "../conflict/conflict.ts";
import type { RunEvent } from "../events.ts";
import { BillFold } from "../money/bill.ts";
import type { Verdict } from "../resolve/verdict.ts";
import { firstCallOf } from "./call-id.ts";
import { evolve, newCall, type CallEvent, type CallState } from "./call-state.ts";
import type { RecordedDecision } from "./decided-position.ts";
import { questionOf } from "./decision.ts";

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** A run whose answers serve for another one. */
export interface Origin {
  readonly history: History;
  /** The place of the agent that is asked anew whatever is known of it; `undefined` for nobody. */
  readonly from: string | undefined;
}

/** What belongs to one team of a run: the root's key is empty, a nested one's is its `callId`. */
interface Scope {
  plan: Of<"run.planned"> | undefined;
  readonly conflicts: Map<string, Conflict>;
  readonly verdicts: Map<string, Verdict>;
  /** Since when a person is asked, in ms since 1970, by subject. */
  readonly waiting: Map<string, number>;
  readonly decisions: Map<string, RecordedDecision[]>;
}

/**
 * A run's log as whoever goes on with the run has to know it: a fold over its events. What it says is not asked, decided or
 * recorded again.
 */
export class History {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  /** Whether whoever goes on with the run has another description of its supervisor. */
  changed = false;
  readonly #calls = new Map<string, CallState>();
  readonly #outdated: CallState[] = [];
  readonly #scopes = new Map<string, Scope>();
  readonly #skipped = new Map<string, Of<"call.skipped">>();
  readonly #lost = new Set<string>();
  #asked: Of<"run.waiting"> | undefined;
  readonly #doubted = new Set<string>();
  readonly #teams = new Set<string>();
  // Made when it is first asked for: the events do not change after that.
  #lacking: ReadonlySet<string> | undefined;
  #bill: BillFold | undefined;

  /** `teams` are the places of teams as far as they are known; a team that failed before it had a plan cannot be told else. */
  constructor(runId: string, events: readonly RunEvent[], teams: Iterable<string> = []) {
    this.runId = runId;
    this.events = events;
    for (const team of teams) this.#teams.add(team);
    for (const event of events) this.#add(event);
  }

  /** The call of that id, if it was about the same: else it is another call, which the log does not know. */
  call(callId: string, isSame: (key: string | undefined) => boolean): CallState | undefined {
    const call = this.#calls.get(callId);
    return call !== undefined && isSame(call.key) ? call : undefined;
  }

  /** Whether the log is of the first version of this package, which recorded no keys: a call is found by its place alone. */
  get keyless(): boolean {
    const [first] = this.events;
    return first?.type === "run.started" && first.definition === undefined;
  }

  /** Whether answers were not kept whole, so that those who gave them are asked again: of these members, or of any. */
  hasLost(callIds?: readonly string[]): boolean {
    if (callIds === undefined) return this.#lost.size > 0;
    return callIds.some((callId) => this.#lost.has(callId));
  }

  /** Every call of the run. */
  calls(): Iterable<CallState> {
    return this.#calls.values();
  }

  /** Those too that were about something else, and have been made anew under the same id since. */
  callsEverMade(): readonly CallState[] {
    return [...this.#outdated, ...this.#calls.values()];
  }

  /** What the run took so far. */
  get bill(): BillFold {
    if (this.#bill === undefined) {
      this.#bill = new BillFold(this.#teams);
      for (const event of this.events) this.#bill.add(event);
    }
    return this.#bill;
  }

  /** Whether somebody in a team did not answer, by none of the calls that were made for them. */
  lacks(team: string): boolean {
    this.#lacking ??= this.#teamsThatLack();
    return this.#lacking.has(team);
  }

  /** Whether a doubt about a call stands in the log. */
  doubted(callId: string, why: string): boolean {
    return this.#doubted.has(`${why} ${callId}`);
  }

  /** Why an agent was not asked, if it was not. */
  skipped(callId: string): Of<"call.skipped"> | undefined {
    return this.#skipped.get(callId);
  }

  plan(scope: string): Of<"run.planned"> | undefined {
    return this.#scopes.get(scope)?.plan;
  }

  conflicts(scope: string): ReadonlyMap<string, Conflict> {
    return this.#scope(scope).conflicts;
  }

  verdicts(scope: string): ReadonlyMap<string, Verdict> {
    return this.#scope(scope).verdicts;
  }

  /** What persons decided about a subject, in the order of the log. Several where it was asked again, or subjects look the same. */
  decisions(scope: string, subject: string): readonly RecordedDecision[] {
    return this.#scopes.get(scope)?.decisions.get(subject) ?? [];
  }

  /** Since when the run has been waiting for a person about a subject, in ms since 1970. */
  waitingSinceMs(scope: string, subject: string): number | undefined {
    return this.#scopes.get(scope)?.waiting.get(subject);
  }

  #add(event: RunEvent): void {
    switch (event.type) {
      case "call.succeeded":
      case "call.reused":
        // Of an answer that is not kept whole nothing is known.
        if (event.redacted === true) this.#lost.add(firstCallOf(event.callId));
        // And nobody was asked for one that was there already.
        if (event.redacted !== true || event.type === "call.succeeded") this.#evolve(event);
        break;
      case "call.started":
      case "call.requeued":
      case "call.retried":
      case "call.failed":
      case "call.straggled":
      case "call.abandoned":
      case "call.reported":
        this.#evolve(event);
        break;
      case "call.skipped":
        this.#skipped.set(event.callId, event);
        break;
      case "call.doubted":
        this.#doubted.add(`${event.why} ${event.callId}`);
        break;
      case "run.planned":
        this.#scope(event.callId ?? "").plan = event;
        // A repeated team's scope ends with "~" and the attempt, and a name has no "~".
        this.#teams.add((event.callId ?? "").replace(/~\d+$/, ""));
        break;
      case "conflict.found":
        this.#scope(event.callId ?? "").conflicts.set(event.conflict.subject, event.conflict);
        break;
      case "verdict.reached":
        this.#scope(event.callId ?? "").verdicts.set(event.verdict.subject, event.verdict);
        break;
      case "run.waiting":
        this.#asked = event;
        for (const { callId = "", verdict } of event.verdicts) {
          const { waiting } = this.#scope(callId);
          // From the first time on: being asked again does not give more time.
          waiting.set(verdict.subject, waiting.get(verdict.subject) ?? event.atMs);
        }
        break;
      case "person.decided": {
        const { decisions } = this.#scope(event.callId ?? "");
        const asked = this.#asked;
        const positions = asked?.verdicts[questionOf(asked, event)]?.verdict.positions ?? [];
        const before = decisions.get(event.subject) ?? [];
        decisions.set(event.subject, [...before, { event, positions, askedAt: asked?.seq ?? 0 }]);
        break;
      }
      case "run.started":
      case "run.resumed":
      case "run.finished":
      case "run.cancelled":
      case "budget.overran":
    }
  }

  /** The teams in which somebody did not answer, and those that they stand in. */
  #teamsThatLack(): ReadonlySet<string> {
    const answered = new Set<string>();
    const failed: string[] = [];
    for (const [callId, { end }] of this.#calls) {
      if (end === undefined) continue;
      const first = firstCallOf(callId);
      if (end.type === "call.failed") failed.push(first);
      else answered.add(first);
    }
    const lacking = new Set<string>();
    for (const callId of failed) if (!answered.has(callId)) addTeams(lacking, callId);
    for (const [callId, { reason }] of this.#skipped) {
      // Earlier versions skipped who could not change a verdict any more: nothing is lacking without them.
      if (reason === "early-stop" || this.#calls.get(callId)?.end !== undefined) continue;
      addTeams(lacking, callId);
    }
    return lacking;
  }

  /** What happened to a call. It is another one from here on where it begins with another key than before. */
  #evolve(event: CallEvent & { readonly key?: string }): void {
    const { callId, key } = event;
    const known = this.#calls.get(callId);
    const isOther = known !== undefined && key !== undefined && known.key !== key;
    if (isOther) this.#outdated.push(known);
    const call = known === undefined || isOther ? newCall(callId, key) : known;
    this.#calls.set(callId, evolve(call, event));
  }

  #scope(scope: string): Scope {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const made: Scope = {
      plan: undefined,
      conflicts: new Map(),
      verdicts: new Map(),
      waiting: new Map(),
      decisions: new Map(),
    };
    this.#scopes.set(scope, made);
    return made;
  }
}

/**
 * Adds the teams that a call stands in, up to the root. A repeated team, which has `~` and the attempt behind its name, stands in the
 * team that it repeats. Where one is there already, so are those above it.
 */
function addTeams(teams: Set<string>, callId: string): void {
  for (let at = callId; at !== "";) {
    const itself = at === callId ? at : at.replace(/(?<=[^/])~\d+$/, "");
    at = itself === at ? at.slice(0, Math.max(0, at.lastIndexOf("/"))) : itself;
    if (teams.has(at)) return;
    teams.add(at);
  }
}
