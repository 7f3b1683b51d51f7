import assert from "node:assert/strict";
import { QuorateError, type ErrorCode } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import type { RunSummary, Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";

/** Returns a new, empty store. */
export type OpenStore = () => Store | Promise<Store>;

/** A case with its own store, closed afterwards. */
export function withStore(
  open: OpenStore,
  name: string,
  check: (store: Store) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      const store = await open();
      try {
        await check(store);
      } finally {
        await store.close();
      }
    },
  };
}

/** Checks that the store refuses with this code, whether it throws or rejects. */
export async function refused(code: ErrorCode, action: () => unknown): Promise<void> {
  await assert.rejects(
    async () => action(),
    (error) => {
      assert.ok(error instanceof QuorateError, `expected a QuorateError, got ${String(error)}`);
      assert.equal(error.code, code, error.message);
      return true;
    },
  );
}

/** Checks that the run has exactly these events. */
export async function holds(
  store: Store,
  runId: string,
  events: readonly RunEvent[],
): Promise<void> {
  assert.deepEqual(throughJson(await store.read(runId)), throughJson(events));
}

/** The status of each run, latest first. */
export async function statuses(
  store: Store,
  limit?: number,
): Promise<Readonly<Record<string, RunSummary["status"]>>> {
  return Object.fromEntries(
    (await store.runs(limit === undefined ? {} : { limit })).map(({ runId, status }) => [
      runId,
      status,
    ]),
  );
}

/** A value after a round trip through JSON. */
export function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
