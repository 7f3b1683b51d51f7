import type { Clock } from "../async/clock.ts";
import type { Backoff } from "../retry/backoff.ts";
import { admitWaiting } from "./admission.ts";
import { permitHere } from "./deadlock.ts";
import type { Limit } from "./limit.ts";
import type { Leaving, Scoped } from "./scope/scoped.ts";

/** What an attempt requests from a limiter before it begins: a slot in every limit, and its money in every budget, at once. */
export interface PermitRequest {
  /** The agent that is asked. */
  readonly agent: string;
  /** Attempts of one run take turns with those of others. */
  readonly runId: string;
  /** Every limit and every budget of its run that it is under, as this process sees them. */
  readonly limits: readonly Limit[];
  /** Those of them that also hold for other processes, each scope once. */
  readonly scoped: readonly Scoped[];
  /** How many tokens it may use; 0 if unknown. */
  readonly tokens: number;
  /** Its greatest cost, in micro-dollars; `undefined` if unknown. */
  readonly usdMicros: number | undefined;
  /** The name of its model; absent if it has none, or requests no money. */
  readonly modelName?: string | undefined;
  /** How its call waits if it is rate-limited. */
  readonly backoff: Required<Backoff>;
  /** After how many ms the permit expires, because its process must have died. Only scoped parts outlive a process. */
  readonly lifeMs: number;
  /** The attempt, if another process may continue it: that process takes over the scoped parts of this permit. */
  readonly attempt?: string | undefined;
  /** It continues the attempt, and is admitted at once to what is held for that already. */
  readonly goesOn?: boolean | undefined;
}

/** The end of an attempt, as a limit needs it. */
export interface AttemptReport {
  /** Its error; `undefined` if it was answered. */
  readonly error: unknown;
  /** How many tokens it reported; 0 if it reported none. */
  readonly tokens: number;
}

/** An attempt was rate-limited: it queues again after this many ms, which does not count as a retry. */
export interface Requeue {
  /** The name of the limiter that learns from it; absent for the agent's own limit. */
  readonly limiter?: string;
  readonly waitMs: number;
}

/** What a permit holds outside this process. Its methods reject when that cannot be reached. */
export interface HeldElsewhere {
  /** Under which it is held there. */
  readonly id: string;
  release(leaving: Leaving): Promise<void>;
  raise(moreMicros: number, overran: boolean): Promise<void>;
  /** Holds it for the permit's whole life again. */
  renew(): Promise<void>;
  /** Another process will release it, or it expires. */
  leaveBehind(): void;
}

/**
 * What an attempt, or a batch of them, holds until it is released: a slot in each of its limits, and its greatest cost in each of its
 * budgets.
 *
 * A class, because one is made for every attempt.
 */
export class Permit {
  readonly request: PermitRequest;
  readonly clock: Clock;
  /** The limits in which it has a slot: those of its request, and others that a limiter has added. */
  readonly limits: readonly Limit[];
  /** The permit of the attempt that began the run of this one. */
  readonly within: Permit | undefined = permitHere();
  /** The runs whose attempt it is for: several for a batch. Known once that is sent; a request is shared by runs. */
  runIds: readonly string[] = [];
  /** When it was admitted, in ms of the clock's monotonic time; not set if no limit has a condition. */
  admittedMs: number = -Infinity;
  /** The limits for which something that its attempt began waits; made when the first one does. */
  waits: Map<Limit, number> | undefined = undefined;
  /** It is released, or will be within its attempt's grace, whatever the attempt waits for. */
  over: boolean = false;
  elsewhere: HeldElsewhere | undefined = undefined;
  #state: "held" | "ended" | "released" = "held";
  #result: AttemptReport | undefined = undefined;

  constructor(request: PermitRequest, clock: Clock, limits: readonly Limit[] = request.limits) {
    this.request = request;
    this.clock = clock;
    this.limits = limits;
  }

  /**
   * The attempt ended, and holds everything until it is released. Returns a requeue if a limit wants it to queue again. Counts once: later
   * calls are ignored.
   */
  ended(error: unknown, tokens: number): Requeue | undefined {
    if (this.#state !== "held") return undefined;
    this.#state = "ended";
    let slowest: Requeue | undefined;
    for (const limit of this.limits) {
      if (error !== undefined) limit.wake?.(error, this.clock.now());
      const { condition, rate } = limit;
      if (condition?.ended === undefined) continue;
      this.#result ??= { error, tokens };
      const waitMs = condition.ended(this, this.#result);
      if (waitMs === undefined || waitMs < (slowest?.waitMs ?? 0)) continue;
      slowest = { ...(rate !== undefined && { limiter: rate.name }), waitMs };
    }
    return slowest;
  }

  /**
   * Gives the slots back and charges the budgets with this many micro-dollars; the rest of the reservation is released. Admits the
   * attempts that may start now, the oldest first. Returns a promise if something is held outside this process, which resolves when that is
   * released, too. Counts once.
   */
  release(chargedMicros: number): Promise<void> | undefined {
    return this.#leave(chargedMicros);
  }

  /** Like `release`, for an attempt that was never made: as if it had never been admitted. */
  discard(): Promise<void> | undefined {
    return this.#leave(undefined);
  }

  /** Charges the budgets with this much more, after `release`; `overran` if that is more than was reserved. */
  async raise(moreMicros: number, overran: boolean): Promise<void> {
    const { limits } = this;
    const by = overran ? this.request.agent : undefined;
    for (const { condition } of limits) condition?.raise?.(moreMicros, by);
    // An attempt that waited for money that is now spent is refused.
    admitWaiting(limits);
    await this.elsewhere?.raise(moreMicros, overran);
  }

  /** Extends it to its whole life again: its attempt waits for its turn, or has just begun. Rejects if what it holds cannot be reached. */
  async renew(): Promise<void> {
    if (this.#state !== "released") await this.elsewhere?.renew();
  }

  /** What it holds outside this process passes to another process, or expires: its attempt continues there. */
  leaveBehind(): void {
    this.elsewhere?.leaveBehind();
    this.elsewhere = undefined;
  }

  #leave(chargedMicros: number | undefined): Promise<void> | undefined {
    if (this.#state === "released") return undefined;
    this.#state = "released";
    this.over = true;
    const { limits } = this;
    for (const limit of limits) {
      limit.inFlight--;
      limit.condition?.left?.(this, chargedMicros);
    }
    admitWaiting(limits);
    return this.elsewhere?.release({
      chargedMicros: chargedMicros ?? 0,
      result: this.#result,
      discarded: chargedMicros === undefined,
    });
  }
}
