import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Cancellation } from "../../async/cancellation.ts";
import { QuorateError, type ErrorCode } from "../../model/errors.ts";
import { budgetLimit } from "../../limits/budget-limit.ts";
import type { RateSettings } from "../../limits/limiter-options.ts";
import { rateLimit } from "../../limits/rate-limit.ts";
import type { Limiter } from "../../limits/limiter.ts";
import type { Permit, Requeue } from "../../limits/permit.ts";
import type { Passed } from "../../limits/run-budgets.ts";
import { sharedBudget } from "../../limits/scope/shared-budget.ts";
import { scopedIn } from "../../limits/scope/shared-slots.ts";
import { DEFAULT_BACKOFF } from "../../retry/backoff.ts";
import type { ContractCase } from "../contract.ts";
import type { VirtualClock } from "../virtual-clock.ts";

/** An unused limiter. */
export interface LimiterUnderTest {
  readonly limiter: Limiter;
  /** The clock of the limiter, and of its store. */
  readonly clock: VirtualClock;
  /** A second limiter, as another process would open it. With it, all limits and budgets have a scope, and hold across both. */
  readonly other?: Limiter;
  /**
   * Resolves when all pending queries to the limiter's store have settled. Without it, the cases wait a few turns of the event loop; with it, time
   * passes in small steps, as a store that answers late needs.
   */
  settles?(): Promise<void>;
  close?(): void | Promise<void>;
}

/** Opens a limiter, or two over the same state. */
export type OpenLimiter = () => LimiterUnderTest | Promise<LimiterUnderTest>;

/** What an attempt asks for. */
export interface VisitorOptions {
  readonly runId?: string;
  readonly tokens?: number;
  readonly usdMicros?: number;
  readonly lifeMs?: number;
  /** What its permit is for, and whether it continues an earlier one. */
  readonly attempt?: string;
  readonly goesOn?: boolean;
  /** Uses the second limiter. */
  readonly elsewhere?: boolean;
}

/** An attempt at a limiter. */
export interface Visitor {
  readonly state: "waits" | "passed" | "refused";
  /** The error it was refused with. */
  readonly reason: unknown;
  readonly permit: Permit;
  cancel(reason: unknown): void;
  /** The attempt ends. */
  leaves(chargedMicros?: number): Promise<void>;
  ends(error: unknown, tokens?: number): Requeue | undefined;
}

/** A limit or a budget, as each of two processes has it. */
export interface Needed {
  readonly here: Passed;
  readonly there: Passed;
}

/** What a case can do with a limiter. */
export interface Bench {
  readonly clock: VirtualClock;
  /** A limit that no other attempt has. */
  limit(options: Partial<Omit<RateSettings, "scope">>): Needed;
  /** A budget that no other attempt has. */
  budget(limitMicros: number, unbounded?: "refuse" | "allow"): Needed;
  /** An attempt that needs these. */
  comes(needs: readonly Needed[], asking?: VisitorOptions): Visitor;
  /** Lets pending work happen without time passing. */
  settles(): Promise<void>;
  /** Lets time pass. */
  passes(ms: number): Promise<void>;
}

const UNLIMITED: RateSettings = {
  scope: undefined,
  concurrency: Infinity,
  callsPerMinute: Infinity,
  tokensPerMinute: Infinity,
  adaptive: true,
  breaker: undefined,
};

// Enough for some transactions of a database in this process, one after another.
const TURNS = 25;
const STEP_MS = 100;

/** A case with its own limiter. */
export function limiterCase(
  open: OpenLimiter,
  name: string,
  check: (bench: Bench) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      const tested = await open();
      try {
        await check(benchOf(tested));
      } finally {
        await tested.close?.();
      }
    },
  };
}

function benchOf({ limiter, clock, other, ...tested }: LimiterUnderTest): Bench {
  let made = 0;
  const settles = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
    await tested.settles?.();
    await clock.advance(0);
    await tested.settles?.();
  };
  return {
    clock,
    settles,
    async passes(ms) {
      const stepMs = tested.settles === undefined ? ms : STEP_MS;
      for (let left = ms; left > 0; left -= stepMs) {
        await clock.advance(Math.min(left, stepMs));
        await settles();
      }
    },
    limit(options) {
      const name = `limiter ${++made}`;
      const limitOf = (): Passed => {
        const { limit } = rateLimit(name, {
          ...UNLIMITED,
          ...options,
          scope: other === undefined ? undefined : name,
        });
        return { limits: [limit], scoped: scopedIn([limit]) };
      };
      return { here: limitOf(), there: limitOf() };
    },
    budget(limitMicros, unbounded = "refuse") {
      const scope = `budget ${++made}`;
      const own = (): Passed => {
        const limit = budgetLimit({ limitMicros, scope: undefined, unbounded }, scope);
        return { limits: [limit], scoped: [] };
      };
      const shared = { limits: [], scoped: [sharedBudget({ limitMicros, scope, unbounded })] };
      const here = other === undefined ? own() : shared;
      return { here, there: here };
    },
    comes(needs, { elsewhere = false, ...asking } = {}) {
      assert.ok(!elsewhere || other !== undefined, "there is one limiter only");
      return elsewhere && other !== undefined
        ? visitor(
            other,
            needs.map(({ there }) => there),
            asking,
          )
        : visitor(
            limiter,
            needs.map(({ here }) => here),
            asking,
          );
    },
  };
}

function visitor(
  limiter: Limiter,
  needs: readonly Passed[],
  { runId = "run", tokens = 0, usdMicros, lifeMs = 100_000, ...more }: VisitorOptions,
): Visitor {
  const cancellation = new Cancellation();
  let state: Visitor["state"] = "waits";
  let reason: unknown;
  let permit: Permit | undefined;
  const passed = (given: Permit): void => {
    state = "passed";
    permit = given;
  };
  const refused = (why: unknown): void => {
    state = "refused";
    reason = why;
  };
  const request = {
    agent: "agent",
    runId,
    limits: needs.flatMap(({ limits }) => limits),
    scoped: needs.flatMap(({ scoped }) => scoped),
    tokens,
    usdMicros,
    backoff: DEFAULT_BACKOFF,
    lifeMs,
    ...more,
  };
  try {
    const admitted = limiter.acquire(request, cancellation);
    if (admitted instanceof Promise) admitted.then(passed, refused);
    else passed(admitted);
  } catch (error) {
    refused(error);
  }
  return {
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    get permit() {
      assert.ok(permit !== undefined, `an attempt that ${state} has no permit`);
      return permit;
    },
    cancel: (why) => cancellation.cancel(why),
    ends(error, used = 0) {
      return this.permit.ended(error, used);
    },
    async leaves(chargedMicros = 0) {
      await this.permit.release(chargedMicros);
    },
  };
}

/** How many of them have passed. */
export function passedOf(visitors: readonly Visitor[]): number {
  return visitors.filter(({ state }) => state === "passed").length;
}

/** Checks that it was refused with this code. */
export function refusedWith({ state, reason }: Visitor, code: ErrorCode): void {
  assert.equal(state, "refused");
  assert.ok(reason instanceof QuorateError, `expected a QuorateError, got ${String(reason)}`);
  assert.equal(reason.code, code, reason.message);
}
