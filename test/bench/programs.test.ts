import { describe, expect, it } from "vitest";
import { measureInFreshProcess } from "../../bench/fresh-process.ts";
import type { Sample, Workload } from "../../bench/workload.ts";
import { workloads } from "../../bench/workloads/all.ts";

/** Measures in a process of its own, with so little to do that its figures mean nothing. */
function tried({ id, leaves = false }: Workload, system: string, size: number): Promise<Sample> {
  return measureInFreshProcess({
    list: "./workloads/all.ts",
    workload: id,
    system,
    size,
    leaves,
  });
}

function workloadOf(id: string): Workload {
  const found = workloads.find((workload) => workload.id === id);
  if (found === undefined) throw new Error(`There is no workload called ${id}.`);
  return found;
}

describe("the programs of the benchmark", () => {
  const small = [
    ["W1", 8],
    ["W2", 8],
    ["W3", 16],
    ["W4", 2],
    ["W5", 20],
    ["W6", 32],
    ["429", 40],
    ["signal", 800],
    ["many", 1_000],
  ] as const;
  for (const [id, size] of small) {
    it(`measure everything that is shown of ${id}`, async () => {
      const workload = workloadOf(id);
      for (const system of workload.systems) {
        const sample = await tried(workload, system, size);
        for (const { metric } of workload.shown) expect(sample).toHaveProperty(metric);
      }
    });
  }

  it("tell the caller of every agent that is given up, and leave no listener on a signal", async () => {
    expect(await tried(workloadOf("W5"), "quorate", 20)).toMatchObject({ told: 20 });
    expect(await tried(workloadOf("signal"), "quorate", 800)).toMatchObject({ listeners: 0 });
  });

  it("come to the same winners with a panel until it is certain, for fewer calls, and repeat no answer that is kept", async () => {
    const felt = workloadOf("felt");
    const ask = (way: string): Promise<Sample> => tried(felt, way, 60);
    const all = await ask("all five");
    const panel = await ask("panel: certain");
    const cache = await ask("cache, twice");
    const batches = await ask("batches of 20");
    expect(all).toMatchObject({ calls: 5, rounds: 1, requests: 5 });
    expect(panel["same"]).toBe(1);
    expect(panel["calls"]).toBeLessThan(5);
    expect(panel["accuracy"]).toBe(all["accuracy"]);
    expect(cache["accuracy"]).toBe(all["accuracy"]);
    expect(cache["requests"]).toBeLessThan(3);
    expect(batches["requests"]).toBeCloseTo(5 / 20);
  });
});
