import { operations } from "../operations.ts";
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import type { Store } from "../../src/store/store.ts";
import { begun } from "../../src/testing/store-contract/finding.ts";
import { answers, finished } from "../../src/testing/store-contract/run-events.ts";

/** A store with so many finished runs of `most`, and among them one of `rare` that is interrupted. */
async function filled(store: Store, runs: number): Promise<Store> {
  for (let index = 0; index < runs; index += 1) {
    const runId = `run-${index}`;
    await store.append([
      begun(runId, { team: "most" }),
      ...answers(runId, 2, 5),
      finished(runId, 6, "complete"),
    ]);
    if (index !== Math.floor(runs / 2)) continue;
    const rare = { team: "rare", tenant: "acme", tags: { kind: "rare" } };
    await store.append([begun("rare", rare), ...answers("rare", 2, 5)]);
    await store.release("rare", 1);
  }
  return store;
}

const ASKED: Readonly<Record<string, (store: Store) => unknown>> = {
  "how one run stands": (store) => store.run("rare"),
  "the runs that are interrupted": (store) => store.runs({ status: "interrupted" }),
  "the runs of a team that has few": (store) => store.runs({ team: "rare" }),
  "the runs of a tenant": (store) => store.runs({ tenant: "acme" }),
  "the runs with a tag": (store) => store.runs({ tag: { kind: "rare" } }),
  "a run by how its id begins": (store) => store.runs({ prefix: "rar" }),
  "the latest finished runs of a team": (store) =>
    store.runs({ team: "most", status: ["complete", "failed"], limit: 3 }),
  "a page far down": (store) => store.runs({ after: "run-30", limit: 3 }),
};

describe("the work of a SQLite store that is asked for", () => {
  it.each(Object.entries(ASKED))("%s does not grow with the runs that are not", async (_, ask) => {
    const counts: number[] = [];
    for (const runs of [50, 400]) {
      await using store = sqlite({ path: ":memory:" }).store;
      await filled(store, runs);
      // What is prepared once.
      await ask(store);
      counts.push(await operations(() => ask(store)));
    }
    const [few = 0, many = Infinity] = counts;
    expect(few).toBeGreaterThan(10);
    expect(many).toBeLessThanOrEqual(few + 10);
  });
});

describe("the work of a memory store that is asked for", () => {
  it("one run does not grow with the runs that there are", async () => {
    const counts: number[] = [];
    for (const runs of [50, 400]) {
      const store = await filled(memoryStore({ keepRuns: 1_000 }), runs);
      counts.push(await operations(() => store.run("rare")));
    }
    expect(counts[1]).toBeLessThanOrEqual((counts[0] ?? 0) + 2);
  });
});
