import type { CallRequest } from "../model/call.ts";
import type { AttemptRequest, Executor } from "../executor/executor.ts";
import type { Scoped } from "../limits/scope/scoped.ts";
import { sha256 } from "../model/hash.ts";
import type { CallAttempt } from "./attempt.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";
import type { RunTracing } from "./tracing.ts";

/**
 * The id of an attempt. The position of its `call.started` in the log is enough to distinguish it from all others of the store, except those that
 * continue after their run has ended.
 */
export function attemptIdOf({ runId, callId, attempt }: CallRequest, startedSeq: number): string {
  // No two ids are equal: the first "/" ends that of the run, the last "#" that of the call.
  return `${encodeURIComponent(runId)}/${callId}#${attempt}.${startedSeq}`;
}

/** For what its permit is held, if another process may continue it: before it is recorded it has no id. */
export function holderOf(
  { runId, callId, attempt }: CallRequest,
  { attach }: Executor,
  scoped: readonly Scoped[],
): string | undefined {
  if (attach === undefined || scoped.length === 0) return undefined;
  return sha256(JSON.stringify([runId, callId, attempt]));
}

/** An attempt in the form that another machine needs. */
export function attemptRequest(
  { attemptId, idempotencyKey, call, maxUsdMicros }: CallAttempt,
  { limits, modelName }: ConfiguredAgent,
  tracing: RunTracing | undefined,
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
    traceparent: tracing?.traceparentOf(call) ?? traceparentOf(call.runId, attemptId),
  };
}

/** In W3C format: version, trace, span, sampled. For an untraced run: a tracer that reads its log makes the same ids. */
function traceparentOf(runId: string, attemptId: string): string {
  return `00-${hexOf(runId, 16)}-${hexOf(attemptId, 8)}-01`;
}

function hexOf(text: string, bytes: number): string {
  return Buffer.from(sha256(text), "base64url").toString("hex", 0, bytes);
}
