import { describe, expect, it } from "vitest";
import { agent, supervisor, type AgentContext, type Usage } from "../../src/index.ts";

const date = "2026-11-22";
/** Dollars per million tokens, and so micro-dollars per token. */
const prices = {
  mini: { input: 10, cachedInput: 1, cacheWrite: 12, output: 20, reasoning: 30, date },
  plain: { input: 10, output: 20, date },
};

/** What one attempt costs that reports this. */
async function costOf(...reports: readonly Usage[]) {
  const a = agent({
    name: "a",
    run: (_: unknown, { report }: AgentContext) => {
      for (const usage of reports) report(usage);
      return "ship";
    },
  });
  const team = supervisor({ name: "team", agents: { a }, prices });
  const { results, bill } = await team.run("task");
  const { cost } = results.a as Extract<typeof results.a, { readonly status: "ok" }>;
  expect(bill.spent).toMatchObject(cost);
  return cost;
}

describe("tokens that are cached, written to a cache, or reasoning", () => {
  it("each have the price of their kind, within the tokens that they are a part of", async () => {
    const usage = {
      model: "mini",
      inputTokens: 100,
      cachedInputTokens: 60,
      cacheWriteTokens: 10,
      outputTokens: 9,
      reasoningTokens: 4,
    };
    expect(await costOf(usage)).toEqual({
      usdMicros: 30 * 10 + 60 * 1 + 10 * 12 + 5 * 20 + 4 * 30,
      inputTokens: 100,
      outputTokens: 9,
      cachedInputTokens: 60,
      cacheWriteTokens: 10,
      reasoningTokens: 4,
    });
  });

  it("add up over reports, and over models", async () => {
    const usage = { inputTokens: 10, cachedInputTokens: 5, outputTokens: 0, model: "mini" };
    const cost = await costOf(usage, usage, { ...usage, usdMicros: 7, model: "plain" });
    expect(cost).toMatchObject({ usdMicros: 2 * 55 + 7, cachedInputTokens: 15 });
  });

  it.each(["cachedInputTokens", "cacheWriteTokens"] as const)(
    "cost nobody knows how much where the model has no price for %s, and the rest is known",
    async (part) => {
      const usage = { model: "plain", inputTokens: 100, outputTokens: 1, [part]: 60 };
      expect(await costOf(usage)).toMatchObject({
        usdMicros: "unknown",
        atLeast: { usdMicros: 40 * 10 + 20 },
      });
    },
  );

  it("cost as all output does where reasoning has no price of its own", async () => {
    const usage = { model: "plain", inputTokens: 0, outputTokens: 9, reasoningTokens: 4 };
    expect(await costOf(usage)).toMatchObject({ usdMicros: 180 });
  });

  it("are priced as before where none of them was reported, or none was used", async () => {
    const usage = { model: "plain", inputTokens: 100, outputTokens: 1 };
    const plain = { usdMicros: 1_020, inputTokens: 100, outputTokens: 1 };
    expect(await costOf(usage)).toEqual(plain);
    expect(await costOf({ ...usage, cachedInputTokens: 0, reasoningTokens: 0 })).toEqual(plain);
  });

  it("cost nobody knows how much where the parts are more than the whole", async () => {
    const usage = { model: "mini", inputTokens: 1, cachedInputTokens: 60, outputTokens: 0 };
    expect(await costOf(usage)).toMatchObject({
      usdMicros: "unknown",
      atLeast: { usdMicros: 60 },
      inputTokens: 1,
    });
  });

  it("are nothing where they are no whole numbers from 0", async () => {
    const odd = { cachedInputTokens: -1, cacheWriteTokens: 1.5, reasoningTokens: "4" };
    const usage = { model: "mini", inputTokens: 1, outputTokens: 1, ...odd } as never;
    expect(await costOf(usage)).toEqual({ usdMicros: 30, inputTokens: 1, outputTokens: 1 });
  });

  it("are bounded by the dearest price that a token of the bound may have", async () => {
    const maxCost = { inputTokens: 100, outputTokens: 10 };
    const a = agent({ name: "a", model: "mini", maxCost, run: () => "ship" });
    const team = supervisor({ name: "team", agents: { a }, prices });
    const { worst } = await team.plan("task");
    expect(worst.usdMicros).toBe(2 * (100 * 12 + 10 * 30));
  });

  it("are shared by the calls of a batch as the whole is, and its price is that of the whole", async () => {
    const usage = { model: "mini", inputTokens: 10, cachedInputTokens: 5, outputTokens: 0 };
    const a = agent({
      name: "a",
      run: () => "ship",
      batch: {
        run: (tasks: readonly unknown[], { report }) => {
          report(usage);
          return tasks.map(() => "ship");
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a }, prices });
    const bills = (await Promise.all([team.run(1), team.run(2)])).map(({ bill }) => bill);
    expect(bills.map(({ spent }) => spent.usdMicros)).toEqual([28, 27]);
    expect(bills.map(({ spent }) => spent.cachedInputTokens)).toEqual([3, 2]);
  });
});
