import { func, integer, milliseconds } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ErrorRecord, Issue } from "../model/errors.ts";

/** What a batch is given beside its tasks. Everything may be taken apart. What is by task is in the order of the tasks. */
export interface BatchContext {
  /** Aborted when the batch times out or nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** As `context.results`, by task. */
  readonly results: readonly Readonly<Record<string, UpstreamResult | undefined>>[];
  /** As `context.issues`, by task: of tasks that are asked again. */
  readonly issues: readonly (readonly Issue[])[];
  /** As `context.failed`, by task. */
  readonly failed: readonly (readonly ErrorRecord[])[];
  /** As `context.others`, by task. */
  readonly others: readonly (readonly OtherSide[])[];
  readonly tier: string | undefined;
  /** What the team's `tiers` have for the tier. */
  readonly model: unknown;
  /** As `context.idempotencyKey`, by task. */
  readonly idempotencyKeys: readonly string[];
  /**
   * Tells what was used so far: by the task at `index`, or where that is left out by all together, in equal parts. Several
   * reports are added up.
   */
  readonly report: (usage: Usage, index?: number) => void;
}

/** How several tasks of one agent become one request. */
export interface BatchOptions<Task = never, Returned = unknown> {
  /** How many tasks at most (20). */
  readonly maxSize?: number;
  /** How long the first task waits for others, in ms (10); not at all when no other can come. */
  readonly waitMs?: number;
  /**
   * Answers all tasks, in their order. An `Error` in place of an answer fails that task alone; what it throws fails all of
   * them, and so does an answer that is no list of as many. A single task is put to the agent's own `run`.
   */
  readonly run: (
    tasks: readonly Task[],
    context: BatchContext,
  ) => readonly (Returned | Error)[] | Promise<readonly (Returned | Error)[]>;
}

const MAX_SIZE = 10_000;

export const BATCH: Options<BatchOptions, "maxSize" | "waitMs"> = options(
  {
    maxSize: integer(1, MAX_SIZE).or(20),
    waitMs: milliseconds(0).or(10),
    run: func<BatchOptions["run"]>("give it one: run: async (tasks) => answers").needed(),
  },
  { instead: "use { maxSize, waitMs, run: async (tasks) => answers }" },
);
