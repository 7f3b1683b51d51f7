import type { Usage } from "../model/call.ts";
import { fields, type Fields } from "../model/record.ts";
import { countIn, textIn, usageOf } from "../program/coding-agent.ts";

/**
 * What a turn used, from any place where the agent says so: `usage` of its response to the prompt, `_meta.quota` of the response, by model or in
 * total, and the cost of its last `usage_update`. Empty if it does not say. `model`: the model that it was told to ask.
 */
export function usagesOf(
  response: Fields,
  cost: unknown,
  model: string | undefined,
): readonly Usage[] {
  const usd = dollarsIn(cost);
  const quota = fields(fields(response["_meta"])["quota"]);
  const listed: readonly unknown[] = Array.isArray(quota["model_usage"])
    ? quota["model_usage"].slice(0, MOST_MODELS)
    : [];
  const rows = listed.map((row) => ({
    ...tokensIn(fields(row)["token_count"]),
    model: textIn(row, "model") || model,
  }));
  const whole = tokensIn(response["usage"] ?? quota["token_count"]);
  if (usd === undefined && rows.length > 0) return rows.map(usageOf);
  // A cost is that of all models together, so the tokens with it must be, too.
  const tokens = rows.length === 0 ? whole : rows.reduce(added, {});
  const [only, ...more] = new Set(rows.map((row) => row.model));
  const said = usageOf({ usd, ...tokens, model: more.length === 0 ? (only ?? model) : undefined });
  return Object.keys(said).some((part) => part !== "model") ? [said] : [];
}

const MOST_MODELS = 100;

type TurnTokens = {
  readonly [K in Exclude<keyof Usage, "usdMicros" | "model">]?: Usage[K] | undefined;
};

/** The cost in US dollars; other currencies are not converted. An agent reports 0 for a model whose price it does not know. */
function dollarsIn(cost: unknown): number | undefined {
  const { amount, currency } = fields(cost);
  const isDollars = typeof currency === "string" && currency.toUpperCase() === "USD";
  return isDollars && typeof amount === "number" && amount > 0 ? amount : undefined;
}

/**
 * TurnTokens as Quorate counts them: tokens read from or written to a cache are part of the input, and reasoning tokens part of the output. Most
 * agents count them separately, as the protocol says; the total that they report shows which it is.
 */
function tokensIn(said: unknown): TurnTokens {
  const input = countIn(said, "inputTokens") ?? countIn(said, "input_tokens");
  const output = countIn(said, "outputTokens") ?? countIn(said, "output_tokens");
  if (input === undefined && output === undefined) return {};
  const cached = countIn(said, "cachedReadTokens") ?? countIn(said, "cachedInputTokens");
  const written = countIn(said, "cachedWriteTokens") ?? countIn(said, "cacheWriteInputTokens");
  const thought = countIn(said, "thoughtTokens") ?? countIn(said, "reasoningOutputTokens");
  const total = countIn(said, "totalTokens") ?? Infinity;
  const aside = (cached ?? 0) + (written ?? 0);
  const least = (input ?? 0) + (output ?? 0);
  return {
    inputTokens: input === undefined ? undefined : input + (total >= least + aside ? aside : 0),
    outputTokens:
      output === undefined
        ? undefined
        : output + (total >= least + aside + (thought ?? 0) ? (thought ?? 0) : 0),
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    reasoningTokens: thought,
  };
}

function added(sum: TurnTokens, { ...more }: TurnTokens): TurnTokens {
  const both = { ...sum, ...more };
  return Object.fromEntries(
    Object.keys(both)
      .filter((name) => name !== "model")
      .map((name) => [name, countIn({ a: fields(sum)[name], b: fields(more)[name] }, "a", "b")]),
  );
}
