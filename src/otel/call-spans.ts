import {
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { TracedAttempt } from "../call/tracing.ts";
import type { CallPlace, TeamPlace } from "../model/call-place.ts";
import type { ErrorRecord } from "../model/errors.ts";
import type { LiveEvent, RunEvent } from "../model/events.ts";
import { contentIn, errorOf, messageIn, modelOf, usageOf } from "./attributes.ts";
import type { Instruments, Used } from "./metrics.ts";
import * as names from "./names.ts";

/** A span, and the context of what happens within it. */
export interface OpenSpan {
  readonly span: Span;
  readonly within: Context;
  readonly sinceMs: number;
}

/** What the calls of one run are traced with. */
export interface CallsTraced {
  readonly runId: string;
  /** The name of the run's team. */
  readonly team: string;
  readonly root: OpenSpan;
  readonly tracer: Tracer;
  readonly counts: Instruments;
  readonly content: boolean;
}

/** The spans of the calls of one run. */
export interface CallSpans {
  hear(event: OfCall): void;
  /** The span of a running attempt. */
  attempt(attempt: TracedAttempt): OpenSpan | undefined;
  /** Ends all open spans, because this process no longer works on the run. */
  leave(): void;
}

/** The events about a call. */
export type OfCall = Extract<LiveEvent, CallPlace> & Pick<RunEvent, "atMs">;

interface OpenCall extends OpenSpan {
  readonly place: CallPlace;
  /** The attributes of its metrics. */
  readonly of: Attributes;
  readonly attempts: Map<number, OpenSpan>;
  /** Since when it has waited for its permit; `undefined` if it does not wait. */
  queuedMs: number | undefined;
  /** How many attempts have begun. */
  begun: number;
  /** The name of the model that was asked last: an answer has a model only if it was another. */
  model: string | undefined;
}

export function callSpans({ runId, team, root, tracer, counts, content }: CallsTraced): CallSpans {
  const calls = new Map<string, OpenCall>();
  const told = (output: unknown): Attributes => contentIn(content, names.OUTPUT, output);

  function parentOf({ team: callId, teamAttempt = 1 }: TeamPlace): Context {
    const call = callId === undefined ? undefined : calls.get(callId);
    return call?.attempts.get(teamAttempt)?.within ?? call?.within ?? root.within;
  }

  function open(name: string, parent: Context, sinceMs: number, attributes: Attributes): OpenSpan {
    const opened = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes }, parent);
    return { span: opened, within: trace.setSpan(parent, opened), sinceMs };
  }

  function callOf(event: CallPlace & { readonly atMs: number }): OpenCall {
    const there = calls.get(event.callId);
    if (there !== undefined) return there;
    const { agent, role, via } = event;
    const operation = role === "team" ? names.INVOKE_WORKFLOW : names.INVOKE_AGENT;
    const of = { [names.TEAM]: team, [names.AGENT]: agent, [names.ROLE]: role };
    const opened = open(`${operation} ${agent}`, parentOf(event), event.atMs, {
      ...of,
      [names.OPERATION]: operation,
      [names.RUN_ID]: runId,
      [names.CALL_ID]: event.callId,
      ...(via !== undefined && { [names.VIA]: via.why }),
    });
    const call = {
      ...opened,
      place: event,
      of,
      attempts: new Map(),
      queuedMs: undefined,
      begun: 0,
      model: undefined,
    };
    calls.set(event.callId, call);
    return call;
  }

  /** Ends its wait in the queue. */
  function leaveQueue(call: OpenCall, atMs: number): void {
    if (call.queuedMs === undefined) return;
    counts.change("queued", -1, call.of);
    counts.took("queue", atMs - call.queuedMs, call.of);
    call.queuedMs = undefined;
  }

  function endAttempt(
    call: OpenCall,
    attempt: number,
    atMs: number,
    how: Attributes,
    used: Used,
  ): void {
    const opened = call.attempts.get(attempt);
    if (opened === undefined) return;
    call.attempts.delete(attempt);
    if (call.place.role !== "team") {
      counts.change("inFlight", -1, call.of);
      counts.took("attempt", atMs - opened.sinceMs, { ...call.of, ...how });
    }
    opened.span.setAttributes({ ...how, ...modelOf(used) });
    if (how[names.ERROR] !== undefined) opened.span.setStatus({ code: SpanStatusCode.ERROR });
    opened.span.end();
  }

  function endCall(
    call: OpenCall,
    atMs: number,
    how: Attributes,
    used: Used,
    error?: ErrorRecord,
  ): void {
    leaveQueue(call, atMs);
    for (const attempt of call.attempts.keys()) endAttempt(call, attempt, atMs, how, used);
    calls.delete(call.place.callId);
    if (call.place.role !== "team") {
      counts.took("call", atMs - call.sinceMs, { ...call.of, ...errorOf(error) });
      counts.used({ ...(call.model !== undefined && { model: call.model }), ...used }, call.of);
    }
    call.span.setAttributes({
      ...how,
      ...modelOf(used),
      ...usageOf(used),
      ...(call.begun > 0 && { [names.ATTEMPTS]: call.begun }),
    });
    if (error !== undefined)
      call.span.setStatus({ code: SpanStatusCode.ERROR, ...messageIn(content, error) });
    call.span.end();
  }

  function hearOfCall(event: OfCall): void {
    const { atMs } = event;
    switch (event.type) {
      case "call.queued": {
        const call = callOf(event);
        leaveQueue(call, atMs);
        call.queuedMs = atMs;
        counts.change("queued", 1, call.of);
        call.span.addEvent("quorate.queued", { [names.WAITS_FOR]: event.waitsFor.kind });
        break;
      }
      case "call.started": {
        const call = callOf(event);
        leaveQueue(call, atMs);
        const { attempt, model, tier, batch } = event;
        call.begun = Math.max(call.begun, attempt);
        call.model = model ?? call.model;
        if (call.place.role !== "team") counts.change("inFlight", 1, call.of);
        const attributes = {
          [names.AGENT]: event.agent,
          [names.RUN_ID]: runId,
          [names.CALL_ID]: event.callId,
          [names.ATTEMPT]: attempt,
          ...(model !== undefined && { [names.REQUEST_MODEL]: model }),
          ...(tier !== undefined && { [names.TIER]: tier }),
          ...(batch !== undefined && { [names.BATCH]: batch }),
        };
        call.attempts.set(attempt, open(`attempt ${event.agent}`, call.within, atMs, attributes));
        break;
      }
      case "call.requeued":
      case "call.retried": {
        const call = callOf(event);
        const isAway = event.type === "call.requeued";
        if (isAway) {
          const limiter = event.limiter === undefined ? {} : { [names.LIMITER]: event.limiter };
          counts.count("turnedAway", { ...call.of, ...limiter });
        }
        const how = {
          [names.CALL_END]: isAway ? "turned-away" : "failed",
          ...errorOf(event.error),
        };
        endAttempt(call, event.attempt, atMs, how, event);
        break;
      }
      case "call.succeeded": {
        const call = callOf(event);
        call.span.setAttributes(told(event.output));
        endCall(call, atMs, { [names.CALL_END]: "answered" }, event);
        break;
      }
      case "call.reused": {
        const call = callOf(event);
        const by = { [names.REUSED_BY]: event.by };
        counts.count("reused", { ...call.of, ...by });
        call.span.setAttributes(told(event.output));
        endCall(call, atMs, { [names.CALL_END]: "reused", ...by }, event);
        break;
      }
      case "call.failed": {
        const call = callOf(event);
        if (event.error.code === "BREAKER_OPEN") counts.count("breakerOpen", call.of);
        const how = { [names.CALL_END]: "failed", ...errorOf(event.error) };
        endCall(call, atMs, how, event, event.error);
        break;
      }
      case "call.late":
      case "call.abandoned":
      case "call.reported": {
        // The call's spans have ended, so the run's span gets it.
        const of = { [names.TEAM]: team, [names.AGENT]: event.agent, [names.ROLE]: event.role };
        if (event.role !== "team") counts.used(event, of);
        root.span.addEvent(`quorate.${event.type}`, {
          [names.CALL_ID]: event.callId,
          [names.ATTEMPT]: event.attempt,
        });
        break;
      }
      case "call.escalated":
        root.span.addEvent("quorate.call.escalated", {
          [names.CALL_ID]: event.callId,
          [names.VIA]: event.why,
        });
        break;
      case "call.skipped":
      case "call.checkpointed":
      case "call.progress":
      case "budget.overran":
      case "report.refused":
        break;
      default:
        event satisfies never;
    }
  }

  return {
    hear: hearOfCall,
    attempt: ({ callId, attempt }) => calls.get(callId)?.attempts.get(attempt),
    leave() {
      for (const call of calls.values()) {
        leaveQueue(call, call.queuedMs ?? 0);
        for (const { span: left } of call.attempts.values()) {
          if (call.place.role !== "team") counts.change("inFlight", -1, call.of);
          left.end();
        }
        call.span.setAttribute(names.CALL_END, "left").end();
      }
      calls.clear();
    },
  };
}
