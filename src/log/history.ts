import { placeOf, scopeOf, type CallPlace } from "../model/call-place.ts";
import type { Conflict } from "../model/conflict.ts";
import type { RunEvent } from "../model/events.ts";
import { NoticeFold } from "../model/notice-fold.ts";
import { BillFold } from "../money/bill.ts";
import type { Verdict } from "../model/verdict.ts";
import { CallPlaces } from "./call-places.ts";
import { evolve, newCall, type CallEvent, type CallState } from "./call-state.ts";
import type { RecordedDecision } from "./decided-position.ts";
import { questionOf } from "./questions.ts";

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** A run whose answers serve for another one. */
export interface Origin {
  readonly history: History;
  /** The place of the agent that is asked anew whatever is known of it; `undefined` for nobody. */
  readonly from: string | undefined;
}

/** What belongs to one attempt of one team of a run. */
interface TeamHistory {
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
  /** Where its calls stand. */
  readonly places: CallPlaces = new CallPlaces();
  readonly #calls = new Map<string, CallState>();
  readonly #outdated: CallState[] = [];
  readonly #scopes = new Map<string, TeamHistory>();
  readonly #skipped = new Map<string, Of<"call.skipped">>();
  readonly #lost = new Set<string>();
  #asked: Of<"run.waiting"> | undefined;
  readonly #escalated = new Set<string>();
  readonly #explored = new Set<string>();
  // Made when it is first asked for: the events do not change after that.
  #lacking: ReadonlySet<string> | undefined;
  #bill: BillFold | undefined;
  #notices: NoticeFold | undefined;

  constructor(runId: string, events: readonly RunEvent[]) {
    this.runId = runId;
    this.events = events;
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
      this.#bill = new BillFold();
      for (const event of this.events) this.#bill.add(event);
    }
    return this.#bill;
  }

  /** What the run's notices are made of. */
  get notices(): NoticeFold {
    if (this.#notices === undefined) {
      this.#notices = new NoticeFold();
      for (const event of this.events) this.#notices.add(event);
    }
    return this.#notices;
  }

  /** Whether somebody in a team, by its call, did not answer, by none of the calls that were made for them. */
  lacks(team: string): boolean {
    this.#lacking ??= this.#teamsThatLack();
    return this.#lacking.has(team);
  }

  /** Whether the log says that a call was escalated for that reason. */
  escalated(callId: string, why: string): boolean {
    return this.#escalated.has(`${why} ${callId}`);
  }

  /** Why an agent was not asked, if it was not. */
  skipped(callId: string): Of<"call.skipped"> | undefined {
    return this.#skipped.get(callId);
  }

  /** Whether the log says whom the panel of a team would not have asked. */
  explored(scope: string): boolean {
    return this.#explored.has(scope);
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
    if ("role" in event) this.places.add(event);
    switch (event.type) {
      case "call.succeeded":
      case "call.reused":
        // Of an answer that is not kept whole nothing is known.
        if (event.redacted === true) this.#lost.add(this.places.firstOf(event).callId);
        // And nobody was asked for one that was there already.
        if (event.redacted !== true || event.type === "call.succeeded") this.#evolve(event);
        break;
      case "call.started":
      case "call.checkpointed":
      case "call.requeued":
      case "call.retried":
      case "call.failed":
      case "call.late":
      case "call.abandoned":
      case "call.reported":
        this.#evolve(event);
        break;
      case "call.skipped":
        this.#skipped.set(event.callId, event);
        break;
      case "call.escalated":
        this.#escalated.add(`${event.why} ${event.callId}`);
        break;
      case "run.planned":
        this.#scope(scopeOf(event)).plan = event;
        break;
      case "panel.explored":
        this.#explored.add(scopeOf(event));
        break;
      case "conflict.found":
        this.#scope(scopeOf(event)).conflicts.set(event.conflict.subject, event.conflict);
        break;
      case "verdict.reached":
        this.#scope(scopeOf(event)).verdicts.set(event.verdict.subject, event.verdict);
        break;
      case "run.waiting":
        this.#asked = event;
        for (const open of event.verdicts) {
          const { waiting } = this.#scope(scopeOf(open));
          const { subject } = open.verdict;
          // From the first time on: being asked again does not give more time.
          waiting.set(subject, waiting.get(subject) ?? event.atMs);
        }
        break;
      case "person.decided": {
        const { decisions } = this.#scope(scopeOf(event));
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
      case "call.queued":
      case "budget.overran":
      case "report.refused":
      case "notices.given":
      case "judge.instructed":
    }
  }

  /** The teams in which somebody did not answer, and those that they stand in. */
  #teamsThatLack(): ReadonlySet<string> {
    const answered = new Set<string>();
    const silent: CallPlace[] = [];
    for (const { place, end } of this.#calls.values()) {
      if (end === undefined) continue;
      const first = this.places.firstOf(place);
      if (end.type === "call.failed") silent.push(first);
      else answered.add(first.callId);
    }
    for (const skipped of this.#skipped.values()) {
      // Who could not change a verdict any more: nothing is lacking without them.
      const isNeedless = skipped.reason === "early-stop" || skipped.reason === "panel";
      if (!isNeedless && this.#calls.get(skipped.callId)?.end === undefined) silent.push(skipped);
    }
    return new Set(
      silent
        .filter(({ callId }) => !answered.has(callId))
        .flatMap((place) => [...this.places.teamsAbove(place)]),
    );
  }

  /** What happened to a call. It is another one from here on where it begins with another key than before. */
  #evolve(event: CallEvent & { readonly key?: string }): void {
    const { callId, key } = event;
    const known = this.#calls.get(callId);
    const isOther = known !== undefined && key !== undefined && known.key !== key;
    if (isOther) this.#outdated.push(known);
    const call = known === undefined || isOther ? newCall(placeOf(event), key) : known;
    this.#calls.set(callId, evolve(call, event));
  }

  #scope(scope: string): TeamHistory {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const made: TeamHistory = {
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
