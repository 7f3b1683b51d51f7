import { scopeOf, type TeamPlace } from "../../model/call-place.ts";
import type { EscalationReason, WaitsFor } from "../../model/call-events.ts";
import type { LiveEvent } from "../../model/events.ts";
import { summarize, failureText, positionText } from "./summarize.ts";
import { CHANGED, forkText } from "./fork-origin.ts";
import { callName } from "./call-name.ts";
import { money, moneyOr } from "../../report/money.ts";
import { count, duration } from "../../report/quantities.ts";
import { safeText } from "./safe-text.ts";

const REASONS: Readonly<Record<EscalationReason, string>> = {
  "schema-fail": "failed its schema",
  output: "is in doubt by its own answer",
  conflict: "is contradicted",
  "low-margin": "is on a narrow vote",
  failed: "failed",
  rerun: "is to hear the others",
};

/** One event in a few words, on one line and safe to print. */
export function eventText(event: LiveEvent): string {
  switch (event.type) {
    case "run.started":
      return `${safeText(event.supervisor.name)}: run ${safeText(event.runId)}${event.forkOf === undefined ? "" : `, ${forkText(event.forkOf)}`}`;
    case "run.resumed":
      return event.changed ? `run resumed; ${CHANGED}` : "run resumed";
    case "run.planned": {
      const how = event.mode === "sequence" ? "one after another" : "in parallel";
      return `${teamOf(event)}asking ${count(event.agents.length, "agent")}${event.agents.length > 1 ? ` ${how}` : ""}`;
    }
    case "call.queued":
      return `${callName(event)} waits for ${waitText(event.waitsFor)}`;
    case "call.started":
      return `${callName(event)} started${event.attempt > 1 ? ` again (attempt ${event.attempt})` : ""}`;
    case "call.checkpointed":
      return `${callName(event)} says how far it is: ${summarize(event.value)}`;
    case "call.retried":
      return `${callName(event)} asked again in ${duration(event.waitMs)}: ${failureText(event.agent, event.error.message)}`;
    case "call.requeued":
      return `${callName(event)} told to come later${event.limiter === undefined ? "" : ` by ${safeText(event.limiter)}`}; queues again in ${duration(event.waitMs)}: ${failureText(event.agent, event.error.message)}`;
    case "budget.overran":
      return `${callName(event)} cost ${moneyOr(event.cost.usdMicros)}, more than the ${money(event.reserved)} that it may: nothing new begins under that budget`;
    case "call.succeeded":
      return `${callName(event)} answered in ${duration(event.durationMs)}: ${summarize(event.output)}`;
    case "call.reused":
      return event.by === "joined"
        ? `${callName(event)} shares an answer with run ${safeText(event.from.runId)}: ${summarize(event.output)}`
        : `${callName(event)} answered before, in run ${safeText(event.from.runId)}: ${summarize(event.output)}`;
    case "call.escalated":
      return event.next === undefined
        ? `${callName(event)} stands: ${safeText(event.detail ?? event.why)}`
        : `${callName(event)} ${REASONS[event.why]}: asking ${safeText(event.next)}`;
    case "call.failed":
      if (event.stopped === true)
        return `${callName(event)} stopped: ${safeText(event.error.message)}`;
      return `${callName(event)} failed after ${duration(event.durationMs)}: ${failureText(event.agent, event.error.message)}`;
    case "call.skipped":
      return `${callName(event)} skipped: ${safeText(event.detail)}`;
    case "call.late":
      return `${callName(event)} ${event.settled} too late (attempt ${event.attempt}); not counted`;
    case "call.abandoned":
      return `${callName(event)} did not stop when told to (attempt ${event.attempt}); left behind`;
    case "call.reported":
      return `${callName(event)} reported more of what it used (attempt ${event.attempt})`;
    case "call.progress":
      return `${callName(event)}: ${summarize(event.value)}`;
    case "report.refused":
      return `${callName(event)} reported what it used in a form that cannot be read: it ${safeText(event.detail)}`;
    case "judge.instructed":
      return `${teamOf(event)}${safeText(event.judge)} is told what to go by: ${safeText(event.instructions)}`;
    case "notices.given":
      return `${teamOf(event)}${event.notices.length === 0 ? "no notice any more" : event.notices.map(({ level, message }) => `${level}: ${safeText(message)}`).join("; ")}`;
    case "panel.explored":
      return `${teamOf(event)}asked to learn from: ${event.calls.map(safeText).join(", ")}`;
    case "conflict.found":
      return `${teamOf(event)}disagreement about ${safeText(event.conflict.subject)}`;
    case "verdict.reached": {
      const { subject, winner, status, by } = event.verdict;
      const what =
        winner === null
          ? status
          : `${positionText(winner)}, ${status}${status === "decided" && by !== null ? ` by ${safeText(by)}` : ""}`;
      return `${teamOf(event)}verdict: ${what}: ${safeText(subject)}`;
    }
    case "run.waiting":
      return `waiting for a person: ${event.verdicts.map(({ verdict }) => safeText(verdict.subject)).join("; ")}`;
    case "person.decided":
      return `${teamOf(event)}${safeText(event.by ?? "a person")} decided: ${positionText(event.winner)}: ${safeText(event.subject)}`;
    case "run.finished":
      return `run ${event.status}`;
    case "run.cancelled":
      return `run cancelled: ${safeText(event.reason)}`;
  }
}

function teamOf(event: TeamPlace): string {
  return event.team === undefined ? "" : `${safeText(scopeOf(event))}: `;
}

/** For what an attempt queues. */
export function waitText({ kind, name }: WaitsFor): string {
  const of = safeText(name);
  if (kind === "concurrency") return `a slot of ${of}`;
  return kind === "limiter" ? `the limiter ${of}` : `money under the budget of ${of}`;
}
