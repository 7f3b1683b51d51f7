import { setImmediate } from "node:timers/promises";
import { isSoundError } from "../model/errors.ts";
import { canonicalJson } from "../model/json.ts";
import type { RunQuery, RunStatus, RunSummary, Store } from "../store/store.ts";
import type { RunCounts } from "./wire.ts";

// Every open page lists runs again every few seconds: the same query within that time shares one count.
const FRESH_MS = 5_000;
const MOST_COUNTED = 5_000;
const MOST_KEPT = 200;
const PORTION = 500;

/** Which runs are counted, by status. */
export type CountQuery = Pick<RunQuery, "team" | "tag" | "since" | "tenant">;

export interface RunCounter {
  /** The number of runs of each status among the latest 5,000, at most five seconds old. */
  readonly of: (query: CountQuery) => Promise<RunCounts>;
}

interface KeptCount {
  readonly counts: Promise<RunCounts>;
  readonly atMs: number;
}

/** Counts runs by status. A tenant's count has only that tenant's runs, and is cached separately. */
export function runCounter(store: Store, now: () => number): RunCounter {
  const kept = new Map<string, KeptCount>();
  return {
    of(query) {
      const key = canonicalJson(query);
      const known = kept.get(key);
      if (known !== undefined && now() - known.atMs < FRESH_MS) return known.counts;
      const counts = count(store, query);
      kept.delete(key);
      const [oldest] = kept.keys();
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { counts, atMs: now() });
      // After a failure of the store the next call asks again.
      counts.catch(() => {
        if (kept.get(key)?.counts === counts) kept.delete(key);
      });
      return counts;
    },
  };
}

/** Counts in portions, so that other work has its turn in between. */
async function count(store: Store, query: CountQuery): Promise<RunCounts> {
  const statuses: Partial<Record<RunStatus, number>> = {};
  let all = 0;
  let after: string | undefined;
  for (;;) {
    const limit = Math.min(PORTION, MOST_COUNTED - all + 1);
    const runs = await portion(store, { ...query, limit, ...(after !== undefined && { after }) });
    if (runs === undefined) return { all, statuses, more: true };
    for (const { status } of runs.slice(0, MOST_COUNTED - all)) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    all += runs.length;
    after = runs.at(-1)?.runId;
    if (all > MOST_COUNTED) return { all: MOST_COUNTED, statuses, more: true };
    if (runs.length < limit || after === undefined) return { all, statuses };
    await setImmediate();
  }
}

/** `undefined` if the run to continue after has been removed in the meantime. */
async function portion(store: Store, query: RunQuery): Promise<readonly RunSummary[] | undefined> {
  try {
    return await store.runs(query);
  } catch (error) {
    if (isSoundError(error) && error.code === "RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
