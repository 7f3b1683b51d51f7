import type { WaitsFor } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { AttemptReport, PermitRequest } from "./permit.ts";

/** What an attempt wants of what processes share, or holds of it. */
export interface Hold extends Pick<
  PermitRequest,
  "agent" | "usdMicros" | "modelName" | "tokens" | "lifeMs"
> {
  /** Another for each permit, of whatever process; begins with its `attempt` and a "/", where that is known. */
  readonly id: string;
  /** The attempt that it is for, where another process may go on with it. */
  readonly attempt?: string | undefined;
}

/** How an attempt left: what it is charged with, in micro-dollars, and how it ended, where it did. */
export interface Leaving {
  readonly chargedMicros: number;
  readonly result: AttemptReport | undefined;
  /** It was never made. */
  readonly discarded: boolean;
}

/**
 * A limit that holds over all processes that have one store, by its scope: what the store keeps under a key, and what becomes of
 * that. Its functions are pure; times are the store's, in ms since 1970.
 *
 * A permit expires `lifeMs` after it was taken or renewed: by then its attempt is over, or its process has died. Its slots are free then, and its
 * money counts as spent in full, as nobody knows what became of it. One that is released after that is put right.
 */
export interface Scoped {
  readonly key: string;
  /** What an attempt waits for that waits for it. */
  readonly waitsFor: WaitsFor;
  /** Whether attempts that wait for it are admitted by turns of their runs, and not by their arrival. */
  readonly fair: boolean;
  /** What is kept once an attempt holds its part, or how long it has to wait, in ms. Throws where it never gets it. */
  take(
    kept: Json | undefined,
    hold: Hold,
    nowMs: number,
  ): { readonly kept: Json } | { readonly waitMs: number };
  /** What is kept once an attempt holds nothing any more. */
  release(kept: Json | undefined, hold: Hold, leaving: Leaving, nowMs: number): Json | undefined;
  /**
   * What is kept once an attempt holds its part for its whole life again. One whose permit has expired holds it again, whoever was admitted
   * meanwhile: it may be at work.
   */
  renew(kept: Json | undefined, hold: Hold, nowMs: number): Json | undefined;
  /**
   * What is kept once an attempt that goes on in this process holds what the process before held for it; `undefined` where nothing is held for
   * it any more.
   */
  takeOver(kept: Json | undefined, hold: Hold, nowMs: number): Json | undefined;
  /** What is kept once an attempt that was released is charged with more; `overran` is its agent where that is more than was reserved for it. */
  raise(kept: Json | undefined, moreMicros: number, overran: string | undefined): Json | undefined;
}

/** The longest that a permit is kept for an attempt whose process may have died, in ms: for those without a timeout. */
const MAX_LIFE_MS = 86_400_000;

/** When a permit expires that is taken or renewed now, in ms since 1970. */
export function untilOf({ lifeMs }: Pick<Hold, "lifeMs">, nowMs: number): number {
  return nowMs + Math.min(lifeMs, MAX_LIFE_MS);
}
