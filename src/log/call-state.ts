import type { CallPlace } from "../model/call-place.ts";
import { addCost, NO_COST, type Cost } from "../model/call.ts";
import type { Issue } from "../model/errors.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import { nothingBy } from "../money/spent.ts";

/** An event of a call, with or without its place in the log. */
export type CallEvent = Extract<EventBody, CallPlace> & { readonly seq?: number };

/** The event that says how a call ended. */
export type CallEnded = Extract<
  RunEvent,
  { readonly type: "call.succeeded" | "call.reused" | "call.failed" }
>;

/** Everything that the log says of one call. */
export interface CallState {
  readonly place: CallPlace;
  readonly key: string | undefined;
  /**
   *     new ── started ──▶ begun ── retried, requeued ──▶ between ── started ──▶ begun
   *     new, begun, between ── succeeded, reused, failed ──▶ ended
   *
   * A call that is `begun` when the log ends is in doubt: nothing is known of what its last attempt came to.
   */
  readonly phase: "new" | "begun" | "between" | "ended";
  /** The attempt that began last; 0 where none has. */
  readonly attempt: number;
  /** How it ended. */
  readonly end: CallEnded | undefined;
  /** What was wrong with the last output that failed its schema: the next attempt is to mend it. */
  readonly issues: readonly Issue[];
  /** Of the attempts that the log has a cost of. */
  readonly cost: Cost;
  /** What budgets were charged for those, in micro-dollars; `undefined` without a budget. */
  readonly charged: number | undefined;
  /** What is reserved for the attempt that began last, in micro-dollars, until the log says what it cost. */
  readonly reserved: number | undefined;
  /** Whether the attempt that began last costs nothing, whatever it uses; `false` once the log says what it cost. */
  readonly free: boolean;
  /** Whether the log says what the attempt that began last has cost. */
  readonly settled: boolean;
  /** The number of the event with which that attempt began, where it has no end; else 0. */
  readonly startedSeq: number;
  /** How far it said that it is, where it has no end; `undefined` where it has not said it. */
  readonly checkpoint: unknown;
  /** How many of its attempts were turned away and queued again. */
  readonly requeues: number;
}

/** A call of which nothing has happened yet. */
export function newCall(place: CallPlace, key: string | undefined): CallState {
  return {
    place,
    key,
    phase: "new",
    attempt: 0,
    end: undefined,
    issues: NO_ISSUES,
    cost: NO_COST,
    charged: undefined,
    reserved: undefined,
    free: false,
    settled: true,
    startedSeq: 0,
    checkpoint: undefined,
    requeues: 0,
  };
}

const NO_ISSUES: CallState["issues"] = Object.freeze([]);

/**
 * The state of a call after one more event. The only code that knows what an event does to a call: the log of a run is read
 * by it, and a call that runs goes by it from one attempt to the next.
 */
export function evolve(state: CallState, event: CallEvent): CallState {
  switch (event.type) {
    case "call.started":
      return {
        ...state,
        phase: "begun",
        attempt: event.attempt,
        // An attempt before it that has no end costs what nobody knows, once and for all.
        ...spent(state),
        reserved: event.reserved,
        free: event.free === true,
        settled: false,
        startedSeq: "seq" in event ? event.seq : 0,
        // The same attempt, made again.
        checkpoint: state.attempt === event.attempt ? state.checkpoint : undefined,
      };
    case "call.checkpointed":
      return event.redacted === true || event.attempt !== state.attempt
        ? state
        : { ...state, checkpoint: event.value };
    case "call.requeued":
      return { ...between(state, event), requeues: state.requeues + 1 };
    case "call.retried": {
      const { code, issues = NO_ISSUES } = event.error;
      const next = between(state, event);
      // Kept over a failure of another kind: the request is still the one that asks to mend them.
      return code === "OUTPUT_INVALID" ? { ...next, issues } : next;
    }
    case "call.succeeded":
    case "call.reused":
      // An answer that is not kept whole is lost with the process: the call is in doubt, as if its end were missing.
      return event.redacted === true ? state : ended(state, event);
    case "call.failed":
      // An earlier version stopped it since its answer could not change a verdict any more. It is asked again.
      return event.stopped === true ? between(state, event) : ended(state, event);
    case "call.late":
    case "call.abandoned":
    case "call.reported": {
      const { attempt, cost = nothingBy(state).cost, charged } = event;
      // An attempt that was cancelled may have no other end. Otherwise its end is known, and the next one may have begun.
      if (!state.settled && state.attempt === attempt)
        return settled(state, addCost(state.cost, cost), charged);
      return charged === undefined ? state : { ...state, charged };
    }
    case "call.queued":
    case "call.skipped":
    case "call.escalated":
    case "budget.overran":
    case "report.refused":
      return state;
  }
}

/** What is known only of an attempt that has no end. */
const NOT_AT_WORK: Pick<CallState, "startedSeq" | "checkpoint"> = Object.freeze({
  startedSeq: 0,
  checkpoint: undefined,
});

function between(
  state: CallState,
  event: Extract<CallEvent, { type: "call.retried" | "call.requeued" | "call.failed" }>,
): CallState {
  const next = settled(state, event.cost, event.charged);
  return { ...next, phase: "between", attempt: event.attempt, ...NOT_AT_WORK };
}

function ended(state: CallState, event: Extract<CallEvent, Pick<CallEnded, "type">>): CallState {
  const next = settled(state, event.cost, event.charged);
  const end = event as CallEnded;
  return { ...next, phase: "ended", attempt: event.attempt, end, ...NOT_AT_WORK };
}

/** The log says what all attempts so far cost, and what was charged for them. */
function settled(state: CallState, cost: Cost, charged = spent(state).charged): CallState {
  return { ...state, cost, charged, reserved: undefined, free: false, settled: true };
}

/**
 * What a call took as far as the log says. An attempt of which it says nothing costs what nobody knows, or nothing where it is free, and is
 * charged with what was reserved for it.
 */
export function spent(state: CallState): Pick<CallState, "cost" | "charged"> {
  const { cost, charged, reserved } = state;
  if (state.settled) return { cost, charged };
  return {
    cost: addCost(cost, nothingBy(state).cost),
    charged: reserved === undefined ? charged : (charged ?? 0) + reserved,
  };
}

/** The number of the attempt that is made next. An attempt in doubt is made again under its number. */
export function nextAttempt({ phase, attempt }: CallState): number {
  return phase === "begun" ? attempt : attempt + 1;
}
