import type { AttemptRequest } from "../../executor/executor.ts";
import type { NumberedEvent } from "../../call/received-attempt.ts";
import type { ErrorRecord } from "../../model/errors.ts";

/** What a coordinator sends to a worker: a line of JSON each. */
export type ToWorker =
  | { readonly type: "start"; readonly request: AttemptRequest }
  /** Asks for what came after the event of that number. `ask` is repeated in the answer. */
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
