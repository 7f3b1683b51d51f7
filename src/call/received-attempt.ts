import { errorRecord, type ErrorRecord } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import { takeJson } from "../model/json.ts";
import type { Attempt, AttemptEvent, AttemptRequest } from "../executor/executor.ts";
import { classify } from "../retry/classify-error.ts";
import { takeOutput } from "./accept.ts";
import { isNew } from "./attempt-events.ts";
import { agentError, failureRecord } from "./call-failure.ts";

/** An event in the form for another process: numbered JSON. */
export type NumberedEvent = AttemptEvent & { readonly seq: number };

/** An attempt in the process that carries it out, which is not that of its run: its executor gets this. */
export interface ReceivedAttempt extends Attempt {
  /** Nothing waits for it any more. Its executor may still report events. */
  cancel(reason: unknown): void;
}

/** The attempt of a request. Its events are passed to `tell` as JSON, numbered from 1. */
export function receivedAttempt(
  request: AttemptRequest,
  tell: (event: NumberedEvent) => void,
): ReceivedAttempt {
  const { attemptId, idempotencyKey } = request;
  let seq = 0;
  const received: Omit<ReceivedAttempt, "cancelled"> & { cancelled: Attempt["cancelled"] } = {
    attemptId,
    idempotencyKey,
    call: request,
    heard: 0,
    cancelled: undefined,
    cancel(reason) {
      received.cancelled ??= { reason };
    },
    hear(event) {
      if (!isNew(event, 0)) return;
      const sent = asJson(event, request);
      if (sent !== undefined) tell({ ...sent, seq: ++seq });
    },
    toJSON: () => request,
  };
  return received;
}

/** The JSON form of an event; nothing if it could not be read. An answer that is not JSON, or too large, is refused before it is sent. */
function asJson(
  event: AttemptEvent,
  { place, maxBytes }: AttemptRequest,
): AttemptEvent | undefined {
  const more = "stopped" in event ? { stopped: true as const } : {};
  switch (event.type) {
    case "report": {
      const taken = takeJson(event.usage, MAX_REPORT_BYTES);
      if (taken.fault !== undefined) return undefined;
      return { ...event, usage: taken.value as typeof event.usage };
    }
    case "progress": {
      const taken = takeJson(event.value, maxBytes);
      return taken.fault === undefined ? { ...event, value: taken.value } : undefined;
    }
    case "answer":
      try {
        return { ...event, output: takeOutput(place.agent, event.output, maxBytes) };
      } catch (thrown) {
        return failureOf(place.agent, thrown, more);
      }
    case "failure":
      return "error" in event ? event : failureOf(place.agent, event.thrown, more);
    case "started":
      return { type: "started" };
    case "checkpoint":
    case "stopped":
      return event;
  }
}

const MAX_REPORT_BYTES = 64 * 1024;

function failureOf(
  agent: string,
  thrown: unknown,
  more: { readonly stopped?: true },
): AttemptEvent {
  hear(thrown);
  const nowMs = Date.now();
  const { retryAfterMs } = classify(thrown, nowMs);
  return {
    type: "failure",
    error: failureRecord(agentError(agent, thrown), nowMs),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...more,
  };
}

/** Why an attempt is cancelled, in the form for another process. */
export function reasonAsJson(agent: string, reason: unknown): ErrorRecord {
  return errorRecord(agentError(agent, reason));
}
