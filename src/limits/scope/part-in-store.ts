import type { Clock } from "../../async/clock.ts";
import { isSoundError, type ErrorCode, type QuorateError } from "../../model/errors.ts";
import { randomId } from "../../model/hash.ts";
import type { MakeAll, Values } from "../../store/values.ts";
import type { Limit } from "../limit.ts";
import type { HeldElsewhere, Permit, PermitRequest } from "../permit.ts";
import { owe, settleOwed } from "./owed.ts";
import type { ScopeQueue } from "./scope-queue.ts";
import type { Hold, Leaving, NoRoom, Scoped } from "./scoped.ts";

/** The path of one request. */
export interface Passage {
  /** Where it waits for each scope. */
  readonly fronts: readonly ScopeQueue[];
  readonly limits: readonly Limit[];
  /** It has failed, or what it held is released: it uses these queues no more. Counts once. */
  leave(): void;
}

/** A scope without room. */
export interface Closed extends NoRoom {
  readonly index: number;
}

/** What a part needs to be taken and released. */
interface PartOptions {
  readonly values: Values;
  readonly clock: Clock;
  /** Called when the store fails; returns the error for the attempt. */
  readonly failed: (cause: unknown) => QuorateError;
  readonly passage: Passage;
}

/**
 * What one permit holds in a store. Its methods reject if the store fails. What it should not hold any more is then given back later, because
 * others wait for it: also if it was to take something and the store's answer was lost.
 */
export class PartInStore implements HeldElsewhere {
  readonly #options: PartOptions;
  readonly #scoped: readonly Scoped[];
  readonly #hold: Hold;

  constructor(
    options: PartOptions,
    { scoped, agent, usdMicros, modelName, tokens, lifeMs, attempt, goesOn }: PermitRequest,
  ) {
    this.#options = options;
    this.#scoped = scoped;
    const id = attempt === undefined ? randomId() : `${attempt}/${randomId()}`;
    this.#hold = { id, attempt, agent, usdMicros, modelName, tokens, lifeMs, goesOn };
  }

  get id(): string {
    return this.#hold.id;
  }

  /** Takes its part of every scope, or nothing: then returns the first scope without room. Rejects with a scope's refusal. */
  async take(): Promise<Closed | undefined> {
    await settleOwed(this.#options.values, this.#keys);
    let closed: Closed | undefined;
    const make: MakeAll = (kept, nowMs) => {
      closed = undefined;
      const made = [...kept];
      for (const [index, one] of this.#scoped.entries()) {
        const taken = one.take(kept[index], this.#hold, nowMs);
        if ("waitMs" in taken) {
          closed = { index, ...taken };
          return kept;
        }
        made[index] = taken.kept;
      }
      return made;
    };
    try {
      await this.#change(make);
    } catch (error) {
      if (isSoundError(error) && REFUSALS.has(error.code)) throw error;
      // An attempt that goes on holds it in any case.
      if (this.#hold.goesOn !== true)
        this.#owe(() => this.#release({ ...NEVER_MADE, again: true }));
      throw this.#options.failed(error);
    }
    return closed;
  }

  keepIn(permit: Permit): void {
    permit.elsewhere = this;
    for (const front of this.#options.passage.fronts) front.taken(permit);
  }

  async release(leaving: Leaving): Promise<void> {
    await this.#orOwed(
      () => this.#release(leaving),
      () => this.#release({ ...leaving, again: true }),
    );
  }

  /** Its attempt is not made here. If it was made before, it is still at work, and another process may continue it. */
  async giveBack(): Promise<void> {
    if (this.#hold.goesOn === true) this.leaveBehind();
    else await this.release(NEVER_MADE);
  }

  leaveBehind(): void {
    this.#options.passage.leave();
  }

  async raise(moreMicros: number, overran: boolean): Promise<void> {
    const by = overran ? this.#hold.agent : undefined;
    const raised = async (): Promise<void> => {
      await this.#change((kept) =>
        this.#scoped.map((one, index) => one.raise(kept[index], moreMicros, by)),
      );
      this.#wake();
    };
    // If only the answer was lost, it is charged twice: rather too much than nothing.
    await this.#orOwed(raised, raised);
  }

  async renew(): Promise<void> {
    // If it fails, the run continues: it is renewed again long before it expires.
    await this.#change((kept, nowMs) =>
      this.#scoped.map((one, index) => one.renew(kept[index], this.#hold, nowMs)),
    );
  }

  async #release(leaving: Leaving): Promise<void> {
    await this.#change((kept, nowMs) =>
      this.#scoped.map((one, index) => one.release(kept[index], this.#hold, leaving, nowMs)),
    );
    this.#wake();
    this.leaveBehind();
  }

  /** Makes a change; if the store fails, it is made again later. */
  async #orOwed(change: () => Promise<void>, again: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      this.#owe(again);
      throw this.#options.failed(error);
    }
  }

  #owe(change: () => Promise<void>): void {
    owe(this.#options.values, this.#options.clock, this.#keys, change);
  }

  get #keys(): readonly string[] {
    return this.#scoped.map(({ key }) => key);
  }

  #wake(): void {
    for (const front of this.#options.passage.fronts) front.released();
  }

  async #change(make: MakeAll): Promise<void> {
    await this.#options.values.changeAll(this.#keys, make);
  }
}

/** The refusals of a shared budget, which are not failures of its store. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["BUDGET_EXCEEDED", "NO_BOUND"]);

const NEVER_MADE: Leaving = Object.freeze({
  chargedMicros: 0,
  result: undefined,
  discarded: true,
});
