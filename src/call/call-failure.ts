import {
  describeThrown,
  errorRecord,
  isSoundError,
  QuorateError,
  type ErrorRecord,
} from "../model/errors.ts";
import { classify } from "../retry/classify-error.ts";

/** A call's last failure in the form of the log. A team around it asks whether it was permanent, also when the run is resumed. */
export function failureRecord(error: QuorateError, nowMs: number): ErrorRecord {
  const record = errorRecord(error);
  const isForGood = !classify(error, nowMs).retry;
  const saysSo = !classify(new QuorateError(error.code, ""), nowMs).retry;
  return isForGood && !saysSo ? { ...record, retryable: false } : record;
}

/** An attempt's failure, as the error that its caller gets. */
export function agentError(name: string, thrown: unknown): QuorateError {
  if (isSoundError(thrown)) return thrown;
  return new QuorateError("AGENT_FAILED", `${name} failed: ${describeThrown(thrown)}`, {
    cause: thrown,
  });
}
