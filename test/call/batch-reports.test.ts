import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, supervisor, type Usage } from "../../src/index.ts";
import { upTo } from "./batching.ts";

const date = "2026-11-22";
const prices = {
  cheap: { input: 1, output: 1, cachedInput: 0.1, cacheWrite: 1.25, date },
  dear: { input: 100, output: 100, date },
};

/** What each of so many calls of one batch costs, or of one that is asked alone. */
async function costsOf(
  reports: readonly (Usage & { readonly index?: number })[],
  size: number,
  model?: string,
) {
  const tell = (report: (usage: Usage, index?: number) => void): void => {
    for (const { index, ...usage } of reports) report(usage, index);
  };
  const a = agent({
    name: "a",
    ...(model !== undefined && { model }),
    run: (_task: number, { report }) => tell(report),
    batch: {
      maxSize: 50,
      run: (tasks, { report }) => {
        tell(report);
        return tasks.map(() => undefined);
      },
    },
  });
  const team = supervisor({ name: "team", agents: { a }, prices, concurrency: 1 });
  const outcomes = await Promise.all(upTo(size).map((task) => team.run(task)));
  return outcomes.map(({ results }) => {
    if (results.a.status !== "ok") throw new Error(results.a.status);
    return results.a.cost;
  });
}

describe("what is reported of all tasks of a batch", () => {
  it("is divided into whole parts that differ by at most one, and nothing is gained or lost", async () => {
    const amounts = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    await fc.assert(
      fc.asyncProperty(amounts, fc.integer({ min: 2, max: 50 }), async (usdMicros, count) => {
        const parts = (await costsOf([{ usdMicros }], count)).map((cost) => Number(cost.usdMicros));
        expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(usdMicros));
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 25 },
    );
  });

  it("costs what the same reports of a single attempt cost, to the micro-dollar", async () => {
    const tokens = fc.nat(9);
    const counts = { inputTokens: tokens, outputTokens: tokens };
    const parts = { cachedInputTokens: tokens, cacheWriteTokens: tokens, reasoningTokens: tokens };
    const named = { model: fc.constantFrom("cheap", "dear", "unpriced") };
    const report: fc.Arbitrary<Usage> = fc.oneof(
      fc.record(named),
      fc.record(counts),
      fc.record({ ...counts, ...parts, ...named, usdMicros: tokens }, { requiredKeys: [] }),
    );
    const reports = fc.array(report, { minLength: 1, maxLength: 5 });
    const model = fc.option(fc.constantFrom("cheap", "dear"), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(reports, fc.integer({ min: 2, max: 5 }), model, async (told, size, of) => {
        const [alone] = await costsOf(told, 1, of);
        const costs = await costsOf(told, size, of);
        for (const name of ["usdMicros", "inputTokens", "outputTokens"] as const) {
          const sum = costs.reduce((all, cost) => all + Number(cost[name]), 0);
          expect(Number.isNaN(sum) ? "unknown" : sum).toBe(alone?.[name]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has the price of the model that was named before, for all tasks or for one", async () => {
    const tokens = { inputTokens: 1_000, outputTokens: 1_000 };
    const all = await costsOf([{ model: "dear" }, tokens], 2, "cheap");
    expect(all.map(({ usdMicros }) => usdMicros)).toEqual([100_000, 100_000]);
    const one = await costsOf([{ model: "dear", index: 1 }, tokens], 2, "cheap");
    expect(one.map(({ usdMicros }) => usdMicros)).toEqual([1_000, 100_000]);
  });

  it("has a known cost if the parts of its input and its output are reported one after the other", async () => {
    const cached = { cachedInputTokens: 2, cacheWriteTokens: 2 };
    for (const reports of [
      [{ inputTokens: 4, ...cached }, { outputTokens: 3 }],
      [{ inputTokens: 3 }, { inputTokens: 1 }, cached, { outputTokens: 3 }],
      [{ inputTokens: 4, ...cached }, ...[0, 1, 2].map((index) => ({ outputTokens: 1, index }))],
    ]) {
      const costs = await costsOf(reports, 3, "cheap");
      expect(costs.reduce((sum, { usdMicros }) => sum + Number(usdMicros), 0)).toBeLessThan(10);
    }
  });
});
