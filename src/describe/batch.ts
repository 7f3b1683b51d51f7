import { func, integer, milliseconds } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { OtherSide, UpstreamResult, Usage } from "../model/call.ts";
import type { ErrorRecord, Issue } from "../model/errors.ts";

/** What a batch gets beside its tasks. You may destructure it. Lists are in the order of the tasks. */
export interface BatchContext {
  /** Aborted when the batch times out or no call waits for it any more. */
  readonly signal: AbortSignal;
  /** `context.results` for each task. */
  readonly results: readonly Readonly<Record<string, UpstreamResult | undefined>>[];
  /** `context.issues` for each task; not empty for tasks that are asked again. */
  readonly issues: readonly (readonly Issue[])[];
  /** `context.failed` for each task. */
  readonly failed: readonly (readonly ErrorRecord[])[];
  /** `context.others` for each task. */
  readonly others: readonly (readonly OtherSide[])[];
  readonly tier: string | undefined;
  /** The value of the tier in the team's `tiers`. */
  readonly model: unknown;
  /** `context.idempotencyKey` for each task. */
  readonly idempotencyKeys: readonly string[];
  /**
   * Reports what was used so far: by the task at `index` or, without it, by all tasks in equal parts. Several
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
   * Answers all tasks, in their order. An `Error` instead of an answer fails only that task. If `run` throws, or does not return a list
   * of as many answers, all tasks fail. A single task is put to the agent's own `run`.
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
