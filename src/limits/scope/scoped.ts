import type { WaitsFor } from "../../model/call-events.ts";
import type { Json } from "../../model/json.ts";
import type { AttemptReport, PermitRequest } from "../permit.ts";

/** What an attempt requests of what processes share, or holds of it. */
export interface Hold extends Pick<
  PermitRequest,
  "agent" | "usdMicros" | "modelName" | "tokens" | "lifeMs" | "goesOn"
> {
  /** Different for each permit of any process; begins with its `attempt` and a "/", if that is known. */
  readonly id: string;
  /** The attempt that it is for, if another process may continue it. */
  readonly attempt?: string | undefined;
}

/** What an attempt needs is not free. */
export interface NoRoom {
  /** After how many ms it may be; `Infinity` if only others can make room for it. */
  readonly waitMs: number;
  /** Whether it never will be as long as the permits with these ids are held. */
  readonly filledBy?: (ids: ReadonlySet<string>) => boolean;
}

/** How an attempt left: what it is charged, in micro-dollars, and how it ended, if it did. */
export interface Leaving {
  readonly chargedMicros: number;
  readonly result: AttemptReport | undefined;
  /** It was never made. */
  readonly discarded: boolean;
  /** The store may have kept this already: its answer was lost. */
  readonly again?: true;
}

/**
 * A limit that holds over all processes with one store, by its scope: what the store keeps under a key, and how that
 * changes. Its functions are pure; times are the store's, in ms since 1970.
 *
 * A permit expires `lifeMs` after it was taken or renewed: by then its attempt is over, or its process has died. Its slots are then free, and its
 * money counts as spent in full, because its result is unknown. If it is released after that, this is corrected.
 */
export interface Scoped {
  readonly key: string;
  /** What a waiting attempt waits for. */
  readonly waitsFor: WaitsFor;
  /** Whether waiting attempts are admitted by turns of their runs, and not by their arrival. */
  readonly fair: boolean;
  /**
   * The new value once an attempt holds its part, or that it has to wait. Throws if it never gets it. An attempt that
   * goes on in this process takes over what its earlier process held for it.
   */
  take(kept: Json | undefined, hold: Hold, nowMs: number): { readonly kept: Json } | NoRoom;
  /** The new value once an attempt holds nothing any more. */
  release(kept: Json | undefined, hold: Hold, leaving: Leaving, nowMs: number): Json | undefined;
  /**
   * The new value once an attempt holds its part for its whole life again. An expired permit holds it again, even if
   * others were admitted in the meantime: its attempt may still run.
   */
  renew(kept: Json | undefined, hold: Hold, nowMs: number): Json | undefined;
  /** The new value once a released attempt is charged more; `overran` is its agent if that is more than was reserved for it. */
  raise(kept: Json | undefined, moreMicros: number, overran: string | undefined): Json | undefined;
}

/** The id under which something is held for the attempt of `hold`, by any process. */
export function heldFor(held: object, { attempt }: Hold): string | undefined {
  if (attempt === undefined) return undefined;
  return Object.keys(held).find((id) => id.startsWith(`${attempt}/`));
}

/** The longest that a permit is kept for an attempt whose process may have died, in ms: for those without a timeout. */
const MAX_LIFE_MS = 86_400_000;

/** When a permit that is taken or renewed now expires, in ms since 1970. */
export function untilOf({ lifeMs }: Pick<Hold, "lifeMs">, nowMs: number): number {
  return nowMs + Math.min(lifeMs, MAX_LIFE_MS);
}
