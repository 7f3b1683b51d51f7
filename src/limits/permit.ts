import type { Clock } from "../async/clock.ts";
import type { Backoff } from "../retry/backoff.ts";
import { admitWaiting } from "./admission.ts";
import { permitHere } from "./deadlock.ts";
import type { Limit } from "./limit.ts";
import type { Leaving, Scoped } from "./scoped.ts";

/** What an attempt asks of a limiter before it begins: a slot in every limit, and its money in every budget, at once. */
export interface PermitRequest {
  /** The agent that is asked. */
  readonly agent: string;
  /** Attempts of one run take turns with those of others. */
  readonly runId: string;
  /** Every limit and every budget of its run that it is under, as this process sees them. */
  readonly limits: readonly Limit[];
  /** What of that holds for other processes too, each scope once. */
  readonly scoped: readonly Scoped[];
  /** How many tokens it may use; 0 where nobody says. */
  readonly tokens: number;
  /** What it may cost at most; `undefined` where nobody says. */
  readonly usdMicros: number | undefined;
  /** What its model is called; left out where it has none, and where no money is asked for. */
  readonly modelName?: string | undefined;
  /** How its call waits, where it is throttled. */
  readonly backoff: Required<Backoff>;
  /** After how many ms the permit expires, as its process must have died. Only what is scoped outlives a process. */
  readonly lifeMs: number;
  /** The attempt, where another process may go on with it: who does so has what this one held of what is scoped. */
  readonly attempt?: string | undefined;
  /** It goes on with the attempt, and is admitted at once to what is held for that already. */
  readonly goesOn?: boolean;
}

/** How an attempt ended, as a limit has to know it. */
export interface AttemptReport {
  /** What it failed with; `undefined` where it was answered. */
  readonly error: unknown;
  /** How many tokens it reported; 0 where it reported none. */
  readonly tokens: number;
}

/** An attempt was told to come later: it queues again after so many ms, and that is no repetition. */
export interface Requeue {
  /** The limit that was throttled; none where the agent has no limit that learns from it. */
  readonly limiter?: string;
  readonly waitMs: number;
}

/** What a permit holds outside this process. Its methods reject when that cannot be reached. */
export interface HeldElsewhere {
  release(leaving: Leaving): Promise<void>;
  raise(moreMicros: number, overran: boolean): Promise<void>;
  /** Holds it for the permit's whole life again. */
  renew(): Promise<void>;
}

/**
 * What an attempt, or a batch of them, holds until it is released: a slot in each of its limits, and what it may cost in each of its
 * budgets.
 *
 * A class, as one is made for every attempt.
 */
export class Permit {
  readonly request: PermitRequest;
  readonly clock: Clock;
  /** What it has a slot in: the limits of its request, and others that a limiter has added. */
  readonly limits: readonly Limit[];
  /** The permit of the attempt that began the run of this one. */
  readonly within: Permit | undefined = permitHere();
  /** When it was admitted, in ms of the clock's monotonic time; where no limit has a condition nobody asks. */
  admittedMs: number = -Infinity;
  /** For which limits something that its attempt began waits; made when the first one does. */
  waits: Map<Limit, number> | undefined = undefined;
  /** It is released, or will be within its attempt's grace, whatever that waits for. */
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
   * The attempt ended, and holds what it holds until it is released. Answers where a limit wants it to queue again. Counts once: what is
   * told later is ignored.
   */
  ended(error: unknown, tokens: number): Requeue | undefined {
    if (this.#state !== "held") return undefined;
    this.#state = "ended";
    let slowest: Requeue | undefined;
    for (const { condition, rate } of this.limits) {
      if (condition?.ended === undefined) continue;
      this.#result ??= { error, tokens };
      const waitMs = condition.ended(this, this.#result);
      if (waitMs === undefined || waitMs < (slowest?.waitMs ?? 0)) continue;
      slowest = { ...(rate !== undefined && { limiter: rate.name }), waitMs };
    }
    return slowest;
  }

  /**
   * Gives the slots back and charges the budgets with so many micro-dollars; the rest of what was reserved is free again. Admits the
   * attempts that may go now, oldest first. Answers with a promise where something is held outside this process, which resolves when it is
   * released there too. Counts once.
   */
  release(chargedMicros: number): Promise<void> | undefined {
    return this.#leave(chargedMicros);
  }

  /** As `release`, of an attempt that was never made: as if it had never been admitted. */
  discard(): Promise<void> | undefined {
    return this.#leave(undefined);
  }

  /** Charges the budgets with so much more, after `release`; `overran` where it is more than was reserved by now. */
  async raise(moreMicros: number, overran: boolean): Promise<void> {
    const { limits } = this;
    const by = overran ? this.request.agent : undefined;
    for (const { condition } of limits) condition?.raise?.(moreMicros, by);
    // An attempt that waited for what is spent now is refused.
    admitWaiting(limits);
    await this.elsewhere?.raise(moreMicros, overran);
  }

  /** Is held for its whole life again: its attempt waits for its turn, or has just begun. Rejects where what is held cannot be reached. */
  async renew(): Promise<void> {
    if (this.#state !== "released") await this.elsewhere?.renew();
  }

  /** What it holds outside this process is another's from now on, or expires: its attempt goes on there. */
  leaveBehind(): void {
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
