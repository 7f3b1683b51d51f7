import assert from "node:assert/strict";
import type { Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { holds, refused, statuses, withStore, type OpenStore } from "./checks.ts";
import { answered, finished, started, wholeRun } from "./run-events.ts";

/** Who may append to a run: fences, taking, releasing. */
export function owningCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(
      open,
      "has 1 for the fence of who begins a run, and where none is given",
      async (store) => {
        await store.append([started("run")], 1);
        await store.append([answered("run", 2)]);
        await store.append([answered("run", 3)], 1);
        assert.equal((await store.read("run")).length, 3);
        await refused("LEASE_LOST", () => store.append([started("new")], 2));
        await holds(store, "new", []);
      },
    ),
    withStore(open, "refuses an append with another fence by itself", async (store) => {
      await store.append([started("run")]);
      const ends = await Promise.allSettled([
        (async () => store.append([answered("run", 2, "first")]))(),
        ...[0, 2, 1.5, NaN].map(async (fence) => store.append([answered("run", 3)], fence)),
        (async () => store.append([answered("run", 3, "last")], 1))(),
      ]);
      assert.deepEqual(
        ends.map((end) => (end.status === "fulfilled" ? "kept" : end.reason.code)),
        ["kept", "LEASE_LOST", "LEASE_LOST", "LEASE_LOST", "LEASE_LOST", "kept"],
      );
      await holds(store, "run", [
        started("run"),
        answered("run", 2, "first"),
        answered("run", 3, "last"),
      ]);
    }),
    withStore(open, "refuses to take a run that it does not have", async (store) => {
      await refused("RUN_NOT_FOUND", () => store.take("nobody"));
      await refused("RUN_NOT_FOUND", () => store.take("\ud800"));
      await refused("RUN_NOT_FOUND", () => store.take(""));
    }),
    withStore(open, "refuses to take a run that it drives itself", async (store) => {
      await store.append([started("run")]);
      await refused("RUN_OWNED", () => store.take("run"));
      await store.append([answered("run", 2)]);
    }),
    withStore(open, "raises the fence of a run with each that takes it", async (store) => {
      await store.append([started("run")]);
      for (let fence = 1; fence < 5; fence += 1) {
        await store.release("run", fence);
        assert.equal(await store.take("run"), fence + 1);
        await refused("LEASE_LOST", () => store.append([answered("run", fence + 1)], fence));
        await store.append([answered("run", fence + 1)], fence + 1);
      }
      assert.equal((await store.read("run")).length, 5);
    }),
    withStore(open, "refuses an append to a run that was released", async (store) => {
      await store.append([started("run")]);
      await store.release("run", 1);
      await refused("LEASE_LOST", () => store.append([answered("run", 2)]));
      await holds(store, "run", [started("run")]);
    }),
    withStore(open, "releases a run only for its current fence", async (store) => {
      await store.append([started("run")]);
      await store.release("run", 2);
      await store.release("nobody", 1);
      await refused("RUN_OWNED", () => store.take("run"));
      await store.release("run", 1);
      await store.release("run", 1);
      const fence = await store.take("run");
      await store.release("run", 1);
      await store.append([answered("run", 2)], fence);
    }),
    withStore(open, "lets one of several take a run", async (store) => {
      await store.append([started("run")]);
      await store.release("run", 1);
      const takes = Array.from({ length: 5 }, async () => store.take("run"));
      const ends = await Promise.allSettled(takes);
      assert.deepEqual(
        ends.map((end) => (end.status === "fulfilled" ? end.value : end.reason.code)),
        [2, "RUN_OWNED", "RUN_OWNED", "RUN_OWNED", "RUN_OWNED"],
      );
    }),
    withStore(open, "does what is asked of it in that order, awaited or not", async (store) => {
      const [, , fence] = await Promise.all([
        store.append([started("run")]),
        store.release("run", 1),
        store.take("run"),
        store.append([answered("run", 2)], 2),
      ]);
      assert.equal(fence, 2);
      await holds(store, "run", [started("run"), answered("run", 2)]);
    }),
    withStore(open, "checks the fence of each append, also between others", async (store) => {
      const ends = await Promise.allSettled([
        (async () => store.append([started("left")]))(),
        (async () => store.release("left", 1))(),
        (async () => store.append([answered("left", 2)]))(),
        (async () => store.append(wholeRun("ended", 2)))(),
        (async () => store.take("ended"))(),
        (async () => store.append([answered("ended", 3)], 1))(),
        (async () => store.append([answered("ended", 3)], 2))(),
      ]);
      assert.deepEqual(
        ends.map((end) => (end.status === "fulfilled" ? "done" : end.reason.code)),
        ["done", "done", "LEASE_LOST", "done", "done", "LEASE_LOST", "done"],
      );
    }),
    withStore(
      open,
      "releases a run at its end, and lets it be taken to continue it",
      async (store) => {
        await store.append(wholeRun("run", 3));
        assert.equal(await store.take("run"), 2);
        await refused("RUN_OWNED", () => store.take("run"));
        await refused("LEASE_LOST", () => store.append([answered("run", 4)], 1));
        await store.append([answered("run", 4)], 2);
        assert.deepEqual(await statuses(store), { run: "running" });
        await refused("RUN_OWNED", () => store.take("run"));
        await store.append([finished("run", 5)], 2);
        assert.equal(await store.take("run"), 3);
      },
    ),
    withStore(open, "lists a run that no process drives as interrupted", async (store) => {
      const seen = async (): Promise<unknown> => (await statuses(store))["run"];
      await store.append([started("run")]);
      assert.equal(await seen(), "running");
      await store.release("run", 1);
      assert.equal(await seen(), "interrupted");
      const fence = await store.take("run");
      assert.equal(await seen(), "running");
      await store.append([finished("run", 2)], fence);
      assert.equal(await seen(), "complete");
      await store.release("run", fence);
      assert.equal(await seen(), "complete");
    }),
  ];
}

/** The same with two stores that have the same runs open. */
export function sharingCases(
  open: OpenStore,
  another: (store: Store) => Store | Promise<Store>,
): readonly ContractCase[] {
  const withTwo = (
    name: string,
    check: (mine: Store, theirs: Store) => Promise<void>,
  ): ContractCase =>
    withStore(open, name, async (mine) => {
      const theirs = await another(mine);
      try {
        await check(mine, theirs);
      } finally {
        await theirs.close();
      }
    });

  return [
    withTwo(
      "has a run driven by the store that began it, and by no other",
      async (mine, theirs) => {
        await mine.append([started("run")]);
        await refused("RUN_OWNED", () => theirs.take("run"));
        await refused("LEASE_LOST", () => theirs.append([answered("run", 2)]));
        await refused("SEQ_TAKEN", () => theirs.append([started("run")]));
        await theirs.release("run", 1);
        for (const store of [mine, theirs])
          assert.deepEqual(await statuses(store), { run: "running" });
        await mine.append([answered("run", 2)]);
        await holds(theirs, "run", [started("run"), answered("run", 2)]);
      },
    ),
    withTwo("lets another store take a run whose owner has closed", async (mine, theirs) => {
      await mine.append([started("run")]);
      await mine.append(wholeRun("ended", 2));
      await mine.close();
      assert.deepEqual(await statuses(theirs), { run: "interrupted", ended: "complete" });
      assert.equal(await theirs.take("run"), 2);
      await theirs.append([answered("run", 2)], 2);
      assert.deepEqual(await statuses(theirs), { run: "running", ended: "complete" });
    }),
    withTwo(
      "refuses the store that drove a run which another has taken since",
      async (mine, theirs) => {
        await mine.append([started("run")]);
        await mine.release("run", 1);
        assert.equal(await theirs.take("run"), 2);
        for (const fence of [1, 2]) {
          await refused("LEASE_LOST", () => mine.append([answered("run", 2)], fence));
          await mine.release("run", fence);
        }
        await refused("RUN_OWNED", () => mine.take("run"));
        await theirs.append([answered("run", 2)], 2);
        await theirs.release("run", 2);
        assert.equal(await mine.take("run"), 3);
        await mine.append([answered("run", 3)], 3);
        await refused("LEASE_LOST", () => theirs.append([answered("run", 4)], 2));
        assert.equal((await theirs.read("run")).length, 3);
      },
    ),
    withTwo(
      "forgets an ended run when the store that took it to continue it is gone",
      async (mine, theirs) => {
        await mine.append(wholeRun("run", 2));
        await mine.take("run");
        assert.equal(await theirs.prune(Infinity), 0);
        await mine.close();
        assert.equal(await theirs.prune(Infinity), 1);
      },
    ),
    withTwo("lets one of two take a run", async (mine, theirs) => {
      for (let index = 0; index < 10; index += 1) {
        const runId = `run-${index}`;
        await mine.append([started(runId)]);
        await mine.release(runId, 1);
        const both = index % 2 === 0 ? [mine, theirs] : [theirs, mine];
        const ends = await Promise.allSettled(both.map(async (store) => store.take(runId)));
        assert.deepEqual(ends.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
      }
    }),
  ];
}
