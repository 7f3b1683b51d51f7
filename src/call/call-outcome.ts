import type { AgentResult } from "../model/call.ts";
import type { Assertions } from "../conflict/read-claims.ts";
import { errorFrom, QuorateError } from "../model/errors.ts";
import type { CallEnded } from "../log/call-state.ts";

/** The outcome of a call: its result, and what its answer says. */
export interface CallOutcome {
  readonly result: AgentResult;
  readonly said: Assertions | undefined;
}

/** The outcome of a call from the event that ended it. `read` reads the answer: the log keeps outputs, not what they say. */
export function outcomeOf(
  end: CallEnded,
  read: (output: unknown) => Assertions | undefined,
): CallOutcome {
  const { attempt: attempts, durationMs, cost } = end;
  const failed = (error: QuorateError): CallOutcome => ({
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
    // The agent now reads its own answers differently.
    if (error instanceof QuorateError) return failed(error);
    throw error;
  }
}
