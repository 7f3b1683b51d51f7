import { describe, expect, it } from "vitest";
import { calcPrice } from "@pydantic/genai-prices";
import { agent, supervisor, type AgentContext, type Usage } from "../../src/index.ts";
import { pricesOf } from "../../src/prices/index.ts";

/** What the package itself reckons, in micro-dollars. */
function packagesOwn(model: string, usage: Record<string, number>): number {
  const { total_price } = calcPrice(usage, model) ?? {};
  return Math.ceil(Number(((total_price ?? Number.NaN) * 1e6).toFixed(6)));
}

async function costOf(model: string, usage: Usage) {
  const prices = await pricesOf([model]);
  const a = agent({
    name: "a",
    model,
    run: (_: unknown, { report }: AgentContext) => {
      report(usage);
      return "ship";
    },
  });
  const { bill } = await supervisor({ name: "team", agents: { a }, prices }).run("task");
  return bill.spent.usdMicros;
}

const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: "BAD_OPTIONS",
    message: expect.stringMatching(message) as string,
  });

describe("prices from the price package", () => {
  it("have the day of its release, and what it lists of input, output and the cache", async () => {
    const prices = await pricesOf(["gpt-5-mini", "claude-opus-4-5"]);
    expect(Object.keys(prices)).toEqual(["gpt-5-mini", "claude-opus-4-5"]);
    expect(prices["gpt-5-mini"]).toEqual({
      input: 0.25,
      output: 2,
      cachedInput: 0.025,
      date: "2026-09-23",
    });
    expect(prices["claude-opus-4-5"]).toMatchObject({
      cachedInput: expect.any(Number) as number,
      cacheWrite: expect.any(Number) as number,
    });
  });

  it("have the day that is given, where that is known better", async () => {
    const prices = await pricesOf(["gpt-5-mini"], { date: "2026-11-01" });
    expect(prices["gpt-5-mini"]?.date).toBe("2026-11-01");
  });

  it("make the same bill as the package does, cached and written tokens included", async () => {
    const usage = { inputTokens: 10_000, cachedInputTokens: 6_000, outputTokens: 300 };
    expect(await costOf("gpt-5-mini", usage)).toBe(
      packagesOwn("gpt-5-mini", {
        input_tokens: 10_000,
        cache_read_tokens: 6_000,
        output_tokens: 300,
      }),
    );
    expect(await costOf("claude-opus-4-5", { ...usage, cacheWriteTokens: 3_000 })).toBe(
      packagesOwn("claude-opus-4-5", {
        input_tokens: 10_000,
        cache_read_tokens: 6_000,
        cache_write_tokens: 3_000,
        output_tokens: 300,
      }),
    );
  });

  it("are found by the model's name with its provider before it, as gateways write it", async () => {
    const { "openai/gpt-5-mini": own } = await pricesOf(["openai/gpt-5-mini"]);
    expect(own).toEqual((await pricesOf(["gpt-5-mini"]))["gpt-5-mini"]);
  });

  it("are asked how large requests are, where the price depends on that, and are the dearest that they may have", async () => {
    await expect(pricesOf(["gemini-2.5-pro"])).rejects.toThrow(
      '"gemini-2.5-pro" has another price for requests above 200000 tokens; say how large yours are at most: { maxInputTokens: 200000 }',
    );
    const small = await pricesOf(["gemini-2.5-pro"], { maxInputTokens: 200_000 });
    expect(small["gemini-2.5-pro"]).toMatchObject({ input: 1.25, output: 10 });
    const large = await pricesOf(["gemini-2.5-pro"], { maxInputTokens: 200_001 });
    expect(large["gemini-2.5-pro"]).toMatchObject({ input: 2.5, output: 15 });
  });

  it("are none of a model that the package does not know, or whose price is not one of its tokens", async () => {
    await expect(pricesOf(["no-such-model"])).rejects.toThrow(
      refusal(/does not know the model "no-such-model"; give its price yourself/),
    );
    await expect(pricesOf(["gemini-embedding-001"])).rejects.toThrow(
      refusal(/has no price of the output tokens of "gemini-embedding-001"/),
    );
    await expect(pricesOf(["deepseek-chat"])).rejects.toThrow(
      refusal(/has a price that depends on the time of day; give its price yourself/),
    );
    await expect(pricesOf(["perplexity/sonar"])).rejects.toThrow(
      refusal(/has a price of each request besides its tokens; give its price yourself/),
    );
  });

  it("are refused for what names no model, and for options that there are not", async () => {
    await expect(pricesOf("gpt-5" as never)).rejects.toThrow(
      refusal(/pricesOf: models is "gpt-5"/),
    );
    await expect(pricesOf([7] as never)).rejects.toThrow(refusal(/has an entry that is 7/));
    await expect(pricesOf([], { maxTokens: 1 } as never)).rejects.toThrow(
      refusal(/has no option "maxTokens"/),
    );
    await expect(pricesOf([], { date: "today" })).rejects.toThrow(
      refusal(/give the day of the price/),
    );
  });
});
