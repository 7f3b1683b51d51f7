import { trace, type Attributes, type SpanContext } from "@opentelemetry/api";
import type { TracedRun } from "../call/tracing.ts";
import { known } from "../model/call.ts";
import { isSoundError, type ErrorRecord } from "../model/errors.ts";
import { cut } from "../model/text.ts";
import type { Used } from "./metrics.ts";
import * as names from "./names.ts";

const MAX_CONTENT = 8_192;

export function runAttributes({ runId, supervisor, tenant, tags = {} }: TracedRun): Attributes {
  const { name, version } = supervisor;
  return {
    [names.OPERATION]: names.INVOKE_WORKFLOW,
    [names.AGENT]: name,
    ...(version !== undefined && { [names.VERSION]: version }),
    [names.RUN_ID]: runId,
    ...(tenant !== undefined && { [names.TENANT]: tenant }),
    ...Object.fromEntries(Object.entries(tags).map(([tag, text]) => [names.TAG + tag, text])),
  };
}

export function errorOf(error: ErrorRecord | undefined): Attributes {
  return error === undefined ? {} : { [names.ERROR]: error.code };
}

/** The code of the reason why a run stopped, without any of its content. */
export function codeOf(reason: unknown): string {
  return isSoundError(reason) ? reason.code : "_OTHER";
}

export function modelOf({ model }: Used): Attributes {
  return model === undefined ? {} : { [names.RESPONSE_MODEL]: model };
}

/** The known parts of what a call used; empty if nothing was reported. */
export function usageOf({ cost }: Used): Attributes {
  if (cost === undefined) return {};
  const tokens = [
    [names.INPUT_TOKENS, known(cost, "inputTokens")],
    [names.OUTPUT_TOKENS, known(cost, "outputTokens")],
    [names.CACHE_READ_TOKENS, cost.cachedInputTokens ?? 0],
    [names.CACHE_WRITE_TOKENS, cost.cacheWriteTokens ?? 0],
    [names.REASONING_TOKENS, cost.reasoningTokens ?? 0],
  ] as const;
  const isKnown = cost.usdMicros !== "unknown";
  return {
    ...Object.fromEntries(tokens.filter(([, count]) => count > 0)),
    ...(isKnown || known(cost, "usdMicros") > 0
      ? { [names.COST_USD]: known(cost, "usdMicros") / 1e6 }
      : {}),
    ...(!isKnown && { [names.COST_UNKNOWN]: true }),
  };
}

/** A value as the log has it; nothing if content is not recorded. */
export function contentIn(content: boolean, name: string, value: unknown): Attributes {
  if (!content || value === undefined) return {};
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return { [name]: cut(text, MAX_CONTENT) };
}

/** The message of an error, which may quote what an agent was asked. */
export function messageIn(content: boolean, { message }: ErrorRecord): { message?: string } {
  return content ? { message: cut(message, MAX_CONTENT) } : {};
}

export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string | undefined {
  if (!trace.isSpanContextValid({ traceId, spanId, traceFlags })) return undefined;
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}

export function spanContextOf(traceparent: string): SpanContext | undefined {
  const [, traceId = "", spanId = "", flags = "00"] = traceparent.split("-");
  const made = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return trace.isSpanContextValid(made) ? made : undefined;
}
