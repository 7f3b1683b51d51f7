import { setImmediate } from "node:timers/promises";
import { isSoundError } from "../model/errors.ts";
import { canonicalJson } from "../model/json.ts";
import type { RunQuery, RunStatus, RunSummary, Store } from "../store/store.ts";
import type { RunCounts } from "./wire.ts";

// A list of runs is looked at again every few seconds by everybody who has it open: those who ask the same in that time share one count.
const FRESH_MS = 5_000;
const MOST_COUNTED = 5_000;
const MOST_KEPT = 200;
const PORTION = 500;

/** Which runs are counted: of every status. */
export type CountQuery = Pick<RunQuery, "team" | "tag" | "since" | "tenant">;

export interface RunCounter {
  /** How many of the latest 5,000 runs stand how, as of at most five seconds ago. */
  readonly of: (query: CountQuery) => Promise<RunCounts>;
}

interface Counted {
  readonly counts: Promise<RunCounts>;
  readonly atMs: number;
}

/** Counts runs by status. What one tenant is told is counted from that tenant's runs alone, and kept apart. */
export function runCounter(store: Store, now: () => number): RunCounter {
  const kept = new Map<string, Counted>();
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
      // A store that failed is asked again at once.
      counts.catch(() => {
        if (kept.get(key)?.counts === counts) kept.delete(key);
      });
      return counts;
    },
  };
}

/** In portions, so that others have their turn in between. */
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

/** `undefined` where the run to go on from has been removed meanwhile. */
async function portion(store: Store, query: RunQuery): Promise<readonly RunSummary[] | undefined> {
  try {
    return await store.runs(query);
  } catch (error) {
    if (isSoundError(error) && error.code === "RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
