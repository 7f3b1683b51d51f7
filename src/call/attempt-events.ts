import type { CallRequest, Cost, ModelCost } from "../model/call.ts";
import type { CallPlace } from "../model/call-place.ts";
import { errorFrom } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import { shown } from "../check/shown.ts";
import type { EventBody } from "../model/events.ts";
import { takeCheckpoint } from "../executor/checkpoint.ts";
import type { AttemptEvent } from "../executor/executor.ts";
import { spentSince, type Spent } from "../money/spent.ts";

/**
 * Whether an executor's event is new: an event that arrives twice counts once, by its number. Values that are not events, or have an impossible
 * number, come from foreign code and are ignored.
 */
export function isNew(event: AttemptEvent, heard: number): boolean {
  if (typeof event !== "object" || event === null) return false;
  const { seq } = event;
  return seq === undefined || (Number.isSafeInteger(seq) && seq > heard);
}

/** An attempt's failure, as it would have been thrown here. */
export function thrownBy(event: Extract<AttemptEvent, { readonly type: "failure" }>): unknown {
  if (!("error" in event)) return event.thrown;
  const { error, retryAfterMs } = event;
  try {
    const thrown = errorFrom(error);
    return retryAfterMs === undefined ? thrown : Object.assign(thrown, { retryAfterMs });
  } catch (cause) {
    hear([error, cause]);
    return new Error(`the executor reported a failure whose error is ${shown(error)}`, { cause });
  }
}

/** The place of an attempt, as its events have it. */
export function placeIn({ place, attempt }: CallRequest): CallPlace & { readonly attempt: number } {
  return { ...place, attempt };
}

/** An attempt's checkpoint, as the log keeps it; nothing if it cannot be kept. */
export function checkpointOf(call: CallRequest, value: unknown): readonly EventBody[] {
  try {
    const kept = takeCheckpoint(call.place.agent, value);
    return [{ type: "call.checkpointed", ...placeIn(call), value: kept }];
  } catch {
    // The agent that gave it has been told.
    return [];
  }
}

/** What is new about an attempt whose end was already reported. */
export interface News extends CallPlace {
  readonly attempt: number;
  /** What it has spent since then. */
  readonly cost?: Cost;
  readonly used?: readonly ModelCost[];
  /** What its call has been charged so far. */
  readonly charged?: number;
}

/** The same, for an attempt that has `spent` this much now, and `before` the earlier amount. */
export function newsOf(
  call: CallRequest,
  spent: Spent,
  before: Spent,
  charged: number | undefined,
): News {
  return {
    ...placeIn(call),
    ...spentSince(spent, before),
    ...(charged !== undefined && { charged }),
  };
}
