import type { Cancellation } from "../../async/cancellation.ts";
import type { Clock } from "../../async/clock.ts";
import { orGivenUp } from "../../async/or-given-up.ts";
import type { QuorateError } from "../../model/errors.ts";
import type { WaitsFor } from "../../model/call-events.ts";
import type { Values } from "../../store/values.ts";
import { enter, enterNow, nextArrival, type WaitOptions } from "../admission.ts";
import { holdersHere } from "../deadlock.ts";
import { localLimiter, type Limiter } from "../limiter.ts";
import { Permit, type PermitRequest } from "../permit.ts";
import { PartInStore, type Closed, type Passage } from "./part-in-store.ts";
import type { ScopeQueues } from "./scope-queue.ts";

export interface StoreLimiterOptions {
  readonly values: Values;
  readonly clock: Clock;
  /** Where attempts of this process wait for limits that are kept in the store. */
  readonly queues: ScopeQueues;
  /** Called when the store fails; returns the error for the attempt. */
  readonly failed: (cause: unknown) => QuorateError;
}

/** Makes the limiter of a run. */
export type MakeLimiter = (options: StoreLimiterOptions) => Limiter;

/**
 * The limiter of processes with one store: scoped limits are kept there, and all others belong to the local limiter. An attempt that passes
 * here takes its part of every scope in one step of the store; if one of them has no room, it gives everything back and waits in
 * that scope's queue of this process.
 */
export function storeLimiter(options: StoreLimiterOptions): Limiter {
  const local = localLimiter(options.clock);
  // Most runs have no scoped limits.
  let made: Limiter | undefined;
  const inStore = (): Limiter => (made ??= scopedLimiter(options));
  return {
    acquire(request, cancellation, waiting) {
      const limiter = request.scoped.length === 0 ? local : inStore();
      return limiter.acquire(request, cancellation, waiting);
    },
    tryAcquire(request) {
      return (request.scoped.length === 0 ? local : inStore()).tryAcquire(request);
    },
  };
}

/** The limiter for requests that have scoped limits. */
function scopedLimiter({ values, clock, queues, failed }: StoreLimiterOptions): Limiter {
  async function acquire(
    request: PermitRequest,
    cancellation: Cancellation,
    given?: WaitOptions,
  ): Promise<Permit> {
    const passage = passageOf(request);
    try {
      return await acquireOn(passage, request, cancellation, given);
    } catch (error) {
      passage.leave();
      throw error;
    }
  }

  async function acquireOn(
    passage: Passage,
    request: PermitRequest,
    cancellation: Cancellation,
    given: WaitOptions = {},
  ): Promise<Permit> {
    const { fronts, limits } = passage;
    let waiting: WaitOptions = {
      holders: given.holders ?? holdersHere(),
      arrival: nextArrival(),
      queued: told,
    };
    function told(waitsFor: WaitsFor): void {
      // If it waits again, that is the same wait.
      waiting = { ...waiting, queued: undefined };
      // Another limiter with the same scope may have another name.
      const at = fronts.findIndex(({ limit }) => limit.waitsFor === waitsFor);
      given.queued?.(request.scoped[at]?.waitsFor ?? waitsFor);
    }
    if (request.goesOn === true) {
      // Before it waits here, so that no other attempt takes what is held for it.
      const part = partOf(request, passage);
      const closed = await takeInTime(part, cancellation);
      if (closed === undefined) return inOwnLimits(part, request, cancellation, waiting);
    }
    let permit = new Permit(request, clock, limits);
    let admitted = enter(permit, cancellation, waiting);
    for (;;) {
      if (admitted !== undefined) await admitted;
      const part = partOf(request, passage);
      const releases = fronts.map((front) => front.releases);
      const closed = await orDiscarded(permit, takeInTime(part, cancellation));
      if (closed === undefined) {
        if (cancellation.cancelled) {
          void permit.discard();
          await part.giveBack();
          throw cancellation.reason;
        }
        part.keepIn(permit);
        return permit;
      }
      const { index } = closed;
      fronts[index]?.refused(releases[index] ?? 0, request, closed, clock);
      const tried = permit;
      try {
        // It stands in its place again before others may pass.
        permit = new Permit(request, clock, limits);
        admitted = enter(permit, cancellation, waiting);
      } finally {
        void tried.discard();
      }
    }
  }

  /** Takes this process's own limits, in addition to a part that is held already. */
  async function inOwnLimits(
    part: PartInStore,
    request: PermitRequest,
    cancellation: Cancellation,
    waiting: WaitOptions,
  ): Promise<Permit> {
    const permit = new Permit(request, clock);
    try {
      await enter(permit, cancellation, waiting);
    } catch (error) {
      void part.giveBack().catch(() => {});
      throw error;
    }
    permit.elsewhere = part;
    return permit;
  }

  async function tryAcquire(request: PermitRequest): Promise<Permit | undefined> {
    const passage = passageOf(request);
    let permit: Permit | undefined;
    try {
      permit = await tryAcquireOn(passage, request);
    } finally {
      if (permit === undefined) passage.leave();
    }
    return permit;
  }

  async function tryAcquireOn(
    passage: Passage,
    request: PermitRequest,
  ): Promise<Permit | undefined> {
    const permit = new Permit(request, clock, passage.limits);
    if (!enterNow(permit)) return undefined;
    const part = partOf(request, passage);
    const closed = await orDiscarded(permit, part.take());
    if (closed === undefined) {
      part.keepIn(permit);
      return permit;
    }
    void permit.discard();
    return undefined;
  }

  function passageOf({ limits, scoped }: PermitRequest): Passage {
    const fronts = scoped.map((one) => queues.use(values, one));
    let isUsed = true;
    const leave = (): void => {
      if (!isUsed) return;
      isUsed = false;
      for (const one of scoped) queues.leave(values, one);
    };
    return { fronts, limits: [...limits, ...fronts.map(({ limit }) => limit)], leave };
  }

  function partOf(request: PermitRequest, passage: Passage): PartInStore {
    return new PartInStore({ values, clock, failed, passage }, request);
  }

  /** Like `part.take`; if the attempt is cancelled first, a late part is given back. */
  function takeInTime(part: PartInStore, cancellation: Cancellation): Promise<Closed | undefined> {
    const taking = part.take();
    const inTime = orGivenUp(taking, cancellation, clock);
    const free = async (): Promise<void> => {
      if ((await taking) === undefined) await part.giveBack();
    };
    inTime.catch(() => void free().catch(() => {}));
    return inTime;
  }

  return { acquire, tryAcquire };
}

/** The result of a promise; the permit is discarded if it rejects. */
async function orDiscarded<T>(permit: Permit, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    void permit.discard();
    throw error;
  }
}
