import type { CallPlace } from "../model/call-place.ts";
import type { AgentResult } from "../model/call.ts";
import type { RunEvent } from "../model/events.ts";
import type { History } from "../log/history.ts";
import { outcomeOf } from "../call/call-outcome.ts";
import type { Outcome } from "../model/outcome.ts";
import { endOf } from "../store/summary.ts";
import { put } from "../model/record.ts";
import type { Verdict } from "../model/verdict.ts";
import { answerIn, gatedTeam } from "../team/decide/gated-team.ts";
import { NOT_ROUTED } from "../team/coordinate/coordinate.ts";
import type { MadeCall } from "../team/coordinate/member.ts";
import { madeOf } from "../team/coordinate/member-result.ts";
import type { Team } from "../team/team.ts";

/** The outcome of a run as its log has it; `undefined` if it has none. Asks no agent. */
export function recordedOutcome({ members, gate }: Team, history: History): Outcome | undefined {
  const { runId, events } = history;
  const last = endOf(events);
  if (last?.type !== "run.finished") return undefined;
  // By subject: if one was decided again about other answers, the log has it twice.
  const verdicts = new Map<string, Verdict>();
  const results = new Map<string, AgentResult>();
  const places = new Map<string, CallPlace>();
  const saidAt = new Map<string, number>();
  for (const event of events) {
    if ("role" in event) places.set(event.callId, event);
    if (event.type === "verdict.reached" && event.team === undefined) {
      verdicts.set(event.verdict.subject, event.verdict);
    } else if (event.type === "call.skipped") {
      const { reason, detail } = event;
      results.set(event.callId, { status: "skipped", reason, detail });
      saidAt.set(event.callId, event.seq);
    } else if (event.type === "call.failed" && event.stopped === true) {
      // Earlier versions stopped agents that could no longer change a verdict.
      const { message: detail } = event.error;
      results.set(event.callId, { status: "skipped", reason: "early-stop", detail });
      saidAt.set(event.callId, event.seq);
    } else if (isAnswer(event) && event.redacted === true) {
      // No agent can continue it, so the history does not count it as an end; it was an answer all the same.
      results.set(event.callId, outcomeOf(event, () => undefined).result);
      saidAt.set(event.callId, event.seq);
    }
  }
  for (const { place, end } of history.calls()) {
    const { callId } = place;
    // With another description of the supervisor, an agent that had answered may have been skipped since.
    if (end !== undefined && end.seq > (saidAt.get(callId) ?? 0))
      results.set(callId, outcomeOf(end, () => undefined).result);
  }
  const { status, missing, bill, subjects = [...verdicts.keys()], further = [] } = last;
  const callsOf = new Map(further.map(({ agent, calls }) => [agent, calls]));
  const byAgent: Record<string, AgentResult> = {};
  for (const { name } of members) {
    const calls = (callsOf.get(name) ?? [name]).flatMap((callId): readonly MadeCall[] => {
      const [place, result] = [places.get(callId), results.get(callId)];
      return place === undefined || result === undefined
        ? []
        : [{ place, result, said: undefined }];
    });
    put<AgentResult>(byAgent, name, resultOf(calls));
  }
  const settled = subjects.flatMap((subject) => verdicts.get(subject) ?? []);
  const ended = { status, results: byAgent, verdicts: settled, missing };
  const gated = last.gate ?? gatedTeam({ members }, gate, ended);
  return {
    runId,
    status,
    results: byAgent,
    ...answerIn(settled, gated),
    verdicts: settled,
    missing,
    notices: history.notices.given(),
    bill,
  };
}

function isAnswer(
  event: RunEvent,
): event is Extract<RunEvent, { type: "call.succeeded" | "call.reused" }> {
  return event.type === "call.succeeded" || event.type === "call.reused";
}

function resultOf([first, ...others]: readonly MadeCall[]): AgentResult {
  if (first === undefined) return NOT_ROUTED;
  const calls = [first, ...others] as const;
  const stopped = calls.find(
    ({ result }) => result.status === "skipped" && result.reason === "early-stop",
  );
  const answered = calls.some(({ result }) => result.status === "ok");
  return stopped === undefined || answered ? madeOf(calls).result : stopped.result;
}
