import { BACKEND, TEXT } from "../../check/arguments.ts";
import { fromStore } from "../../log/from-store.ts";
import type { Json } from "../../model/json.ts";
import { noSuchRun } from "../../store/refuse-take.ts";
import type { RunSummary, Store } from "../../store/store.ts";
import type { Values } from "../../store/values.ts";
import { queueKey } from "../enqueue.ts";

// A run may end every process that drives it, for example because it takes all memory. So a process that resumes runs of others counts itself
// beside the run, and removes the count when it has released the run in any way. What is left are the processes that died over it.
const TRIES_PREFIX = "tries/";

/** After this many deaths in a row, no process resumes the run by itself. */
export const MOST_DEATHS = 5;

/** The first death is not counted: that process began the run. */
const MOST_COUNTED = MOST_DEATHS - 1;

/** Deaths are forgotten after this time without another. */
const REMEMBERED_MS = 3_600_000;

const expiresAtMs = (_made: Json, nowMs: number): number => nowMs + REMEMBERED_MS;

function deathsIn(kept: unknown): number {
  return typeof kept === "number" && kept > 0 ? kept : 0;
}

/** Counts that this process resumes a run. `false` if the run is dead: then nothing is counted. */
export async function beginTry(values: Values, runId: string): Promise<boolean> {
  let isDead = false;
  await fromStore(async () =>
    values.change(
      TRIES_PREFIX + runId,
      (kept) => {
        const deaths = deathsIn(kept);
        isDead = deaths >= MOST_COUNTED;
        return isDead ? deaths : deaths + 1;
      },
      { expiresAtMs, runId },
    ),
  );
  return !isDead;
}

/** This process has survived the run. */
export async function endTry(values: Values, runId: string): Promise<void> {
  await fromStore(async () => values.change(TRIES_PREFIX + runId, () => undefined));
}

/**
 * The runs that no process resumes by itself, because five processes in a row have died over them, each within an hour of the one before; the
 * latest first. Rejects with `STORE_FAILED`.
 */
export async function deadRuns(backend: { readonly store: Store }): Promise<readonly RunSummary[]> {
  BACKEND.needed().take(backend, "deadRuns: backend");
  const { store } = backend;
  const dead: RunSummary[] = [];
  for (let after = ""; ;) {
    const kept = await fromStore(async () => store.values.list(TRIES_PREFIX, { after }));
    for (const { key, value } of kept) {
      after = key;
      if (deathsIn(value) < MOST_COUNTED) continue;
      const run = await fromStore(async () => store.run(key.slice(TRIES_PREFIX.length)));
      if (run?.status === "interrupted") dead.push(run);
    }
    if (kept.length === 0) break;
  }
  return dead.toSorted((a, b) => b.startedAtMs - a.startedAtMs);
}

/**
 * Lets a dead run be tried again: a process that resumes runs of its team takes it. Rejects with `RUN_NOT_FOUND` if
 * there is no such run.
 */
export async function retry(backend: { readonly store: Store }, runId: string): Promise<void> {
  BACKEND.needed().take(backend, "retry: backend");
  TEXT.take(runId, "retry: runId");
  const { store } = backend;
  const run = await fromStore(async () => store.run(runId));
  if (run === undefined) throw noSuchRun(runId);
  await endTry(store.values, runId);
  const nowMs = await fromStore(async () => store.values.now());
  await fromStore(async () => store.values.change(queueKey(run.supervisor.name), () => nowMs));
}
