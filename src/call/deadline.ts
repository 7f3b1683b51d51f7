import { QuorateError } from "../model/errors.ts";

const passed = new WeakSet<object>();

/** The reason with which all waits of a run are cancelled when its `deadlineMs` is over. */
export function deadlinePassed(where: string, deadlineMs: number): QuorateError {
  const error = new QuorateError(
    "TIMEOUT",
    `the run of ${where} reached its deadline of ${deadlineMs} ms`,
  );
  passed.add(error);
  return error;
}

/** The reason of a deadline, for a call that was still being tried again: with what it had failed before. */
export function deadlineAfter(reason: unknown, lastFailure: string | undefined): unknown {
  if (lastFailure === undefined || !(reason instanceof QuorateError)) return reason;
  const message = `${reason.message}; the attempt before had failed: ${lastFailure}`;
  const error = new QuorateError(reason.code, message, { cause: reason });
  passed.add(error);
  return error;
}

/** Whether a cancellation with this reason ends only the call, and its run continues. */
export function isDeadline(reason: unknown): boolean {
  return typeof reason === "object" && reason !== null && passed.has(reason);
}
