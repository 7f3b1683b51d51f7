import { placeOf } from "../src/model/call-place.ts";
import { UNKNOWN_COST } from "../src/model/call.ts";
import type { Cost, RunEvent } from "../src/index.ts";
import { evolve, newCall, type CallEvent, type CallState } from "../src/log/call-state.ts";
import { decide, type AttemptResult } from "../src/call/decide-attempt.ts";
import { PLAIN_AGENT } from "../src/call/configured-agent.ts";
import { errorFrom } from "../src/model/errors.ts";
import { DEFAULT_LIMITS } from "../src/describe/limits.ts";

type LoggedCallEvent = Extract<RunEvent, CallEvent>;

/** A call before and after each of its events in a log. */
interface Step {
  readonly event: LoggedCallEvent;
  readonly before: CallState;
  readonly after: CallState;
}

function* steps(events: readonly RunEvent[]): Generator<Step> {
  const states = new Map<string, CallState>();
  for (const event of events) {
    if (!isOfCall(event)) continue;
    const known = states.get(event.callId);
    const key = "key" in event ? event.key : undefined;
    const same = known !== undefined && (key === undefined || known.key === key);
    const before = same ? known : newCall(placeOf(event), key);
    const after = evolve(before, event);
    states.set(event.callId, after);
    yield { event, before, after };
  }
}

function isOfCall(event: RunEvent): event is LoggedCallEvent {
  return (
    event.type.startsWith("call.") &&
    event.type !== "call.skipped" &&
    event.type !== "call.escalated" &&
    event.type !== "call.queued" &&
    !(event.type === "call.reused" && event.redacted === true)
  );
}

/** A state as text. With which event an attempt began is the log's to say: it is asked of one that is in doubt, and of no other. */
function withoutStart({ startedSeq: _startedSeq, ...state }: CallState): string {
  return JSON.stringify(state);
}

/**
 * Where a log has something else than `decide` says of attempts that ended just so, at agents and teams that repeat a failed one as
 * often as `retriesOf` says.
 */
export function decisionFaults(
  events: readonly RunEvent[],
  retriesOf: (callId: string) => number,
): readonly string[] {
  const faults: string[] = [];
  /** Calls as they were when their last attempt was to begin. */
  const starts = new Map<string, CallState>();
  for (const { event, before, after } of steps(events)) {
    if (event.type === "call.started") starts.set(event.callId, before);
    const result = resultOf(event, before);
    if (result === undefined) continue;
    const state = before.phase === "begun" ? (starts.get(event.callId) ?? before) : before;
    const callee = {
      ...PLAIN_AGENT,
      agent: { name: event.agent },
      limits: { ...DEFAULT_LIMITS, retries: retriesOf(event.callId) },
    };
    const { durationMs = 0, charged } = event as { durationMs?: number; charged?: number };
    const moment = { nowMs: event.atMs, durationMs, charged, jitter: 1 };
    const decision = decide(state, callee, result, {
      ...moment,
      cancelled: undefined,
      isLast: false,
    });
    const [recorded, decided] = [inShort(event), inShort(decision.events[0])];
    if (recorded !== decided) faults.push(`${decided} is decided, and recorded is ${recorded}`);
    // This event alone takes a call that runs to its next attempt.
    if (withoutStart(evolve(state, event)) !== withoutStart(after)) {
      faults.push(`${recorded} does not say all of its attempt`);
    }
  }
  return faults;
}

/** What an attempt must have come to that such an event was recorded of. */
function resultOf(event: LoggedCallEvent, { phase }: CallState): AttemptResult | undefined {
  const { cost = UNKNOWN_COST } = event as { readonly cost?: Cost };
  const ended = { startedMs: 0, endedMs: 0, cost, total: cost };
  switch (event.type) {
    case "call.succeeded":
      return { ok: true, accepted: { output: event.output, said: undefined }, ...ended };
    case "call.requeued": {
      const { waitMs } = event;
      return { ok: false, error: errorFrom(event.error), requeue: { waitMs }, ...ended };
    }
    case "call.retried":
      return { ok: false, error: errorFrom(event.error), ...ended };
    case "call.failed": {
      const error = errorFrom(event.error);
      return phase === "begun"
        ? { ok: false, error, ...ended }
        : { ok: false, asked: false, error };
    }
    default:
      return undefined;
  }
}

/** What both a recorded and a decided event say, but for times. */
function inShort(event: object | undefined): string {
  const { type, callId, agent, attempt, output, cost, charged } = Object(event) as Partial<
    Extract<LoggedCallEvent, { type: "call.succeeded" }>
  >;
  return JSON.stringify({ type, callId, agent, attempt, output, cost, charged });
}
