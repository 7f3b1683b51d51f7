import { afterAll, describe, expect, it } from "vitest";
import { agent, budgets, memory, supervisor } from "../../src/index.ts";
import { startProvider, tokensOf, type Provider } from "../../examples/help-desk/provider.ts";
import { ask } from "../../examples/help-desk/model.ts";

const PRICES = { mini: { input: 0.25, output: 2 }, large: { input: 250, output: 2_000 } };
const open: Provider[] = [];
afterAll(async () => {
  for (const provider of open) await provider[Symbol.asyncDispose]();
});

async function provider(rest: object = {}): Promise<Provider> {
  const started = await startProvider({
    prices: PRICES,
    inFlight: 1_000,
    latencyMs: 3,
    answer: (prompt) => "x".repeat((prompt.length * 31) % 160),
    ...rest,
  });
  open.push(started);
  return started;
}

describe("a provider that charges", () => {
  it("is never paid more than a budget of $5 by a hundred runs at once, whatever they cost and however it fails", async () => {
    const server = await provider({ failPercent: 20 });
    const store = memory().store;
    const asker = <Name extends string>(name: Name) =>
      agent({
        name,
        // 400 tokens come before any prompt.
        maxCost: (prompt: string) => ({ inputTokens: 400 + tokensOf(prompt), outputTokens: 41 }),
        backoff: { baseMs: 1 },
        run: async (prompt: string, context) => {
          const model = { modelId: "large", url: server.url };
          return (await ask(model, [prompt], context))[0] as string;
        },
      });
    const team = supervisor({
      name: "team",
      agents: { a: asker("a"), b: asker("b"), c: asker("c") },
      tiers: { only: "large" },
      prices: { large: { ...PRICES.large, date: "2026-11-22" } },
      budget: { usd: 5, scope: "all" },
      minAnswers: 0,
      concurrency: 50,
      backend: { store },
    });
    const prompts = Array.from({ length: 100 }, (_, i) => "why? ".repeat(1 + ((i * 13) % 40)));
    const outcomes = await Promise.all(prompts.map((prompt) => team.run(prompt)));
    const { chargedMicros, failed } = server.books;
    expect(failed).toBeGreaterThan(0);
    expect(chargedMicros).toBeLessThanOrEqual(5_000_000);
    const state = await budgets({ store }).of("all");
    expect(state).toMatchObject({ reservedMicros: 0, overran: false });
    // What failed may have been charged for or not: it counts in full, so that the promise holds either way.
    expect(state.spentMicros).toBeGreaterThanOrEqual(chargedMicros);
    expect(state.spentMicros).toBeLessThanOrEqual(5_000_000);
    // The budget was not enough for all, and was used as far as anything fitted.
    const short = outcomes.filter(({ missing }) => missing.some(({ why }) => why === "budget"));
    expect(short.length).toBeGreaterThan(0);
    expect(state.spentMicros).toBeGreaterThan(4_500_000);
    expect(outcomes.every(({ status }) => status === "complete" || status === "partial")).toBe(
      true,
    );
  });
});
