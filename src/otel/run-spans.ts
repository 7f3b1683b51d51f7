import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Tracer,
} from "@opentelemetry/api";
import type { RunTracing, TracedRun } from "../call/tracing.ts";
import type { LiveEvent } from "../model/events.ts";
import { codeOf, contentIn, runAttributes, spanContextOf, traceparentOf } from "./attributes.ts";
import { callSpans, type OpenSpan } from "./call-spans.ts";
import type { Instruments } from "./metrics.ts";
import * as names from "./names.ts";

/** What the runs of one supervisor are traced with. */
export interface TracedWith {
  readonly tracer: Tracer;
  readonly counts: Instruments;
  /** Whether tasks, answers, subjects and messages are recorded, as the log has them: without secrets. */
  readonly content: boolean;
}

/**
 * The spans of one run:
 *
 *     invoke_workflow TEAM            from when the run begins in this process until it has ended or waits
 *       invoke_agent AGENT            a call, from when it waits for its permit; a judge's too
 *         attempt AGENT               from when the agent gets it; the agent works in this context
 *       invoke_workflow TEAM          the call of a nested team, with its agents' spans under its attempts
 */
export function runSpans(run: TracedRun, { tracer, counts, content }: TracedWith): RunTracing {
  const { supervisor, earlier } = run;
  const team = supervisor.name;
  const before = earlier === undefined ? undefined : spanContextOf(earlier);
  const around = context.active();
  const span = tracer.startSpan(
    `${names.INVOKE_WORKFLOW} ${team}`,
    {
      kind: SpanKind.INTERNAL,
      attributes: runAttributes(run),
      ...(before !== undefined && { links: [{ context: before }] }),
    },
    around,
  );
  const root: OpenSpan = { span, within: trace.setSpan(around, span), sinceMs: Date.now() };
  const calls = callSpans({ runId: run.runId, team, root, tracer, counts, content });
  const beganMs = performance.now();
  let conflicts = 0;
  let status = "interrupted";
  let ended = false;
  counts.change("runs", 1, { [names.TEAM]: team });

  const told = (name: string, value: unknown): Attributes => contentIn(content, name, value);

  function hear(event: LiveEvent): void {
    if (ended) return;
    switch (event.type) {
      case "run.started":
        if (content) span.setAttributes(told(names.INPUT, event.input));
        break;
      case "run.resumed":
        span.setAttribute(names.RESUMED, true);
        break;
      case "run.planned":
      case "panel.explored":
      case "judge.instructed":
      case "person.decided":
        break;
      case "conflict.found":
        conflicts++;
        counts.count("conflicts", {
          [names.TEAM]: team,
          [names.SUBJECT_KIND]: event.conflict.kind,
        });
        break;
      case "verdict.reached": {
        const { kind, status: reached, by, confidence, subject, winner, reasoning } = event.verdict;
        const how = {
          [names.SUBJECT_KIND]: kind,
          [names.VERDICT_STATUS]: reached,
          ...(by !== null && { [names.VERDICT_BY]: by }),
        };
        counts.count("verdicts", { [names.TEAM]: team, ...how });
        span.addEvent("quorate.verdict", {
          ...how,
          [names.VERDICT_CONFIDENCE]: confidence,
          ...told(names.SUBJECT, subject),
          ...told(names.WINNER, winner),
          ...told(names.REASONING, reasoning),
        });
        break;
      }
      case "notices.given":
        for (const { code } of event.notices)
          span.addEvent("quorate.notice", { [names.NOTICE]: code });
        break;
      case "run.waiting":
        status = "waiting";
        break;
      case "run.finished":
        status = event.status;
        if (event.gate !== undefined && event.gate.passed !== null) {
          span.setAttribute(names.PASSED, event.gate.passed);
        }
        break;
      case "run.cancelled":
        status = "cancelled";
        break;
      default:
        calls.hear(event);
    }
  }

  return {
    traceparent: traceparentOf(span.spanContext()),
    hear,
    traceparentOf: (one) => traceparentOf((calls.attempt(one) ?? root).span.spanContext()),
    within: (one, work) => context.with((calls.attempt(one) ?? root).within, work),
    end(failed) {
      if (ended) return;
      ended = true;
      calls.leave();
      const error = failed === undefined ? {} : { [names.ERROR]: codeOf(failed.reason) };
      counts.change("runs", -1, { [names.TEAM]: team });
      const how = { [names.RUN_STATUS]: status, ...error };
      counts.took("run", performance.now() - beganMs, { [names.TEAM]: team, ...how });
      span.setAttributes({ ...how, [names.CONFLICTS]: conflicts });
      if (failed !== undefined && status !== "cancelled")
        span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
