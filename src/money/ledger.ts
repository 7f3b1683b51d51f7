import type { Bell } from "../async/bell.ts";
import type { Cancellation } from "../async/cancellation.ts";
import type { Clock } from "../async/clock.ts";
import { orGivenUp } from "../async/or-given-up.ts";
import { isSoundError, type ErrorCode, type QuorateError } from "../errors.ts";
import { randomId } from "../hash.ts";
import { enter, enterNow, leave, type Lane, type Ticket } from "../policy/admission.ts";
import type { Values } from "../store/values.ts";
import { account, type Account } from "./account.ts";
import type { CheckedBudget } from "./budget.ts";
import { raiseShared, reserveShared, settleShared } from "./shared-account.ts";

/** A budget, and whose it is. */
export interface OwnedBudget {
  readonly budget: CheckedBudget;
  /** The place of the team or agent that has it; empty for the root. */
  readonly place: string;
  /** For messages. */
  readonly whose: string;
}

/** Where an attempt passes, and what it needs. */
export interface Admission {
  readonly lanes: readonly Lane[];
  readonly budgets: readonly OwnedBudget[];
  readonly ticket: Ticket;
  /** How long the attempt may take before its reservations count as lost, in ms. */
  readonly lifeMs: number;
}

/** What is reserved for an attempt. Its methods reject when the store of a shared budget fails. */
export interface Reservation {
  /**
   * Charges the budgets, once, with so many micro-dollars; the rest of what was reserved is free again. Those of the run are
   * charged when this returns, shared ones when the promise resolves.
   */
  settle(chargedMicros: number): Promise<void>;
  /** Charges them with so much more, after `settle`; `overran` where it is more than was reserved by now. */
  raise(moreMicros: number, overran: boolean): Promise<void>;
}

/** An attempt on its way past lanes and budgets. */
interface Entry {
  readonly gates: readonly Lane[];
  /** What it needs of the budgets that runs share. */
  readonly shared: Shared;
  /** Gives back the slots, and what was reserved in the run's own budgets. */
  readonly release: () => void;
  readonly reservation: Reservation;
}

/** What one attempt has in the budgets that runs share. */
interface Shared {
  readonly budgets: readonly OwnedBudget[];
  /** Names it in those. */
  readonly id: string;
  readonly boundMicros: number | undefined;
  /** In how many of them it is reserved, from the first on. */
  reserved: number;
}

// For what other processes settle; what this one settles is heard of at once.
const POLL_MS = 200;

/** The money of one run: which budgets it is under, and what is reserved and spent in them. */
export class Ledger {
  readonly #values: Values;
  readonly #clock: Clock;
  // By the budget: a team has one description, and may sit in several places.
  readonly #accounts = new Map<string, Map<CheckedBudget, Account>>();
  readonly #settled: Bell;
  readonly #failed: (cause: unknown) => QuorateError;

  /**
   * `settled` rings whenever a shared budget has more room, in whichever run. `failed` is told when the store fails, and answers
   * with what the run ends with.
   */
  constructor(
    values: Values,
    clock: Clock,
    settled: Bell,
    failed: (cause: unknown) => QuorateError,
  ) {
    this.#values = values;
    this.#clock = clock;
    this.#settled = settled;
    this.#failed = failed;
  }

  /**
   * Admits an attempt when all its lanes have a slot and all its budgets the money, at once; nothing is held while waiting.
   * Rejects with `BUDGET_EXCEEDED` or `NO_BOUND`, with the reason when cancelled, and when the store fails.
   */
  async admit(admission: Admission, cancellation: Cancellation): Promise<Reservation> {
    const { gates, shared, release, reservation } = this.#entry(admission);
    for (;;) {
      const admitted = enter(gates, cancellation, admission.ticket);
      if (admitted !== undefined) await admitted;
      const reserved = await this.#orRelease(
        release,
        shared.budgets.length === 0
          ? this.#reserve(shared, admission.lifeMs)
          : this.#reserveInTime(shared, admission.lifeMs, cancellation),
      );
      if (reserved && !cancellation.cancelled) return reservation;
      // First, so that a store that fails keeps no slot from others.
      release();
      if (reserved) await this.#settleShared(shared, 0);
      if (cancellation.cancelled) throw cancellation.reason;
      await this.#settled.wait(this.#clock, POLL_MS, cancellation);
    }
  }

  /** As `admit` where there is room for the attempt now; `undefined` where it would have to wait, and nothing is held then. */
  async admitNow(admission: Admission): Promise<Reservation | undefined> {
    const { gates, shared, release, reservation } = this.#entry(admission);
    if (!enterNow(gates, admission.ticket)) return undefined;
    const reserving = this.#reserve(shared, admission.lifeMs);
    if (await this.#orRelease(release, reserving)) return reservation;
    release();
    return undefined;
  }

  /** What an attempt passes, and how it gets out of it again. */
  #entry({ lanes, budgets, ticket }: Admission): Entry {
    const own = budgets.filter(({ budget }) => budget.scope === undefined);
    const accounts = own.map((owned) => this.#account(owned));
    const { usdMicros: boundMicros } = ticket;
    const shared: Shared = {
      budgets: oncePerScope(budgets.filter(({ budget }) => budget.scope !== undefined)),
      id: randomId(),
      boundMicros,
      reserved: 0,
    };
    return {
      gates: [...lanes, ...accounts.map(({ lane }) => lane)],
      shared,
      release: () => {
        leave(lanes, ticket, false);
        for (const account of accounts) account.settle(boundMicros, 0);
      },
      reservation: {
        settle: (charged) => {
          for (const account of accounts) account.settle(boundMicros, charged);
          return this.#settleShared(shared, charged);
        },
        raise: async (more, overran) => {
          for (const account of accounts) account.raise(more, overran);
          await this.#storedInAll(shared.budgets, (scope) =>
            raiseShared(this.#values, scope, more, overran),
          );
        },
      },
    };
  }

  /** Charges what a run had spent before this process went on with it. Budgets that are shared know of it. */
  charge(budgets: readonly OwnedBudget[], micros: number): void {
    for (const owned of budgets) {
      if (owned.budget.scope === undefined) this.#account(owned).charge(micros);
    }
  }

  #account({ budget, place, whose }: OwnedBudget): Account {
    let ofPlace = this.#accounts.get(place);
    if (ofPlace === undefined) {
      ofPlace = new Map();
      this.#accounts.set(place, ofPlace);
    }
    const known = ofPlace.get(budget);
    if (known !== undefined) return known;
    const made = account(budget, whose);
    ofPlace.set(budget, made);
    return made;
  }

  /** What is reserved; calls `release` when that fails. */
  async #orRelease(release: () => void, reserving: Promise<boolean>): Promise<boolean> {
    try {
      return await reserving;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Reserves in all shared budgets or in none. */
  async #reserve(shared: Shared, lifeMs: number): Promise<boolean> {
    const { budgets, id, boundMicros } = shared;
    const nowMs = this.#clock.now();
    const wanted = { id, boundMicros, nowMs, untilMs: Math.min(nowMs + lifeMs, MAX_MS) };
    let fits = true;
    try {
      for (const { budget } of budgets) {
        fits = await this.#stored(reserveShared(this.#values, budget, wanted));
        if (!fits) break;
        shared.reserved++;
      }
    } catch (error) {
      // Where this fails too, the ledger's run has been told.
      await this.#charge(shared, 0).catch(() => {});
      throw error;
    }
    // Nobody is woken: two of those who wait would wake each other without end. Who found no room in between looks again.
    if (!fits) await this.#charge(shared, 0);
    return fits;
  }

  /** As `#reserve`; what comes too late for a run that is cancelled is free again. */
  #reserveInTime(shared: Shared, lifeMs: number, cancellation: Cancellation): Promise<boolean> {
    const reserving = this.#reserve(shared, lifeMs);
    const inTime = orGivenUp(reserving, cancellation, this.#clock);
    const free = async (): Promise<void> => {
      if (await reserving) await this.#settleShared(shared, 0);
    };
    inTime.catch(() => void free().catch(() => {}));
    return inTime;
  }

  async #settleShared(shared: Shared, charged: number): Promise<void> {
    await this.#charge(shared, charged);
    if (shared.budgets.length > 0) this.#settled.ring();
  }

  /** Charges those in which something is reserved. */
  async #charge(shared: Shared, charged: number): Promise<void> {
    const { id, boundMicros } = shared;
    const nowMs = this.#clock.now();
    const reservedIn = shared.budgets.slice(0, shared.reserved);
    shared.reserved = 0;
    await this.#storedInAll(reservedIn, (scope) =>
      settleShared(this.#values, scope, { id, boundMicros, nowMs }, charged),
    );
  }

  /** Changes each of several budgets, also where the store fails to change one of them. Rejects with its first failure. */
  async #storedInAll(
    budgets: readonly OwnedBudget[],
    change: (scope: string) => Promise<void>,
  ): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    for (const { budget } of budgets) {
      try {
        await this.#stored(change(budget.scope ?? ""));
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  async #stored<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw isSoundError(error) && REFUSALS.has(error.code) ? error : this.#failed(error);
    }
  }
}

/** What a shared budget refuses with: then its store has not failed. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["BUDGET_EXCEEDED", "NO_BOUND"]);

/**
 * Each shared budget once, however many above an attempt name it: the least of what they say holds. In the order of their
 * scopes, so that two attempts that need the same ones do not each take one that the other is waiting for.
 */
function oncePerScope(shared: readonly OwnedBudget[]): readonly OwnedBudget[] {
  if (shared.length < 2) return shared;
  const byScope = new Map<string, OwnedBudget>();
  for (const owned of shared) {
    const { limitMicros, scope = "", unbounded } = owned.budget;
    const { budget } = byScope.get(scope) ?? owned;
    byScope.set(scope, {
      ...owned,
      budget: {
        scope,
        limitMicros: Math.min(limitMicros, budget.limitMicros),
        unbounded: budget.unbounded === "refuse" ? "refuse" : unbounded,
      },
    });
  }
  return [...byScope].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, owned]) => owned);
}

const MAX_MS = Number.MAX_SAFE_INTEGER;
