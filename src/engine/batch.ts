import type { CallRequest } from "../call.ts";
import type { BatchOptions } from "../policy/batch.ts";
import { dispatch, type Dispatched } from "./dispatch.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/** Collects the calls of one agent, also of several runs, and makes one request of them. */
export interface Collector {
  /** As `dispatch`, together with others. */
  add(run: Run, seat: Seat, request: CallRequest): Promise<Dispatched>;
}

/** A collector for one seat. */
export function collector(_batch: Required<BatchOptions>): Collector {
  return { add: dispatch };
}
