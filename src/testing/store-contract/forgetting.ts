import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { holds, statuses, withStore, type OpenStore } from "./checks.ts";
import { answered, cancelled, finished, started, wholeRun } from "./run-events.ts";

const MANY_RUNS = 350;
const LARGE = "x".repeat(50_000);

const endMs = (length: number): number => finished("run", length).atMs;

/** Which runs `prune` forgets. */
export function forgettingCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "forgets runs that ended before a time, and says how many", async (store) => {
      for (const length of [2, 3, 4, 5]) await store.append(wholeRun(`run-${length}`, length));
      await store.append([started("cancelled"), cancelled("cancelled", 2)]);
      assert.equal(await store.prune(endMs(4)), 3);
      assert.deepEqual(Object.keys(await statuses(store)), ["run-5", "run-4"]);
      await holds(store, "run-3", []);
      await holds(store, "run-4", wholeRun("run-4", 4));
      assert.equal(await store.prune(endMs(4)), 0);
    }),
    withStore(
      open,
      "forgets no run that has not ended, or that is being continued",
      async (store) => {
        await store.append([started("running")]);
        await store.append([started("gone")]);
        await store.release("gone", 1);
        await store.append(wholeRun("resumed", 2));
        await store.append([answered("resumed", 3)]);
        await store.append(wholeRun("taken", 2));
        const fence = await store.take("taken");
        await store.append(wholeRun("ended", 2));
        assert.equal(await store.prune(Infinity), 1);
        const kept = ["gone", "resumed", "running", "taken"];
        assert.deepEqual(Object.keys(await statuses(store)).toSorted(), kept);
        await store.append([answered("taken", 3)], fence);
        await store.append([finished("taken", 4)], fence);
        assert.equal(await store.prune(Infinity), 1);
      },
    ),
    withStore(
      open,
      "forgets a run, or lets it be taken, when both are asked at once",
      async (store) => {
        await store.append(wholeRun("run", 2));
        const [pruned, taken] = await Promise.allSettled([
          (async () => store.prune(Infinity))(),
          (async () => store.take("run"))(),
        ]);
        const left = Object.keys(await statuses(store));
        const expected = taken.status === "fulfilled" ? [0, ["run"]] : [1, []];
        assert.deepEqual([pruned.status === "fulfilled" && pruned.value, left], expected);
        if (taken.status === "fulfilled") await store.append([answered("run", 3)], taken.value);
      },
    ),
    withStore(open, "forgets nothing before a time that is none", async (store) => {
      await store.append(wholeRun("run", 2));
      for (const never of [NaN, -Infinity, 0]) assert.equal(await store.prune(never), 0);
    }),
    withStore(open, "takes a run of a forgotten one's id as a new one", async (store) => {
      await store.append([...wholeRun("run", 7)]);
      await store.prune(Infinity);
      await store.append([started("other")]);
      await store.append([started("run", "again")]);
      await holds(store, "run", [started("run", "again")]);
      await holds(store, "other", [started("other")]);
    }),
    withStore(open, "forgets many runs, and keeps those between them", async (store) => {
      const runIds = Array.from({ length: MANY_RUNS }, (_, index) => `run-${index}`);
      const isOpen = (index: number): boolean => index % 50 === 0;
      await Promise.all(
        runIds.map((runId, index) =>
          store.append(isOpen(index) ? [started(runId, index)] : wholeRun(runId, 3)),
        ),
      );
      // A store that keeps only the last ended runs has removed some of them already.
      const ended = Object.values(await statuses(store, MANY_RUNS)).filter(
        (is) => is === "complete",
      );
      assert.equal(await store.prune(Infinity), ended.length);
      const left = runIds.filter((_, index) => isOpen(index));
      assert.deepEqual(Object.keys(await statuses(store, MANY_RUNS)).toSorted(), left.toSorted());
      for (const runId of left) await holds(store, runId, [started(runId, Number(runId.slice(4)))]);
    }),
    withStore(open, "keeps what other runs have in common with a forgotten one", async (store) => {
      await store.append([started("old", LARGE), answered("old", 2, LARGE), finished("old", 3)]);
      const events = [started("new", LARGE), answered("new", 2, { LARGE })];
      await store.append(events);
      await store.prune(Infinity);
      await holds(store, "new", events);
      await store.append([answered("new", 3, LARGE)]);
      await holds(store, "new", [...events, answered("new", 3, LARGE)]);
    }),
    withStore(open, "has a large value again that was forgotten with its run", async (store) => {
      await store.append([started("old", LARGE), finished("old", 2)]);
      await store.prune(Infinity);
      await store.append([started("new", LARGE)]);
      await holds(store, "new", [started("new", LARGE)]);
    }),
  ];
}
