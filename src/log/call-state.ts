import type { CallPlace } from "../model/call-place.ts";
import { addCost, NO_COST, type Cost } from "../model/call.ts";
import type { Issue } from "../model/errors.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import { nothingBy } from "../money/spent.ts";

/** An event of a call, with or without its position in the log and its time. */
export type CallEvent = Extract<EventBody, CallPlace> & {
  readonly seq?: number;
  readonly atMs?: number;
};

/** The event that says how a call ended. */
export type CallEnded = Extract<
  RunEvent,
  { readonly type: "call.succeeded" | "call.reused" | "call.failed" }
>;

/** Everything that the log says about one call. */
export interface CallState {
  readonly place: CallPlace;
  readonly key: string | undefined;
  /**
   *     new ── started ──▶ begun ── retried, requeued ──▶ between ── started ──▶ begun
   *     new, begun, between ── succeeded, reused, failed ──▶ ended
   *
   * A call that is `begun` when the log ends is in doubt: the result of its last attempt is unknown.
   */
  readonly phase: "new" | "begun" | "between" | "ended";
  /** The attempt that began last; 0 if none has. */
  readonly attempt: number;
  /** How it ended. */
  readonly end: CallEnded | undefined;
  /** What was wrong with the last output that failed its schema: the next attempt should fix it. */
  readonly issues: readonly Issue[];
  /** Of the attempts whose cost is in the log. */
  readonly cost: Cost;
  /** What budgets were charged for those, in micro-dollars; `undefined` without a budget. */
  readonly charged: number | undefined;
  /** The reservation of the attempt that began last, in micro-dollars, until its cost is in the log. */
  readonly reserved: number | undefined;
  /** Whether the attempt that began last costs nothing, whatever it uses; `false` once its cost is in the log. */
  readonly free: boolean;
  /** Whether the log has the cost of the attempt that began last. */
  readonly settled: boolean;
  /** The `seq` of the event with which that attempt began, if it has no end; else 0. */
  readonly startedSeq: number;
  /** Its last checkpoint, if it has no end; `undefined` if there is none. */
  readonly checkpoint: unknown;
  /** How many of its attempts were rate-limited and queued again. */
  readonly requeues: number;
  /** How long the next attempt was to wait, if the log ends before it; `undefined` if it may be made at once. */
  readonly wait: { readonly sinceMs: number; readonly waitMs: number } | undefined;
  /** What the attempt before the next one failed with, in words; `undefined` if none failed. */
  readonly lastFailure: string | undefined;
}

/** A call to which nothing has happened yet. */
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
    wait: undefined,
    lastFailure: undefined,
  };
}

const NO_ISSUES: CallState["issues"] = Object.freeze([]);

/**
 * The state of a call after one more event. Only this function knows what an event does to a call: the log of a run is read
 * with it, and a running call uses it to go from one attempt to the next.
 */
export function evolve(state: CallState, event: CallEvent): CallState {
  switch (event.type) {
    case "call.started":
      return {
        ...state,
        phase: "begun",
        attempt: event.attempt,
        // An earlier attempt without an end has an unknown cost, for good.
        ...spent(state),
        reserved: event.reserved,
        free: event.free === true,
        settled: false,
        startedSeq: "seq" in event ? event.seq : 0,
        wait: undefined,
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
      // Kept over another kind of failure: the request still asks to fix them.
      return code === "OUTPUT_INVALID" ? { ...next, issues } : next;
    }
    case "call.succeeded":
    case "call.reused":
      // An answer that is not kept whole is lost with the process: the call is in doubt, as if its end were missing.
      return event.redacted === true ? state : ended(state, event);
    case "call.failed":
      // An earlier version stopped it because its answer could no longer change a verdict. It is asked again.
      return event.stopped === true ? between(state, event) : ended(state, event);
    case "call.late":
    case "call.abandoned":
    case "call.reported": {
      const { attempt, cost = nothingBy(state).cost, charged } = event;
      // A cancelled attempt may have no other end. Otherwise its end is known, and the next attempt may have begun.
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

/** Fields that are known only for an attempt without an end, or before one. */
const NOT_AT_WORK: Pick<CallState, "startedSeq" | "checkpoint" | "wait"> = Object.freeze({
  startedSeq: 0,
  checkpoint: undefined,
  wait: undefined,
});

function between(
  state: CallState,
  event: Extract<CallEvent, { type: "call.retried" | "call.requeued" | "call.failed" }>,
): CallState {
  const next = settled(state, event.cost, event.charged);
  const lastFailure = event.error.message;
  const isLogged = event.atMs !== undefined && event.type !== "call.failed";
  const wait = isLogged ? { sinceMs: event.atMs, waitMs: event.waitMs } : undefined;
  return { ...next, phase: "between", attempt: event.attempt, lastFailure, ...NOT_AT_WORK, wait };
}

function ended(state: CallState, event: Extract<CallEvent, Pick<CallEnded, "type">>): CallState {
  const next = settled(state, event.cost, event.charged);
  const end = event as CallEnded;
  return { ...next, phase: "ended", attempt: event.attempt, end, ...NOT_AT_WORK };
}

/** The log has the cost of all attempts so far, and what was charged for them. */
function settled(state: CallState, cost: Cost, charged = spent(state).charged): CallState {
  return { ...state, cost, charged, reserved: undefined, free: false, settled: true };
}

/**
 * What a call cost as far as the log says. An attempt without a cost in the log has an unknown cost, or none if it is free, and is
 * charged its reservation.
 */
export function spent(state: CallState): Pick<CallState, "cost" | "charged"> {
  const { cost, charged, reserved } = state;
  if (state.settled) return { cost, charged };
  return {
    cost: addCost(cost, nothingBy(state).cost),
    charged: reserved === undefined ? charged : (charged ?? 0) + reserved,
  };
}

/** The number of the next attempt. An attempt in doubt is made again under its number. */
export function nextAttempt({ phase, attempt }: CallState): number {
  return phase === "begun" ? attempt : attempt + 1;
}
