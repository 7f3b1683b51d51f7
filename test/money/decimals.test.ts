import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, supervisor, type CostBound, type Usage } from "../../src/index.ts";
import { dollars, microsOf } from "../../src/money/micros.ts";

const CENTS = Array.from({ length: 100_001 }, (_, cents) => cents);
const DATE = "2026-11-22";

const free = agent({ name: "free", run: () => 1, maxCost: { usd: 0 } });

/** The limits of budgets, in micro-dollars. */
async function limitsOf(amounts: readonly number[]): Promise<readonly number[]> {
  const budget = amounts.map((usd) => ({ usd }));
  const plan = await supervisor({ name: "team", agents: { free }, budget }).plan(1);
  return plan.budgets.map(({ limitMicros }) => limitMicros);
}

/** What an attempt may cost at most, in micro-dollars, by its plan. */
async function boundOf(maxCost: CostBound, price = { input: 0, output: 0 }) {
  const a = agent({ name: "a", run: () => 1, retries: 0, maxCost });
  const prices = { mini: { ...price, date: DATE } };
  const team = supervisor({ name: "team", agents: { a }, tiers: { small: "mini" }, prices });
  return (await team.plan(1)).worst.usdMicros;
}

/** What an attempt that reports so much costs, in micro-dollars. */
async function costOf(usage: Usage, price = { input: 0, output: 0 }) {
  const a = agent({ name: "a", run: (_: unknown, { report }) => report(usage) });
  const prices = { mini: { ...price, date: DATE } };
  const team = supervisor({ name: "team", agents: { a }, tiers: { small: "mini" }, prices });
  return (await team.run(1)).bill.spent.usdMicros;
}

describe("an amount in US dollars", () => {
  it("is exactly the micro-dollars that were written, for every cent to $1,000", async () => {
    const limits = await limitsOf(CENTS.map((cents) => cents / 100));
    expect(limits.filter((micros, cents) => micros !== cents * 10_000)).toEqual([]);
    for (const rounded of ["up", "down"] as const) {
      const wrong = CENTS.filter((cents) => microsOf(cents / 100, rounded) !== cents * 10_000);
      expect(wrong).toEqual([]);
    }
  });

  it("is the same whether it was written or reckoned by the caller in binary arithmetic", async () => {
    expect(await limitsOf([0.1 + 0.2, 0.7 + 0.1, 3 * 1.1, 4.35 * 100])).toEqual([
      300_000, 800_000, 3_300_000, 435_000_000,
    ]);
    for (const usd of [0.1 + 0.2, 3 * 0.1]) expect(await boundOf({ usd })).toBe(300_000);
  });

  it("admits an attempt that may cost as much as its budget, whatever the amount", async () => {
    const refused: number[] = [];
    for (const usd of [4.1, 0.07, 0.29, 1.1, 2.01, 8.2, 64.1, 999.99]) {
      const a = agent({ name: "a", run: () => 1, retries: 0, maxCost: { usd } });
      const team = supervisor({ name: "team", agents: { a }, budget: { usd } });
      if ((await team.run(1)).status !== "complete") refused.push(usd);
    }
    expect(refused).toEqual([]);
  });

  it("loses less than a micro-dollar: a budget is rounded down, a bound up", async () => {
    expect(await limitsOf([1e-7, 0.000_001_9, 1.5e-6, 5e-324])).toEqual([0, 1, 1, 0]);
    expect(await boundOf({ usd: 1e-7 })).toBe(1);
    expect(await boundOf({ usd: 0.000_001_1 })).toBe(2);
    expect(await boundOf({ usd: 5e-324 })).toBe(1);
  });

  it("is exact up to the most that there may be", async () => {
    expect(await limitsOf([999_999_999.999_999, 1e9])).toEqual([999_999_999_999_999, 1e15]);
    expect(dollars(999_999_999_999_999)).toBe("$999999999.999999");
  });

  it.each([1e9 + 1, Number.MAX_SAFE_INTEGER, Infinity, NaN, -0.01, "4.1"])(
    "is refused in one sentence that says what it was, as %j",
    (usd) => {
      const range = "use US dollars from 0 to 1000000000";
      const refuses = (options: object, what: string): void => {
        const make = (): unknown => supervisor({ name: "team", agents: { free }, ...options });
        const shown = typeof usd === "string" ? '"4.1"' : String(usd);
        expect(make).toThrow(
          expect.objectContaining({
            code: "BAD_OPTIONS",
            message: `${what} is ${shown}; ${range}`,
          }),
        );
      };
      refuses({ budget: { usd } }, 'supervisor "team": budget.usd');
      const make = (): unknown => agent({ name: "a", run: () => 1, maxCost: { usd } as never });
      expect(make).toThrow(/^agent "a": maxCost\.usd is .*; use US dollars from 0 to 1000000000$/);
      for (const kind of ["input", "output"]) {
        const price = { input: 1, output: 1, date: DATE, [kind]: usd };
        const team = (): unknown =>
          supervisor({ name: "team", agents: { free }, prices: { mini: price } as never });
        expect(team).toThrow(/; use US dollars per million tokens, from 0 to 1000000000$/);
      }
    },
  );
});

describe("the price of tokens", () => {
  const price = { input: 1.1, output: 4.4 };

  it("is exact: 100 tokens at $1.10 a million cost 110 micro-dollars", async () => {
    expect(await costOf({ inputTokens: 100, outputTokens: 0 }, price)).toBe(110);
    expect(await boundOf({ inputTokens: 100 }, price)).toBe(110);
    expect(await boundOf({ inputTokens: 100, outputTokens: 10 }, price)).toBe(154);
  });

  it("is rounded up to a whole micro-dollar, so that a bound is never too low", async () => {
    expect(await costOf({ inputTokens: 101, outputTokens: 0 }, price)).toBe(112);
    expect(await boundOf({ inputTokens: 101 }, price)).toBe(112);
    expect(await boundOf({ inputTokens: 1 }, { input: 1e-7, output: 0 })).toBe(1);
    expect(await boundOf({ inputTokens: 10_000_000 }, { input: 1e-7, output: 0 })).toBe(1);
    expect(await boundOf({ inputTokens: 10_000_001 }, { input: 1e-7, output: 0 })).toBe(2);
  });

  it("is what decimal arithmetic says, for any price and any number of tokens", async () => {
    // Prices as lists have them: up to six decimals.
    const millionths = fc.integer({ min: 0, max: 200_000_000 });
    const tokens = fc.oneof(fc.nat(2_000_000), fc.maxSafeNat());
    await fc.assert(
      fc.asyncProperty(millionths, millionths, tokens, tokens, async (input, output, i, o) => {
        const sum = BigInt(input) * BigInt(i) + BigInt(output) * BigInt(o);
        const exact = (sum + 999_999n) / 1_000_000n;
        const most = BigInt(Number.MAX_SAFE_INTEGER);
        const usage = { inputTokens: i, outputTokens: o };
        const at = { input: input / 1e6, output: output / 1e6 };
        const expected = Number(exact < most ? exact : most);
        expect(await costOf(usage, at)).toBe(expected);
        if (i + o > 0) expect(await boundOf(usage, at)).toBe(expected);
      }),
    );
  });
});

describe("an amount that an agent reports", () => {
  it.each([
    [0.4, 1],
    [1.5, 2],
    [1e-9, 1],
    [12.000_001, 13],
    [3, 3],
    // What binary arithmetic adds to 70,000 is no fraction.
    [0.07 * 1e6, 70_000],
    [4.1 * 1e6, 4_100_000],
  ])("of %j micro-dollars counts as %j", async (usdMicros, counted) => {
    expect(await costOf({ usdMicros })).toBe(counted);
  });
});
