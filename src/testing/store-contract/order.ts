import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { holds, refused, withStore, type OpenStore } from "./checks.ts";
import { answered, answers, finished, started, wholeRun } from "./run-events.ts";

/** Which appends are accepted: the `seq` rule, all or nothing, concurrent appends. */
export function orderCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "keeps the events of one append and of many in order", async (store) => {
      const events = wholeRun("run", 12);
      await store.append(events.slice(0, 5));
      for (const event of events.slice(5)) await store.append([event]);
      await holds(store, "run", events);
    }),
    withStore(open, "takes an empty append as nothing", async (store) => {
      await store.append([]);
      assert.deepEqual(await store.runs(), []);
    }),
    withStore(open, "refuses a seq that the run has already", async (store) => {
      await store.append(wholeRun("run", 3));
      for (const seq of [1, 2, 3])
        await refused("SEQ_TAKEN", () => store.append([answered("run", seq)]));
      await holds(store, "run", wholeRun("run", 3));
    }),
    withStore(open, "refuses a seq that leaves a gap", async (store) => {
      await refused("SEQ_TAKEN", () => store.append([answered("new", 2)]));
      await refused("SEQ_TAKEN", () => store.append([answered("new", 0)]));
      await store.append([started("run")]);
      await refused("SEQ_TAKEN", () => store.append([answered("run", 3)]));
      await refused("SEQ_TAKEN", () => store.append([answered("run", 1.5)]));
      await holds(store, "run", [started("run")]);
      await holds(store, "new", []);
    }),
    withStore(
      open,
      "keeps nothing of an append whose later event does not follow",
      async (store) => {
        await refused("SEQ_TAKEN", () =>
          store.append([started("new"), answered("new", 2), answered("new", 4)]),
        );
        await store.append([started("run")]);
        await refused("SEQ_TAKEN", () => store.append([answered("run", 2), answered("run", 2)]));
        await holds(store, "new", []);
        await holds(store, "run", [started("run")]);
      },
    ),
    withStore(
      open,
      "refuses events of two runs in one append, and keeps neither's",
      async (store) => {
        await refused("BAD_OPTIONS", () => store.append([started("a"), answered("b", 2)]));
        await holds(store, "a", []);
        await holds(store, "b", []);
      },
    ),
    withStore(open, "refuses a run that does not begin with run.started", async (store) => {
      await refused("BAD_OPTIONS", () => store.append([answered("run", 1)]));
      assert.deepEqual(await store.runs(), []);
    }),
    withStore(open, "continues after a refusal", async (store) => {
      await store.append([started("run")]);
      await refused("SEQ_TAKEN", () => store.append([answered("run", 7)]));
      await store.append([answered("run", 2)]);
      await holds(store, "run", [started("run"), answered("run", 2)]);
    }),
    withStore(
      open,
      "keeps appends in the order in which they were made, awaited or not",
      async (store) => {
        const events = wholeRun("run", 50);
        await Promise.all(events.map((event) => store.append([event])));
        await holds(store, "run", events);
      },
    ),
    withStore(
      open,
      "lets one of two writers of the same seq through, and other runs beside them",
      async (store) => {
        await store.append([started("run")]);
        const results = await Promise.allSettled([
          (async () => store.append([started("before")]))(),
          (async () => store.append([answered("run", 2, "first")]))(),
          (async () => store.append([answered("run", 2, "second")]))(),
          (async () => store.append([started("after")]))(),
        ]);
        assert.deepEqual(
          results.map(({ status }) => status),
          ["fulfilled", "fulfilled", "rejected", "fulfilled"],
        );
        await holds(store, "run", [started("run"), answered("run", 2, "first")]);
        await holds(store, "before", [started("before")]);
        await holds(store, "after", [started("after")]);
      },
    ),
    withStore(open, "keeps interleaved runs apart", async (store) => {
      const runIds = ["a", "b", "c"];
      await Promise.all(runIds.map((runId) => store.append([started(runId)])));
      for (let seq = 2; seq < 20; seq += 1) {
        await Promise.all(
          runIds.map((runId) => store.append([answered(runId, seq, `${runId}${seq}`)])),
        );
      }
      for (const runId of runIds) {
        await store.append([finished(runId, 20)]);
        const middle = answers(runId, 2, 19).map(({ seq }) =>
          answered(runId, seq, `${runId}${seq}`),
        );
        await holds(store, runId, [started(runId), ...middle, finished(runId, 20)]);
      }
    }),
  ];
}
