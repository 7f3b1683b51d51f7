import { NO_COST, UNKNOWN_COST, type Cost } from "../call.ts";
import type { Issue } from "../errors.ts";
import type { RunEvent } from "../events.ts";

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** How a call ended, as the log has it. */
export type RecordedEnd = Of<"call.succeeded"> | Of<"call.reused"> | Of<"call.failed">;

/** What the log says of one call. */
export interface RecordedCall {
  readonly callId: string;
  key: string | undefined;
  /** The attempt that began last. */
  attempt: number;
  /**
   * - `begun`: an attempt began and nothing is known of its end: it is in doubt.
   * - `between`: an attempt failed and another was to follow.
   * - `ended`: `end` says how.
   */
  state: "begun" | "between" | "ended";
  end: RecordedEnd | undefined;
  /** What the next attempt was to mend. */
  issues: readonly Issue[];
  /** Of the attempts whose end is known. */
  cost: Cost;
  /** What budgets were charged for those, in micro-dollars. */
  charged: number | undefined;
  /** What was reserved for the attempt that began last, in micro-dollars, while nothing says what it came to. */
  reserved: number | undefined;
  /** Whether the log says what the attempt that began last has cost. */
  settled: boolean;
  /** How often it was told to come later. */
  requeues: number;
}

/** What a call took. */
export interface Spent {
  readonly cost: Cost;
  readonly charged: number | undefined;
}

/**
 * What a call took as far as the log says: what an attempt cost of which it says nothing nobody knows, and it is charged
 * with what was reserved for it.
 */
export function spentIn(call: RecordedCall | undefined): Spent {
  if (call === undefined) return NOTHING_SPENT;
  const { cost, charged, reserved, settled } = call;
  if (settled) return { cost, charged };
  return {
    cost: UNKNOWN_COST,
    charged: reserved === undefined ? charged : (charged ?? 0) + reserved,
  };
}

const NOTHING_SPENT: Spent = Object.freeze({ cost: NO_COST, charged: undefined });
