import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { enter, enterNow, type WaitOptions } from "./admission.ts";
import { Permit, type PermitRequest } from "./permit.ts";

/**
 * Says when an attempt may start. Invariants:
 *
 * - Slots and money are taken in one step; a waiting attempt holds nothing, and a cancelled or refused attempt leaves
 *   nothing behind.
 * - Never more than a limit's concurrency hold its slots, no more attempts begin and no more tokens are used in a minute than it allows, and the sum of
 *   what is spent and what is reserved never exceeds a budget.
 * - Of the attempts that wait in one process, the oldest admissible one starts first; those of different runs take turns at a limiter with a name.
 * - An attempt that can start is admitted: a release, passing time, and the results of attempts wake those that wait.
 */
export interface Limiter {
  /**
   * Admits an attempt: returns its permit if there is room for it, else a promise of it. Rejects, or throws, with
   * `BUDGET_EXCEEDED`, `NO_BOUND`, `BREAKER_OPEN` or `DEADLOCK` if it never may start, and with the reason when cancelled.
   *
   * `waiting` says how it waits, if it has to: for which attempts, and what is called then.
   */
  acquire(
    request: PermitRequest,
    cancellation: Cancellation,
    waiting?: WaitOptions,
  ): Permit | Promise<Permit>;
  /** Like `acquire` if there is room for the attempt now; `undefined` if it would have to wait. */
  tryAcquire(request: PermitRequest): Permit | undefined | Promise<Permit | undefined>;
}

/** The limiter of one process. A limit counts for all limiters of the process: those with the same `Limit` share its slots. */
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
