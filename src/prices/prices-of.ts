import type { ModelPrice, PriceCalculation } from "@pydantic/genai-prices";
import { integer, listOf } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { PRICE_DATE, type Price, type Prices } from "../money/price.ts";
import { loadPrices, releaseDay, type PricePackage } from "./price-package.ts";

/** How prices are looked up. */
export interface PricesOfOptions {
  /**
   * The most tokens that go into one request. Needed for a model whose price depends on that: it gets the highest price that such a request
   * may have.
   */
  readonly maxInputTokens?: number;
  /** The day of the prices, for instance `2026-09-23`. Default: the release day of the price package. */
  readonly date?: string;
}

const PRICES_OF: Options<PricesOfOptions> = options(
  { maxInputTokens: integer(0), date: PRICE_DATE },
  { instead: "use { maxInputTokens: 200_000 }" },
);

const MODELS = listOf<string>(
  (one) => typeof one === "string" && one !== "",
  'use the names of models, for instance ["gpt-5-mini"]',
).needed();

/**
 * Looks prices up in the package `@pydantic/genai-prices`, which you install in addition to this one. Resolves to a snapshot for a supervisor's
 * option `prices`. Nothing is fetched, so the provider's own page may be newer. The names of the models are those that your agents report:
 * `"gpt-5-mini"`, or with the provider in front, `"openai/gpt-5-mini"`.
 *
 * Rejects with `BAD_OPTIONS` if the package is missing, does not know a model, or has no price for its input and output tokens alone.
 */
export async function pricesOf(
  models: readonly string[],
  given: PricesOfOptions = {},
): Promise<Prices> {
  const names = MODELS.take(models, "pricesOf: models");
  const { maxInputTokens, date: day } = PRICES_OF.of(given, "pricesOf");
  const listed = await loadPrices();
  const date = day ?? releaseDay();
  if (date === undefined) {
    throw refused(
      "the date of the price package is not known; give it: { date: " + '"2026-11-22" }',
    );
  }
  const prices = names.map((name) => [name, priceOf(listed, name, date, maxInputTokens)] as const);
  return Object.freeze(Object.fromEntries(prices));
}

function priceOf(
  listed: PricePackage,
  name: string,
  date: string,
  maxInputTokens: number | undefined,
): Price {
  const found = find(listed, name);
  if (found === undefined) {
    throw refused(`the price package does not know the model "${name}"; give its price yourself`);
  }
  const { model, model_price: kinds } = found;
  const isTimed = Array.isArray(model.prices) && model.prices.some(isByTimeOfDay);
  const other = isTimed
    ? "a price that depends on the time of day"
    : kinds["requests_kcount"] === undefined
      ? undefined
      : "a price of each request besides its tokens";
  if (other !== undefined) throw refused(`"${name}" has ${other}; give its price yourself`);
  const usd = (key: string): number | undefined => usdOf(kinds[key], name, maxInputTokens);
  const [input, output] = [usd("input_mtok"), usd("output_mtok")];
  if (input === undefined || output === undefined) {
    const missing = input === undefined ? "input" : "output";
    throw refused(
      `the price package has no price of the ${missing} tokens of "${name}"; give its price yourself`,
    );
  }
  const [cachedInput, cacheWrite] = [usd("cache_read_mtok"), usd("cache_write_mtok")];
  const reasoning = usd("output_reasoning_mtok");
  return Object.freeze({
    input,
    output,
    ...(cachedInput !== undefined && { cachedInput }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
    date,
  });
}

/** A model by its name, or by the name after its provider's. */
function find({ calcPrice }: PricePackage, name: string): PriceCalculation | undefined {
  const nothing = { input_tokens: 0, output_tokens: 0 };
  const [, provider, rest] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
  const byProvider =
    provider === undefined || rest === undefined
      ? undefined
      : calcPrice(nothing, rest, { providerId: provider });
  return byProvider ?? calcPrice(nothing, name) ?? undefined;
}

/** US dollars per million tokens. If the price depends on the size of a request, the highest that one may have. */
function usdOf(
  price: ModelPrice[string],
  name: string,
  maxInputTokens: number | undefined,
): number | undefined {
  if (price === undefined || typeof price === "number") return price;
  const { base, tiers } = price;
  if (maxInputTokens === undefined) {
    const from = Math.min(...tiers.map(({ start }) => start));
    throw refused(
      `"${name}" has another price for requests above ${from} tokens; say how large yours are at most: { maxInputTokens: ${from} }`,
    );
  }
  const reached = tiers.filter(({ start }) => start < maxInputTokens);
  return Math.max(base, ...reached.map(({ price: usd }) => usd));
}

function isByTimeOfDay({
  constraint,
}: {
  readonly constraint?: { readonly type: string };
}): boolean {
  return constraint?.type === "time_of_date";
}

function refused(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", `pricesOf: ${why}`);
}
