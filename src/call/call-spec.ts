import type { CallPlace } from "../model/call-place.ts";
import type { CallRequest } from "../model/call.ts";
import type { CallState } from "../log/call-state.ts";
import type { CheckedInputs, InputMap } from "./input.ts";

/** What an agent or a team is asked. */
export interface CallSpec {
  readonly place: CallPlace;
  readonly task: unknown;
  readonly results: CallRequest["results"];
  /** Makes the input from the task. */
  readonly map?: InputMap | undefined;
  /** The task as the schemas have already parsed it; not what `map` makes of it. */
  readonly checked?: CheckedInputs | undefined;
  /** The task is not the run's own: it was made from that, and perhaps from what others have said. */
  readonly derived?: boolean | undefined;
  /** A resolver or a comparator asks: the task is made from what all members have said. */
  readonly judged?: boolean | undefined;
  /** Whether the call may wait for a person. A judge's may not, because its question would have to wait, too. */
  readonly canWait?: boolean;
  /** For a fallback: the errors of the agents that were asked before it. */
  readonly failed?: CallRequest["failed"] | undefined;
  /** For an agent that is asked once more: what others hold. */
  readonly others?: CallRequest["others"] | undefined;
}

/** A call that is ready to be made. */
export interface PreparedCall {
  readonly spec: CallSpec;
  readonly input: unknown;
  /** Identifies it by its content; `undefined` in a run without keys. */
  readonly key: string | undefined;
  /** What the log says about it. Its key there may differ if the content is known to be the same by other means. */
  readonly state: CallState;
}
