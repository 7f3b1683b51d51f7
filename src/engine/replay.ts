import type { Answered, Failed } from "../call.ts";
import type { Said } from "../conflict/said.ts";
import { errorFrom, QuorateError } from "../errors.ts";
import type { RecordedEnd } from "./call-record.ts";

/** How a call ended, and what its answer says. */
export interface Performed {
  readonly result: Answered | Failed;
  readonly said: Said | undefined;
}

/** A call as the log says it ended. `read` reads the answer: the log keeps outputs, not what they say. */
export function replayed(end: RecordedEnd, read: (output: unknown) => Said | undefined): Performed {
  const { attempt: attempts, durationMs, cost } = end;
  const failed = (error: QuorateError): Performed => ({
    result: { status: "failed", error, attempts, durationMs, cost },
    said: undefined,
  });
  if (end.type === "call.failed") return failed(errorFrom(end.error));
  const { output } = end;
  try {
    const result = { status: "ok", output, attempts, durationMs, cost } as const;
    const reused = end.type === "call.reused" ? end.by : undefined;
    return {
      result: reused === undefined ? result : { ...result, reused },
      said: read(output),
    };
  } catch (error) {
    // The agent's way of reading its own answers has changed since.
    if (error instanceof QuorateError) return failed(error);
    throw error;
  }
}
