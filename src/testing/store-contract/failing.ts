import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { QuorateError } from "../../model/errors.ts";
import type { Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { holds, refused, statuses, withStore, type OpenStore } from "./checks.ts";
import type { StoreHarness } from "./closing.ts";
import { answered, started } from "./run-events.ts";

/** A store that failed releases what its owner gave up: to itself, and to other stores. */
export function failingCases(
  open: OpenStore,
  harness: StoreHarness | undefined,
): readonly ContractCase[] {
  return [
    withStore(
      open,
      "takes a run again that it gave up after a refused append, and refuses late appends of the owner before",
      async (store) => {
        await store.append([started("run")]);
        for (let fence = 1; fence < 4; fence += 1) {
          await refused("SEQ_TAKEN", () => store.append([answered("run", 9)], fence));
          const [, again] = await Promise.all([store.release("run", fence), store.take("run")]);
          assert.equal(again, fence + 1);
          await refused("LEASE_LOST", () => store.append([answered("run", fence + 1)], fence));
          await store.release("run", fence);
          await store.append([answered("run", fence + 1)], again);
        }
        assert.equal((await store.read("run")).length, 4);
      },
    ),
    ...(harness?.breakDown === undefined ? [] : brokenCases(open, harness, harness.breakDown)),
  ];
}

function brokenCases(
  open: OpenStore,
  { open: another }: StoreHarness,
  breakDown: (store: Store) => Disposable | Promise<Disposable>,
): readonly ContractCase[] {
  /** A run whose owner gave it up while its store failed; the store works again. */
  async function giveUp(store: Store): Promise<void> {
    await store.append([started("run")]);
    using _broken = await breakDown(store);
    await refused("STORE_FAILED", () => store.append([answered("run", 2, "lost")]));
    await refused("STORE_FAILED", () => store.release("run", 1));
  }

  return [
    withStore(
      open,
      "takes a run that it gave up while it failed again, as soon as it works",
      async (store) => {
        await giveUp(store);
        assert.deepEqual(await statuses(store), { run: "interrupted" });
        await refused("LEASE_LOST", () => store.append([answered("run", 2, "late")], 1));
        assert.equal(await store.take("run"), 2);
        await refused("LEASE_LOST", () => store.append([answered("run", 2, "late")], 1));
        await store.release("run", 1);
        await refused("RUN_OWNED", () => store.take("run"));
        await store.append([answered("run", 2)], 2);
        await holds(store, "run", [started("run"), answered("run", 2)]);
      },
    ),
    withStore(
      open,
      "lets other stores take a run that it gave up while it failed, soon after it works again",
      async (store) => {
        await giveUp(store);
        const other = await another(store);
        try {
          assert.equal(await takeSoon(other, "run"), 2);
          await refused("LEASE_LOST", () => store.append([answered("run", 2, "late")], 1));
          await other.append([answered("run", 2)], 2);
          await refused("RUN_OWNED", () => store.take("run"));
        } finally {
          await other.close();
        }
      },
    ),
    withStore(
      open,
      "lets other stores take its runs if it was closed while it failed",
      async (store) => {
        await store.append([started("run")]);
        {
          using _broken = await breakDown(store);
          await store.close();
        }
        const other = await another(store);
        try {
          assert.equal(await takeSoon(other, "run"), 2);
        } finally {
          await other.close();
        }
      },
    ),
    withStore(open, "keeps a run whose id could not be begun before", async (store) => {
      {
        using _broken = await breakDown(store);
        await refused("STORE_FAILED", () => store.append([started("run")]));
        await refused("STORE_FAILED", () => store.release("run", 1));
      }
      await store.append([started("run")]);
      await setTimeout(SOON_MS);
      await refused("RUN_OWNED", () => store.take("run"));
      await store.append([answered("run", 2)]);
    }),
  ];
}

const SOON_MS = 10;
const MOST_TRIES = 500;

async function takeSoon(store: Store, runId: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.take(runId);
    } catch (error) {
      if ((error as QuorateError).code !== "RUN_OWNED" || tries === MOST_TRIES) throw error;
    }
    await setTimeout(SOON_MS);
  }
}
