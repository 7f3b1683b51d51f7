import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { enter, enterNow, type WaitOptions } from "./admission.ts";
import { Permit, type PermitRequest } from "./permit.ts";

/**
 * Says when an attempt may go. Invariants:
 *
 * - Slots and money are taken in one step; nothing is held while waiting, and nothing is left behind by an attempt that was cancelled or
 *   refused.
 * - Never more than a limit's concurrency hold its slots, no more attempts begin and no more tokens are used in a minute than it lets through, and what is
 *   spent and what is reserved under a budget never exceed it together.
 * - Of the attempts that wait in one process the oldest admissible one goes first; those of different runs take turns at a limiter with a name.
 * - An attempt that could go is admitted: a release, time that passes, and how attempts end wake those that wait.
 */
export interface Limiter {
  /**
   * Admits an attempt: answers with its permit where there is room for it, else with a promise of it. Rejects, or throws, with
   * `BUDGET_EXCEEDED`, `NO_BOUND`, `BREAKER_OPEN` or `DEADLOCK` where it never may go, and with the reason when cancelled.
   *
   * `waiting` says how it waits, where it does: for whom, and who is told.
   */
  acquire(
    request: PermitRequest,
    cancellation: Cancellation,
    waiting?: WaitOptions,
  ): Permit | Promise<Permit>;
  /** As `acquire` where there is room for the attempt now; `undefined` where it would have to wait. */
  tryAcquire(request: PermitRequest): Permit | undefined | Promise<Permit | undefined>;
}

/** The limiter of one process. A limit counts for all limiters of the process: whoever is given the same `Limit` shares its slots. */
export function localLimiter(clock: Clock): Limiter {
  return {
    acquire(request, cancellation, waiting) {
      const permit = new Permit(request, clock);
      const admitted = enter(permit, cancellation, waiting);
      return admitted === undefined ? permit : admitted.then(() => permit);
    },
    tryAcquire(request) {
      const permit = new Permit(request, clock);
      return enterNow(permit) ? permit : undefined;
    },
  };
}
