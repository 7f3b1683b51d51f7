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
 * Whether an executor tells something new: what it tells twice is heard once, by its number. What is no event, or has a number that cannot
 * be one, comes from foreign code and is not heard.
 */
export function isNew(event: AttemptEvent, heard: number): boolean {
  if (typeof event !== "object" || event === null) return false;
  const { seq } = event;
  return seq === undefined || (Number.isSafeInteger(seq) && seq > heard);
}

/** What an attempt failed with, as it would have been thrown here. */
export function thrownBy(event: Extract<AttemptEvent, { readonly type: "failure" }>): unknown {
  if (!("error" in event)) return event.thrown;
  const { error, retryAfterMs } = event;
  try {
    const thrown = errorFrom(error);
    return retryAfterMs === undefined ? thrown : Object.assign(thrown, { retryAfterMs });
  } catch (cause) {
    hear([error, cause]);
    return new Error(`the executor told of a failure whose error is ${shown(error)}`, { cause });
  }
}

/** Where an attempt stands, as its events have it. */
export function placeIn({ place, attempt }: CallRequest): CallPlace & { readonly attempt: number } {
  return { ...place, attempt };
}

/** What an attempt says of how far it is, as the log keeps it; nothing where it cannot. */
export function checkpointOf(call: CallRequest, value: unknown): readonly EventBody[] {
  try {
    const kept = takeCheckpoint(call.place.agent, value);
    return [{ type: "call.checkpointed", ...placeIn(call), value: kept }];
  } catch {
    // Who handed it in has been told.
    return [];
  }
}

/** What there is to say of an attempt whose end was told before. */
export interface News extends CallPlace {
  readonly attempt: number;
  /** What it has spent since then. */
  readonly cost?: Cost;
  readonly used?: readonly ModelCost[];
  /** What its call is charged with by now. */
  readonly charged?: number;
}

/** The same, of an attempt that has `spent` so much now, and had spent so much `before`. */
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
