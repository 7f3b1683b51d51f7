import type { CallRequest } from "../model/call.ts";
import type { Attempt, AttemptRequest, Executor } from "../executor/executor.ts";
import type { Scoped } from "../limits/scoped.ts";
import { sha256 } from "../model/hash.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/**
 * The id of an attempt: where its `call.started` stands in the log is enough to tell it from all others of the store, but for those that
 * go on when their run has ended.
 */
export function attemptIdOf({ runId, callId, attempt }: CallRequest, startedSeq: number): string {
  // No two ids look the same: the first "/" ends that of the run, the last "#" that of the call.
  return `${encodeURIComponent(runId)}/${callId}#${attempt}.${startedSeq}`;
}

/** What its permit is held for, where another process may go on with it: before it is recorded it has no id. */
export function holderOf(
  { runId, callId, attempt }: CallRequest,
  { attach }: Executor,
  scoped: readonly Scoped[],
): string | undefined {
  if (attach === undefined || scoped.length === 0) return undefined;
  return sha256(JSON.stringify([runId, callId, attempt]));
}

/** What else is known of an attempt. */
interface Known {
  readonly maxUsdMicros: number | undefined;
  readonly traceparent: string | undefined;
}

/** An attempt as another machine needs it. */
export function attemptRequest(
  { attemptId, idempotencyKey, call }: Attempt,
  { limits, modelName }: ConfiguredAgent,
  { maxUsdMicros, traceparent }: Known,
): AttemptRequest {
  const { timeoutMs, graceMs, maxBytes } = limits;
  return {
    ...call,
    attemptId,
    idempotencyKey,
    ...(timeoutMs !== Infinity && { timeoutMs }),
    graceMs,
    maxBytes,
    ...(modelName !== undefined && { model: modelName }),
    ...(maxUsdMicros !== undefined && { maxUsdMicros }),
    traceparent: traceparent ?? traceparentOf(call.runId, attemptId),
  };
}

/** As the W3C has it: version, trace, span, sampled. Of a run that nobody traces: whoever does so by its log makes the same ids. */
function traceparentOf(runId: string, attemptId: string): string {
  return `00-${hexOf(runId, 16)}-${hexOf(attemptId, 8)}-01`;
}

function hexOf(text: string, bytes: number): string {
  return Buffer.from(sha256(text), "base64url").toString("hex", 0, bytes);
}
