import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { orGivenUp } from "../async/or-given-up.ts";
import { isSoundError, type ErrorCode, type QuorateError } from "../errors.ts";
import { randomId } from "../hash.ts";
import type { CheckedBudget } from "../money/budget.ts";
import { raiseShared, reserveShared, settleShared } from "../money/shared-account.ts";
import type { Values } from "../store/values.ts";
import { enter, enterNow, nextArrival } from "./admission.ts";
import { holdersHere } from "./deadlock.ts";
import { localLimiter, type Limiter } from "./limiter.ts";
import { Permit, type HeldElsewhere, type PermitRequest } from "./permit.ts";
import type { ScopeQueue, ScopeQueues } from "./scope-queue.ts";

export interface StoreLimiterOptions {
  readonly values: Values;
  readonly clock: Clock;
  /** Where attempts of this process wait for what is kept in the store. */
  readonly queues: ScopeQueues;
  /** Is told when the store fails, and answers with what the attempt is refused with then. */
  readonly failed: (cause: unknown) => QuorateError;
}

/**
 * The limiter of processes that have one store: what has a scope is kept there, and all else is the local limiter's. An attempt that passes
 * here asks the store, and gives everything back while it waits for what others hold there.
 */
export function storeLimiter({ values, clock, queues, failed }: StoreLimiterOptions): Limiter {
  const local = localLimiter(clock);

  async function acquire(
    request: PermitRequest,
    cancellation: Cancellation,
    holders: readonly Permit[],
  ): Promise<Permit> {
    const waiting = { holders, arrival: nextArrival() };
    const fronts = frontsOf(request);
    const all = withFronts(request, fronts);
    let permit = new Permit(all, clock);
    let admitted = enter(permit, cancellation, waiting);
    for (;;) {
      if (admitted !== undefined) await admitted;
      const releases = fronts.map((front) => front.releases);
      const held = heldIn(request, fronts);
      const refusedBy = await orDiscarded(permit, takeInTime(held, cancellation));
      if (refusedBy === undefined) {
        keep(permit, held, fronts);
        if (!cancellation.cancelled) return permit;
        await permit.discard();
        throw cancellation.reason;
      }
      fronts[refusedBy]?.refused(releases[refusedBy] ?? 0, clock);
      using _tried = { [Symbol.dispose]: giveBack(permit) };
      // It stands in its place before the others may pass.
      permit = new Permit(all, clock);
      admitted = enter(permit, cancellation, waiting);
    }
  }

  async function tryAcquire(request: PermitRequest): Promise<Permit | undefined> {
    const fronts = frontsOf(request);
    const permit = new Permit(withFronts(request, fronts), clock);
    if (!enterNow(permit)) return undefined;
    const held = heldIn(request, fronts);
    const refusedBy = await orDiscarded(permit, held.take());
    if (refusedBy === undefined) {
      keep(permit, held, fronts);
      return permit;
    }
    void permit.discard();
    return undefined;
  }

  function frontsOf({ scoped }: PermitRequest): readonly ScopeQueue[] {
    return scoped.map(({ scope = "" }) => queues.of(values, scope));
  }

  function heldIn(request: PermitRequest, fronts: readonly ScopeQueue[]): HeldInStore {
    const released = (): void => {
      for (const front of fronts) front.released();
    };
    return heldInStore({ values, clock, request, stored, released });
  }

  /** As `held.take`; what comes too late for an attempt that is cancelled is free again. */
  function takeInTime(held: HeldInStore, cancellation: Cancellation): Promise<number | undefined> {
    const taking = held.take();
    const inTime = orGivenUp(taking, cancellation, clock);
    const free = async (): Promise<void> => {
      if ((await taking) === undefined) await held.release();
    };
    inTime.catch(() => void free().catch(() => {}));
    return inTime;
  }

  async function stored<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw isSoundError(error) && REFUSALS.has(error.code) ? error : failed(error);
    }
  }

  return {
    acquire: (request, cancellation, holders) =>
      request.scoped.length === 0
        ? local.acquire(request, cancellation, holders)
        : acquire(request, cancellation, holders ?? holdersHere()),
    tryAcquire: (request) =>
      request.scoped.length === 0 ? local.tryAcquire(request) : tryAcquire(request),
  };
}

function withFronts(request: PermitRequest, fronts: readonly ScopeQueue[]): PermitRequest {
  return { ...request, limits: [...request.limits, ...fronts.map(({ limit }) => limit)] };
}

function keep(permit: Permit, held: HeldInStore, fronts: readonly ScopeQueue[]): void {
  permit.elsewhere = held;
  for (const front of fronts) front.taken(permit);
}

function giveBack(permit: Permit): () => void {
  return () => void permit.discard();
}

/** What is promised; the permit is discarded where it rejects. */
async function orDiscarded<T>(permit: Permit, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    void permit.discard();
    throw error;
  }
}

/** What an attempt holds in a store, under every scope. */
interface HeldInStore extends HeldElsewhere {
  /** Takes all of it or nothing: answers with the index of the first scope that has to be released first. */
  take(): Promise<number | undefined>;
}

interface HeldInStoreOptions {
  readonly values: Values;
  readonly clock: Clock;
  readonly request: PermitRequest;
  readonly stored: <T>(answer: Promise<T>) => Promise<T>;
  readonly released: () => void;
}

function heldInStore({
  values,
  clock,
  request: { scoped, usdMicros: boundMicros, lifeMs },
  stored,
  released,
}: HeldInStoreOptions): HeldInStore {
  const id = randomId();
  /** In how many scopes it is reserved, from the first on. */
  let reserved = 0;

  async function reserve(): Promise<number | undefined> {
    const nowMs = clock.now();
    const wanted = { id, boundMicros, nowMs, untilMs: Math.min(nowMs + lifeMs, MAX_MS) };
    for (const [index, budget] of scoped.entries()) {
      if (!(await stored(reserveShared(values, budget, wanted)))) return index;
      reserved++;
    }
    return undefined;
  }

  /** Charges those in which something is reserved. */
  async function charge(micros: number): Promise<void> {
    const nowMs = clock.now();
    const reservedIn = scoped.slice(0, reserved);
    reserved = 0;
    await storedInAll(reservedIn, (scope) =>
      settleShared(values, scope, { id, boundMicros, nowMs }, micros),
    );
  }

  /** Changes each of several budgets, also where the store fails to change one of them. Rejects with its first failure. */
  async function storedInAll(
    budgets: readonly CheckedBudget[],
    change: (scope: string) => Promise<void>,
  ): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    for (const { scope = "" } of budgets) {
      try {
        await stored(change(scope));
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  return {
    async take() {
      let refusedBy: number | undefined;
      try {
        refusedBy = await reserve();
      } catch (error) {
        // Where this fails too, the run has been told.
        await charge(0).catch(() => {});
        throw error;
      }
      if (refusedBy !== undefined) await charge(0);
      return refusedBy;
    },
    async release(charged = 0) {
      await charge(charged);
      released();
    },
    async raise(more, overran) {
      await storedInAll(scoped, (scope) => raiseShared(values, scope, more, overran));
      released();
    },
  };
}

/** What a shared budget refuses with: then its store has not failed. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["BUDGET_EXCEEDED", "NO_BOUND"]);

const MAX_MS = Number.MAX_SAFE_INTEGER;
