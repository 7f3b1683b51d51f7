import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { statuses, throughJson, withStore, type OpenStore } from "./checks.ts";
import { answered, cancelled, finished, runEvent, started, wholeRun } from "./run-events.ts";

const MANY_RUNS = 1_000;

/** The list of runs. */
export function listingCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(
      open,
      "lists a run with its supervisor, times, status and number of events",
      async (store) => {
        const first = started("run");
        await store.append([first]);
        const running = {
          runId: "run",
          supervisor: { name: "gate", version: "3" },
          startedAtMs: first.atMs,
          endedAtMs: null,
          status: "running",
          events: 1,
        };
        assert.deepEqual(throughJson(await store.runs()), [running]);
        await store.append([answered("run", 2)]);
        assert.deepEqual(throughJson(await store.runs()), [{ ...running, events: 2 }]);
        const last = finished("run", 3, "partial");
        await store.append([last]);
        const ended = { ...running, endedAtMs: last.atMs, status: "partial", events: 3 };
        assert.deepEqual(throughJson(await store.runs()), [ended]);
      },
    ),
    withStore(open, "tells every way in which a run ends", async (store) => {
      await store.append([started("complete"), finished("complete", 2, "complete")]);
      await store.append([started("partial"), finished("partial", 2, "partial")]);
      await store.append([started("failed"), finished("failed", 2, "failed")]);
      await store.append([started("cancelled"), cancelled("cancelled", 2)]);
      for (const { runId, status } of await store.runs()) assert.equal(status, runId);
    }),
    withStore(
      open,
      "lists a run that waits for a person as waiting, driven or not",
      async (store) => {
        await store.append([
          started("run"),
          runEvent("run", 2, { type: "run.waiting", verdicts: [] }),
        ]);
        assert.deepEqual(await statuses(store), { run: "waiting" });
        await store.release("run", 1);
        assert.deepEqual(await statuses(store), { run: "waiting" });
        assert.equal(await store.prune(Infinity), 0);
        const fence = await store.take("run");
        await store.append([answered("run", 3)], fence);
        assert.deepEqual(await statuses(store), { run: "running" });
      },
    ),
    withStore(open, "lists a supervisor without a version", async (store) => {
      await store.append([
        runEvent("run", 1, { type: "run.started", supervisor: { name: "gate" }, input: 1 }),
      ]);
      const [listed] = await store.runs();
      assert.deepEqual(throughJson(listed?.supervisor), { name: "gate" });
    }),
    withStore(open, "keeps a thousand open runs and lists the latest first", async (store) => {
      const runIds = Array.from({ length: MANY_RUNS }, (_, index) => `run-${index}`);
      await Promise.all(runIds.map((runId) => store.append([started(runId, runId)])));
      await Promise.all(runIds.map((runId) => store.append([answered(runId, 2, runId)])));
      for (const runId of runIds) assert.equal((await store.read(runId)).length, 2);

      const latest = runIds.toReversed();
      const listed = async (limit?: number): Promise<readonly string[]> =>
        (await store.runs(limit === undefined ? {} : { limit })).map(({ runId }) => runId);
      assert.deepEqual(await listed(), latest.slice(0, 100));
      assert.deepEqual(await listed(3), latest.slice(0, 3));
      assert.deepEqual(await listed(2 * MANY_RUNS), latest);
      for (const none of [0, -1, NaN]) assert.deepEqual(await listed(none), []);
    }),
    withStore(open, "keeps the last hundred ended runs at least", async (store) => {
      for (let index = 0; index < 150; index += 1) await store.append(wholeRun(`run-${index}`, 3));
      for (let index = 50; index < 150; index += 1) {
        assert.equal((await store.read(`run-${index}`)).length, 3);
      }
    }),
  ];
}
