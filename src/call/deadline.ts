import { QuorateError } from "../model/errors.ts";

const passed = new WeakSet<object>();

/** What everything is told that a run still waits for when its `deadlineMs` is over. */
export function deadlinePassed(where: string, deadlineMs: number): QuorateError {
  const error = new QuorateError(
    "TIMEOUT",
    `the run of ${where} reached its deadline of ${deadlineMs} ms`,
  );
  passed.add(error);
  return error;
}

/** Whether what is cancelled with this reason ends by itself, and its run goes on. */
export function isDeadline(reason: unknown): boolean {
  return typeof reason === "object" && reason !== null && passed.has(reason);
}
