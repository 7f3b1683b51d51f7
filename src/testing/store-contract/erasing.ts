import assert from "node:assert/strict";
import type { Erasure, Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { holds, refused, statuses, withStore, type OpenStore } from "./checks.ts";
import { begun } from "./finding.ts";
import { answered, cancelled, finished, started, wholeRun } from "./run-events.ts";

const NO_ERASURES: readonly (readonly [what: unknown, instead: RegExp])[] = [
  [{}, /give run, tenant or tag/],
  [{ tag: {} }, /give run, tenant or tag/],
  [{ runs: "run" }, /did you mean run\?/],
  [{ tennant: "acme" }, /did you mean tenant\?/],
  [{ run: 1 }, /run is 1/],
  [{ tag: "branch" }, /for instance/],
  [undefined, /erase is given undefined/],
];

const LARGE = "x".repeat(50_000);

/** Runs of two tenants, with what is kept of each. */
async function filled(store: Store): Promise<void> {
  const runs = [
    ["a-1", { tenant: "a", tags: { branch: "main" } }],
    ["a-2", { tenant: "a", tags: { branch: "next" } }],
    ["b-1", { tenant: "b", tags: { branch: "main" } }],
    ["none", {}],
  ] as const;
  for (const [runId, whose] of runs) {
    await store.append([begun(runId, whose), answered(runId, 2, LARGE), finished(runId, 3)]);
    await store.values.change(`cache/${runId}`, () => LARGE, { runId });
  }
  await store.values.change("budget/all", () => 1);
}

async function keys(store: Store): Promise<readonly string[]> {
  return (await store.values.list("")).map(({ key }) => key);
}

/** Erasing runs. */
export function erasingCases(open: OpenStore): readonly ContractCase[] {
  const cases: readonly (readonly [string, Erasure, gone: readonly string[]])[] = [
    ["one run", { run: "a-1" }, ["a-1"]],
    ["the runs of a tenant", { tenant: "a" }, ["a-1", "a-2"]],
    ["the runs with a tag", { tag: { branch: "main" } }, ["a-1", "b-1"]],
    ["the runs of a tenant with a tag", { tenant: "a", tag: { branch: "main" } }, ["a-1"]],
    ["one run where it is of that tenant", { run: "b-1", tenant: "a" }, []],
    ["nothing of a tenant that has none", { tenant: "c" }, []],
  ];
  return [
    ...cases.map(([title, what, gone]) =>
      withStore(open, `erases ${title}, with what came of it, and nothing else`, async (store) => {
        await filled(store);
        assert.equal(await store.erase(what), gone.length);
        const left = ["a-1", "a-2", "b-1", "none"].filter((runId) => !gone.includes(runId));
        assert.deepEqual(Object.keys(await statuses(store)).toSorted(), left);
        for (const runId of gone) await holds(store, runId, []);
        assert.deepEqual(await keys(store), [
          "budget/all",
          ...left.map((runId) => `cache/${runId}`),
        ]);
        for (const runId of left) assert.equal((await store.read(runId)).length, 3);
        assert.equal(await store.erase(what), 0);
      }),
    ),
    withStore(open, "erases runs of any status, but none that a process drives", async (store) => {
      const whose = { tenant: "a" };
      await store.append([begun("gone", whose)]);
      await store.release("gone", 1);
      await store.append([begun("cancelled", whose), cancelled("cancelled", 2)]);
      await store.append([begun("driven", whose)]);
      await refused("RUN_OWNED", () => store.erase({ run: "driven" }));
      await refused("RUN_OWNED", () => store.erase(whose));
      assert.equal((await store.runs()).length, 3);
      await store.append([answered("driven", 2)]);
      await store.release("driven", 1);
      assert.equal(await store.erase(whose), 3);
      assert.deepEqual(await store.runs(), []);
    }),
    withStore(open, "erases what is kept of a run that is forgotten already", async (store) => {
      await filled(store);
      assert.equal(await store.prune(Infinity), 4);
      assert.equal((await keys(store)).length, 5);
      await store.erase({ tenant: "a" });
      assert.deepEqual(await keys(store), ["budget/all", "cache/b-1", "cache/none"]);
      await store.erase({ run: "none" });
      assert.deepEqual(await keys(store), ["budget/all", "cache/b-1"]);
    }),
    withStore(open, "has a value come from the run that it was written for last", async (store) => {
      await filled(store);
      await store.values.change("cache/a-1", () => "of b", { runId: "b-1" });
      await store.values.change("cache/a-2", () => "of nobody");
      await store.erase({ tenant: "a" });
      assert.deepEqual(await keys(store), [
        "budget/all",
        "cache/a-1",
        "cache/a-2",
        "cache/b-1",
        "cache/none",
      ]);
      await store.erase({ tenant: "b" });
      assert.deepEqual(await keys(store), ["budget/all", "cache/a-2", "cache/none"]);
    }),
    withStore(open, "takes a new run of an erased one's id, which is its own", async (store) => {
      await filled(store);
      await store.erase({ run: "a-1" });
      await store.append(wholeRun("a-1", 3));
      assert.equal(await store.erase({ tenant: "a" }), 1);
      await holds(store, "a-1", wholeRun("a-1", 3));
      assert.equal(await store.erase({ run: "a-1" }), 1);
    }),
    withStore(open, "refuses to erase if it is not told which runs", async (store) => {
      await filled(store);
      for (const [what, instead] of NO_ERASURES) {
        await refused("BAD_OPTIONS", () => store.erase(what as Erasure));
        await assert.rejects(async () => store.erase(what as Erasure), { message: instead });
      }
      await refused("BAD_OPTIONS", () => store.values.change("k", () => 1, { runId: 1 as never }));
      assert.equal((await store.runs()).length, 4);
    }),
    withStore(open, "erases many runs at once", async (store) => {
      const ids = Array.from({ length: 250 }, (_, index) => `run-${index}`);
      for (const runId of ids) {
        await store.append([begun(runId, { tenant: "a" }), answered(runId, 2, runId)]);
        await store.release(runId, 1);
      }
      assert.equal(await store.erase({ tenant: "a" }), 250);
      assert.deepEqual(await store.runs(), []);
    }),
  ];
}

/** The same with a second store that has the runs open. */
export function sharedErasingCases(
  open: OpenStore,
  another: (store: Store) => Store | Promise<Store>,
): readonly ContractCase[] {
  return [
    withStore(
      open,
      "does not erase a run that another drives, and tells who drove one that it erases",
      async (mine) => {
        const theirs = await another(mine);
        try {
          await mine.append([started("run")]);
          await refused("RUN_OWNED", () => theirs.erase({ run: "run" }));
          await mine.append([answered("run", 2)]);
          await mine.release("run", 1);
          assert.equal(await theirs.erase({ run: "run" }), 1);
          await refused("SEQ_TAKEN", () => mine.append([answered("run", 3)]));
          assert.equal(await mine.run("run"), undefined);
        } finally {
          await theirs.close();
        }
      },
    ),
  ];
}
