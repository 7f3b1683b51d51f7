import {
  describeThrown,
  errorFrom,
  errorRecord,
  isSoundError,
  type ErrorRecord,
} from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import { classify } from "../../retry/classify-error.ts";
import { statusOf } from "../../retry/foreign-error.ts";
import type { RedactTape } from "./redact.ts";

/** An attempt's failure, as far as it matters for replaying. */
export interface KeptFailure {
  /** The whole record, for an error of this package. */
  readonly record?: ErrorRecord;
  readonly name?: string;
  readonly message?: string;
  readonly status?: number;
  readonly code?: string;
  /** Whether it was worth a retry. */
  readonly retry: boolean;
  readonly retryAfterMs?: number;
}

/** A failure in the form of a tape. */
export function keptFailure(thrown: unknown, redact: RedactTape): KeptFailure {
  const { retry, retryAfterMs } = classify(thrown, Date.now());
  const again = { retry, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (isSoundError(thrown)) {
    return redact({ record: errorRecord(thrown), ...again } as unknown as Json) as never;
  }
  const status = statusIn(thrown);
  const { name, code } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : {};
  return redact({
    ...(typeof name === "string" && { name }),
    message: describeThrown(thrown),
    ...(status !== undefined && { status }),
    ...(typeof code === "string" && { code }),
    ...again,
  }) as never;
}

function statusIn(thrown: unknown): number | undefined {
  try {
    return statusOf(Object(thrown));
  } catch {
    return undefined;
  }
}

/** The failure restored: with the same message and the same consequences. */
export function failureFrom({ record, retry, retryAfterMs, ...kept }: KeptFailure): Error {
  const { name = "Error", message = "it failed", status, code } = kept;
  const failure =
    record === undefined
      ? Object.assign(new Error(message), {
          name,
          ...(status !== undefined && { status }),
          ...(code !== undefined && { code }),
        })
      : errorFrom(record);
  if (retryAfterMs !== undefined) {
    Object.assign(failure, { retryAfterMs });
  }
  if (classify(failure, Date.now()).retry !== retry) Object.assign(failure, { retryable: retry });
  return failure;
}
