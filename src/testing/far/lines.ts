import type { AttemptRequest } from "../../executor/executor.ts";
import type { NumberedEvent } from "../../call/received-attempt.ts";
import type { ErrorRecord } from "../../model/errors.ts";

/** What a coordinator sends to a worker, as lines of JSON. */
export type ToWorker =
  | { readonly type: "start"; readonly request: AttemptRequest }
  /** Asks for the events after this number. The answer repeats `ask`. */
  | {
      readonly type: "attach";
      readonly attemptId: string;
      readonly after: number;
      readonly ask: number;
    }
  | { readonly type: "cancel"; readonly attemptId: string; readonly reason: ErrorRecord };

/** What a worker sends back. */
export type FromWorker =
  | { readonly type: "event"; readonly attemptId: string; readonly event: NumberedEvent }
  | { readonly type: "attached"; readonly ask: number; readonly isThere: boolean };
