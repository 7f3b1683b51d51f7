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

/** A run whose answers another run uses. */
export interface Origin {
  readonly history: History;
  /** The place of the agent that is always asked again; `undefined` for none. */
  readonly from: string | undefined;
}

/** The part of one attempt of one team of a run. */
interface TeamHistory {
  plan: Of<"run.planned"> | undefined;
  readonly conflicts: Map<string, Conflict>;
  readonly verdicts: Map<string, Verdict>;
  /** Since when a person is asked, in ms since 1970, by subject. */
  readonly waiting: Map<string, number>;
  readonly decisions: Map<string, RecordedDecision[]>;
}

/**
 * A run's log in the form that a resume needs: a fold over its events. What it has is not asked, decided or
 * recorded again.
 */
export class History {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  /** Whether the run is resumed with another description of its supervisor. */
  changed = false;
  /** The places of its calls. */
  readonly places: CallPlaces = new CallPlaces();
  readonly #calls = new Map<string, CallState>();
  readonly #outdated: CallState[] = [];
  readonly #scopes = new Map<string, TeamHistory>();
  readonly #skipped = new Map<string, Of<"call.skipped">>();
  readonly #lost = new Set<string>();
  #asked: Of<"run.waiting"> | undefined;
  readonly #escalated = new Map<string, Of<"call.escalated">>();
  readonly #explored = new Set<string>();
  // Made when it is first needed: the events do not change after that.
  #lacking: ReadonlySet<string> | undefined;
  #bill: BillFold | undefined;
  #notices: NoticeFold | undefined;

  constructor(runId: string, events: readonly RunEvent[]) {
    this.runId = runId;
    this.events = events;
    for (const event of events) this.#add(event);
  }

  /** The call with that id, if it had the same content: otherwise it is another call, which the log does not know. */
  call(callId: string, isSame: (key: string | undefined) => boolean): CallState | undefined {
    const call = this.#calls.get(callId);
    return call !== undefined && isSame(call.key) ? call : undefined;
  }

  /** Whether the log is of the first version of this package, which recorded no keys: a call is found by its place alone. */
  get keyless(): boolean {
    const [first] = this.events;
    return first?.type === "run.started" && first.definition === undefined;
  }

  /** Whether some answers, of these members or of any, were not kept whole, so that their agents are asked again. */
  hasLost(callIds?: readonly string[]): boolean {
    if (callIds === undefined) return this.#lost.size > 0;
    return callIds.some((callId) => this.#lost.has(callId));
  }

  /** Every call of the run. */
  calls(): Iterable<CallState> {
    return this.#calls.values();
  }

  /** All calls, including those with another content that have been replaced under the same id. */
  callsEverMade(): readonly CallState[] {
    return [...this.#outdated, ...this.#calls.values()];
  }

  /** The run's bill so far. */
  get bill(): BillFold {
    if (this.#bill === undefined) {
      this.#bill = new BillFold();
      for (const event of this.events) this.#bill.add(event);
    }
    return this.#bill;
  }

  /** What the run's notices are made from. */
  get notices(): NoticeFold {
    if (this.#notices === undefined) {
      this.#notices = new NoticeFold();
      for (const event of this.events) this.#notices.add(event);
    }
    return this.#notices;
  }

  /** Whether a member of a team (given by its call) did not answer in any of its calls. */
  lacks(team: string): boolean {
    this.#lacking ??= this.#teamsThatLack();
    return this.#lacking.has(team);
  }

  /** The escalation of a call for that reason, if the log has one. */
  escalated(callId: string, why: string): Of<"call.escalated"> | undefined {
    return this.#escalated.get(`${why} ${callId}`);
  }

  /** Why an agent was not asked, if it was not. */
  skipped(callId: string): Of<"call.skipped"> | undefined {
    return this.#skipped.get(callId);
  }

  /** Whether the log has the members that the panel of a team would not have asked. */
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

  /** People's decisions about a subject, in the order of the log. Several if it was asked again, or if subjects look the same. */
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
        // An answer that is not kept whole is unknown.
        if (event.redacted === true) this.#lost.add(this.places.firstOf(event).callId);
        // And if it was reused, no agent was asked for it.
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
        this.#escalated.set(`${event.why} ${event.callId}`, event);
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
        break;
      default:
        event satisfies never;
    }
  }

  /** The teams in which a member did not answer, and the teams around them. */
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
      // Agents that could no longer change a verdict: nothing is missing without them.
      const isNeedless = skipped.reason === "early-stop" || skipped.reason === "panel";
      if (!isNeedless && this.#calls.get(skipped.callId)?.end === undefined) silent.push(skipped);
    }
    return new Set(
      silent
        .filter(({ callId }) => !answered.has(callId))
        .flatMap((place) => [...this.places.teamsAbove(place)]),
    );
  }

  /** Applies an event to its call. If it begins with another key than before, it is another call from here on. */
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
