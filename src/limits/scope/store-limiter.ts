import type { Cancellation } from "../../async/cancellation.ts";
import type { Clock } from "../../async/clock.ts";
import { orGivenUp } from "../../async/or-given-up.ts";
import { isSoundError, type ErrorCode, type QuorateError } from "../../model/errors.ts";
import type { WaitsFor } from "../../model/call-events.ts";
import { randomId } from "../../model/hash.ts";
import type { MakeAll, Values } from "../../store/values.ts";
import { enter, enterNow, nextArrival, type WaitOptions } from "../admission.ts";
import { holdersHere } from "../deadlock.ts";
import type { Limit } from "../limit.ts";
import { localLimiter, type Limiter } from "../limiter.ts";
import { Permit, type HeldElsewhere, type PermitRequest } from "../permit.ts";
import type { Hold, Leaving, Scoped } from "./scoped.ts";
import type { ScopeQueue, ScopeQueues } from "./scope-queue.ts";

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
      given.queued?.(waitsFor);
    }
    if (request.goesOn === true) {
      const part = new PartInStore(values, request, passage, failed);
      const isOurs = part.takeOver();
      const inTime = orGivenUp(isOurs, cancellation, clock);
      const free = async (): Promise<void> =>
        void ((await isOurs) && (await part.release(NEVER_MADE)));
      inTime.catch(() => void free().catch(() => {}));
      if (await inTime) return inOwnLimits(part, request, cancellation, waiting);
    }
    let permit = new Permit(request, clock, limits);
    let admitted = enter(permit, cancellation, waiting);
    for (;;) {
      if (admitted !== undefined) await admitted;
      const part = new PartInStore(values, request, passage, failed);
      const releases = fronts.map((front) => front.releases);
      const closed = await orDiscarded(permit, takeInTime(part, cancellation));
      if (closed === undefined) {
        part.keepIn(permit);
        if (!cancellation.cancelled) return permit;
        await permit.discard();
        throw cancellation.reason;
      }
      const { index, waitMs } = closed;
      fronts[index]?.refused(releases[index] ?? 0, waitMs, clock);
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
      void part.release(NEVER_MADE).catch(() => {});
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
    const part = new PartInStore(values, request, passage, failed);
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

  /** Like `part.take`; if the attempt is cancelled first, a late part is released. */
  function takeInTime(part: PartInStore, cancellation: Cancellation): Promise<Closed | undefined> {
    const taking = part.take();
    const inTime = orGivenUp(taking, cancellation, clock);
    const free = async (): Promise<void> => {
      if ((await taking) === undefined) await part.release(NEVER_MADE);
    };
    inTime.catch(() => void free().catch(() => {}));
    return inTime;
  }

  return { acquire, tryAcquire };
}

const NEVER_MADE: Leaving = Object.freeze({
  chargedMicros: 0,
  result: undefined,
  discarded: true,
});

/** The path of one request. */
interface Passage {
  /** Where it waits for each scope. */
  readonly fronts: readonly ScopeQueue[];
  readonly limits: readonly Limit[];
  /** It has failed, or what it held is released: it uses these queues no more. Counts once. */
  leave(): void;
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

/** A scope without room, and after how many ms it may have some. */
interface Closed {
  readonly index: number;
  readonly waitMs: number;
}

/** What one permit holds in a store. Its methods reject if the store fails. */
class PartInStore implements HeldElsewhere {
  readonly #values: Values;
  readonly #scoped: readonly Scoped[];
  readonly #passage: Passage;
  readonly #failed: (cause: unknown) => QuorateError;
  readonly #hold: Hold;

  constructor(
    values: Values,
    { scoped, agent, usdMicros, modelName, tokens, lifeMs, attempt }: PermitRequest,
    passage: Passage,
    failed: (cause: unknown) => QuorateError,
  ) {
    this.#values = values;
    this.#scoped = scoped;
    this.#passage = passage;
    this.#failed = failed;
    const id = attempt === undefined ? randomId() : `${attempt}/${randomId()}`;
    this.#hold = { id, attempt, agent, usdMicros, modelName, tokens, lifeMs };
  }

  /** Takes its part of every scope, or nothing: then returns the first scope without room. Rejects with a scope's refusal. */
  async take(): Promise<Closed | undefined> {
    let closed: Closed | undefined;
    await this.#change((kept, nowMs) => {
      closed = undefined;
      const made = [...kept];
      for (const [index, one] of this.#scoped.entries()) {
        const taken = one.take(kept[index], this.#hold, nowMs);
        if ("waitMs" in taken) {
          closed = { index, waitMs: taken.waitMs };
          return kept;
        }
        made[index] = taken.kept;
      }
      return made;
    });
    return closed;
  }

  /** Takes over what is held for its attempt in every scope, or nothing: then returns `false`. */
  async takeOver(): Promise<boolean> {
    let isHeld = false;
    await this.#change((kept, nowMs) => {
      const made = this.#scoped.map((one, index) => one.takeOver(kept[index], this.#hold, nowMs));
      isHeld = !made.includes(undefined);
      return isHeld ? made : kept;
    });
    return isHeld;
  }

  keepIn(permit: Permit): void {
    permit.elsewhere = this;
    for (const front of this.#passage.fronts) front.taken(permit);
  }

  async release(leaving: Leaving): Promise<void> {
    try {
      await this.#change((kept, nowMs) =>
        this.#scoped.map((one, index) => one.release(kept[index], this.#hold, leaving, nowMs)),
      );
      this.#released();
    } finally {
      this.leaveBehind();
    }
  }

  leaveBehind(): void {
    this.#passage.leave();
  }

  async raise(moreMicros: number, overran: boolean): Promise<void> {
    const by = overran ? this.#hold.agent : undefined;
    await this.#change((kept) =>
      this.#scoped.map((one, index) => one.raise(kept[index], moreMicros, by)),
    );
    this.#released();
  }

  async renew(): Promise<void> {
    // If it fails, the run continues: it is renewed again long before it expires.
    await this.#values.changeAll(this.#keys, (kept, nowMs) =>
      this.#scoped.map((one, index) => one.renew(kept[index], this.#hold, nowMs)),
    );
  }

  get #keys(): readonly string[] {
    return this.#scoped.map(({ key }) => key);
  }

  #released(): void {
    for (const front of this.#passage.fronts) front.released();
  }

  async #change(make: MakeAll): Promise<void> {
    try {
      await this.#values.changeAll(this.#keys, make);
    } catch (error) {
      throw isSoundError(error) && REFUSALS.has(error.code) ? error : this.#failed(error);
    }
  }
}

/** The refusals of a shared budget, which are not failures of its store. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["BUDGET_EXCEEDED", "NO_BOUND"]);
