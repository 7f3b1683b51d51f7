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

/** Whether a cancellation with this reason ends only the call, and its run continues. */
export function isDeadline(reason: unknown): boolean {
  return typeof reason === "object" && reason !== null && passed.has(reason);
}
