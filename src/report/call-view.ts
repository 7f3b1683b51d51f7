import { teamOf, type CallPlace, type CallRole, type Via } from "../model/call-place.ts";
import { addCost, NO_COST, type Cost, type ReusedBy } from "../model/call.ts";
import type { ErrorRecord } from "../model/errors.ts";
import type { EscalationReason, WaitsFor } from "../model/call-events.ts";
import type { RunEvent } from "../model/events.ts";

export type CallViewState = "waiting" | "running" | "retrying" | "ok" | "failed" | "skipped";

/** An attempt that was over, and whose agent then answered, failed or was abandoned. */
export interface LateEnd {
  readonly atMs: number;
  readonly settled: "answered" | "failed" | "abandoned";
}

/** One time an agent was asked. */
export interface AttemptView {
  /** From 1; an attempt that is made again because it was rate-limited has its own number. */
  readonly number: number;
  /** Since when it waited to begin; absent if it did not have to wait. */
  readonly queued?: { readonly atMs: number; readonly waitsFor: WaitsFor };
  readonly startedAtMs: number;
  /** `null` while it is open. */
  readonly endedAtMs: number | null;
  readonly answered: boolean;
  /** The error with which it failed or was rate-limited. */
  readonly error?: ErrorRecord;
  /** It was rate-limited: the limiter that learns from it, `""` for none. */
  readonly toldBy?: string;
  readonly tier?: string;
  readonly late?: LateEnd;
}

/** A call whose answer was not final, and the further call that was made for it. */
export interface EscalationView {
  readonly why: EscalationReason;
  readonly next?: string;
  readonly detail?: string;
}

/** One call, as far as its events show. */
export interface CallView {
  readonly callId: string;
  readonly agent: string;
  readonly role: CallRole;
  /** The call of the team that contains it; `""` for the root's own. */
  readonly team: string;
  /** The earlier call that it replaces. */
  readonly via?: Via;
  /** For a judge's call: what it is asked about. */
  readonly questionKey?: string;
  readonly state: CallViewState;
  readonly attempts: readonly AttemptView[];
  /** The next attempt waits to begin. */
  readonly queued?: { readonly atMs: number; readonly waitsFor: WaitsFor };
  /** From the log; 0 until the call has ended. */
  readonly durationMs: number;
  /** Identifies the call by its content, if that is known. */
  readonly key?: string;
  /** The model that was named last. */
  readonly model?: string;
  readonly output?: unknown;
  /** The output is not kept whole. */
  readonly redacted?: true;
  readonly error?: ErrorRecord;
  /** Why it was skipped. */
  readonly detail?: string;
  /** Of all attempts so far. */
  readonly cost?: Cost;
  /** Of its attempts that failed, as far as it is part of `cost`. */
  readonly failedCost?: Cost;
  /** What was reported when an attempt was over. */
  readonly lateCost?: Cost;
  /** The limiter that told it to come later, while it waits for that. */
  readonly toldBy?: string;
  /** The run whose answer was taken over, so that nobody was asked. */
  readonly reusedFrom?: string;
  readonly reusedBy?: ReusedBy;
  /** What the answer that was taken over had cost. */
  readonly saved?: Cost;
  readonly escalated: readonly EscalationView[];
}

export type CallViewEvent = Extract<RunEvent, CallPlace>;

/** The view of a call that nothing has happened to yet. */
export function newCall(place: Omit<CallPlace, "role"> & { readonly role?: CallRole }): CallView {
  const { callId, agent, role = "agent", via, questionKey } = place;
  return {
    callId,
    agent,
    role,
    team: teamOf(place).team ?? "",
    ...(via !== undefined && { via }),
    ...(questionKey !== undefined && { questionKey }),
    state: "waiting",
    attempts: [],
    durationMs: 0,
    escalated: [],
  };
}

/** A call that was open when whoever drove the run stopped: it waits to be asked again. */
export function interruptedCall(given: CallView, stoppedAtMs: number): CallView {
  const { queued: _over, ...call } = given;
  if (call.state !== "running" && call.state !== "retrying") return call;
  const open = call.attempts.at(-1)?.endedAtMs === null;
  return {
    ...call,
    state: "waiting",
    ...(open && { attempts: closeLast(call.attempts, { endedAtMs: stoppedAtMs }) }),
  };
}

/** The view of a call after one more of its events. */
export function nextCall(given: CallView, event: CallViewEvent): CallView {
  const { role, model } = { model: undefined, ...event };
  const call = {
    ...given,
    ...(role !== undefined && { role }),
    ...(model !== undefined && { model }),
  };
  switch (event.type) {
    case "call.queued":
      return { ...call, queued: { atMs: event.atMs, waitsFor: event.waitsFor } };
    case "call.checkpointed":
      return call;
    case "call.started": {
      const { toldBy: _told, queued, ...rest } = call;
      const attempt: AttemptView = {
        number: event.attempt,
        ...(queued !== undefined && { queued }),
        startedAtMs: event.atMs,
        endedAtMs: null,
        answered: false,
        ...(event.tier !== undefined && { tier: event.tier }),
      };
      return {
        ...rest,
        state: "running",
        ...(event.key !== undefined && { key: event.key }),
        attempts: [...call.attempts, attempt],
      };
    }
    case "call.retried":
    case "call.requeued": {
      const toldBy = event.type === "call.requeued" ? { toldBy: event.limiter ?? "" } : {};
      const { error, atMs: endedAtMs, cost } = event;
      const attempts = closeLast(call.attempts, { endedAtMs, error, ...toldBy });
      const failed = event.type === "call.retried" ? { failedCost: cost } : {};
      return { ...call, state: "retrying", error, cost, ...failed, ...toldBy, attempts };
    }
    case "call.succeeded":
    case "call.reused": {
      const { error: _overcome, queued: _begun, ...rest } = call;
      return {
        ...rest,
        state: "ok",
        output: event.output,
        ...(event.redacted !== undefined && { redacted: event.redacted }),
        durationMs: event.durationMs,
        cost: event.cost,
        attempts: closeLast(call.attempts, { endedAtMs: event.atMs, answered: true }),
        ...(event.type === "call.reused" && {
          key: event.key,
          reusedFrom: event.from.runId,
          reusedBy: event.by,
          saved: event.saved,
        }),
      };
    }
    case "call.failed": {
      const { queued: _over, ...rest } = call;
      const { error, atMs: endedAtMs, durationMs, cost } = event;
      return {
        ...rest,
        ...(event.stopped === true
          ? ({ state: "skipped", detail: error.message } as const)
          : ({ state: "failed", error } as const)),
        ...(event.key !== undefined && { key: event.key }),
        durationMs,
        cost,
        failedCost: cost,
        attempts: closeLast(call.attempts, { endedAtMs, error }),
      };
    }
    case "call.skipped":
      return { ...call, state: "skipped", detail: event.detail };
    case "call.escalated": {
      const { why, next, detail } = event;
      const escalation = {
        why,
        ...(next !== undefined && { next }),
        ...(detail !== undefined && { detail }),
      };
      return { ...call, escalated: [...call.escalated, escalation] };
    }
    case "call.late":
    case "call.abandoned": {
      const settled = event.type === "call.late" ? event.settled : "abandoned";
      const late: LateEnd = { atMs: event.atMs, settled };
      const attempts = call.attempts.map((one) =>
        one.number === event.attempt
          ? { ...one, endedAtMs: one.endedAtMs ?? event.atMs, late }
          : one,
      );
      return { ...call, attempts, ...lateCost(call, event) };
    }
    case "call.reported":
      return { ...call, ...lateCost(call, event) };
    case "budget.overran":
    case "report.refused":
      return call;
  }
}

function lateCost(
  { lateCost: before = NO_COST }: CallView,
  { cost }: { readonly cost?: Cost },
): Pick<CallView, "lateCost"> {
  return cost === undefined ? {} : { lateCost: addCost(before, cost) };
}

function closeLast(
  attempts: readonly AttemptView[],
  end: Partial<AttemptView>,
): readonly AttemptView[] {
  return attempts.map((attempt, index) =>
    index === attempts.length - 1 && attempt.endedAtMs === null ? { ...attempt, ...end } : attempt,
  );
}
