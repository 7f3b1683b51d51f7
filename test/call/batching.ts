import { agent, supervisor, type BatchContext, type Budget } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import type { CallLimits } from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

export interface Batching extends CallLimits {
  readonly maxSize?: number;
  readonly waitMs?: number;
  readonly concurrency?: number;
  readonly maxCost?: { readonly usd: number };
  readonly budget?: Budget;
  readonly store?: Store;
}

/** What stands in for a model that takes many tasks: it has every task ten times. */
export const tenfold = (tasks: readonly number[]): readonly number[] =>
  tasks.map((task) => task * 10);

export const upTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => n + 1);

export const pause = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.timer(ms, resolve));

/** A team of one agent that answers in batches, and what it was asked: many at once, and alone. */
export function batching(
  answer: (
    tasks: readonly number[],
    context: BatchContext,
    clock: VirtualClock,
  ) => unknown = tenfold,
  options: Batching = {},
) {
  const clock = virtualClock();
  const { maxSize, waitMs, concurrency, maxCost, budget, store, ...limits } = options;
  const batches: (readonly number[])[] = [];
  const alone: number[] = [];
  const a = agent({
    name: "a",
    ...limits,
    ...(maxCost !== undefined && { maxCost }),
    run: (task: number): unknown => {
      alone.push(task);
      return task * 10;
    },
    batch: {
      ...(maxSize !== undefined && { maxSize }),
      ...(waitMs !== undefined && { waitMs }),
      run(tasks, context) {
        batches.push(tasks);
        return answer(tasks, context, clock) as readonly unknown[];
      },
    },
  });
  const team = supervisor({
    name: "team",
    agents: { a },
    clock,
    backoff: { baseMs: 100 },
    ...(concurrency !== undefined && { concurrency }),
    ...(budget !== undefined && { budget }),
    ...(store !== undefined && { backend: { store } }),
  });
  return { clock, a, team, batches, alone };
}

/** What came of each run: its output, or the code and the message of what it failed with. */
export async function outputs(
  running: readonly ReturnType<ReturnType<typeof batching>["team"]["run"]>[],
): Promise<readonly unknown[]> {
  const outcomes = await Promise.all(running);
  return outcomes.map(({ results: { a } }) => {
    if (a.status === "ok") return a.output;
    return a.status === "failed" ? `${a.error.code}: ${a.error.message}` : a.status;
  });
}
