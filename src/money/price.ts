import { byName, fitting } from "../check/kinds.ts";
import { options, type Option, type Options } from "../check/options.ts";
import type { TokenParts } from "../model/call.ts";
import { tokenMicros, usDollars } from "./micros.ts";

/** What a model's tokens cost, in US dollars per million of them, and on which day. The caller's data: none is built in. */
export interface Price {
  /** Of input that is neither read from the provider's cache nor written to it. */
  readonly input: number;
  readonly output: number;
  /** For input that is read from the provider's cache. Without it, the cost of such tokens is unknown. */
  readonly cachedInput?: number;
  /** For input that is written to the provider's cache. Without it, the cost of such tokens is unknown. */
  readonly cacheWrite?: number;
  /** For output that is reasoning. Default: the price of other output. */
  readonly reasoning?: number;
  /** The day of the price list, as `2026-11-22`. */
  readonly date: string;
}

/** Prices by the name of a model. */
export type Prices = Readonly<Record<string, Price>>;

const USD = usDollars(" per million tokens,");

/** A day of a price list. */
export const PRICE_DATE: Option<string | undefined> = fitting<string>(
  (given) => typeof given === "string" && /^\d{4}-\d{2}-\d{2}$/.test(given),
  "give the day of the price, as 2026-11-22",
);

export const PRICE: Options<Price> = options(
  {
    input: USD.needed(),
    output: USD.needed(),
    cachedInput: USD,
    cacheWrite: USD,
    reasoning: USD,
    date: PRICE_DATE.needed(),
  },
  { instead: "use { input: 1.25, output: 10, date }" },
);

export const PRICES: Option<ReadonlyMap<string, Price> | undefined> = byName(
  PRICE,
  "use { model: { input, output, date } }",
);

/** Tokens, with the parts that have their own price. */
export interface Tokens extends TokenParts {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * What tokens cost at a price, in micro-dollars, rounded up once; `undefined` if some of them have no price, or the parts are more
 * than the whole.
 */
export function priceMicros(price: Price, tokens: Tokens): number | undefined {
  const kinds = kindsOf(price, tokens);
  const isKnown = kinds.every(([count, usd]) => count === 0 || (count > 0 && usd !== undefined));
  return isKnown ? leastMicros(price, tokens) : undefined;
}

/** The cost of those tokens that have a price, in micro-dollars. */
export function leastMicros(price: Price, tokens: Tokens): number {
  return tokenMicros(
    kindsOf(price, tokens).flatMap(([count, usd]) =>
      count > 0 && usd !== undefined ? [[count, usd] as const] : [],
    ),
  );
}

/** The greatest cost of these tokens, whichever of them are cached or reasoning. */
export function mostMicros(price: Price, { inputTokens, outputTokens }: Tokens): number {
  const { input, output, cachedInput = 0, cacheWrite = 0, reasoning = 0 } = price;
  return tokenMicros([
    [inputTokens, Math.max(input, cachedInput, cacheWrite)],
    [outputTokens, Math.max(output, reasoning)],
  ]);
}

type Kind = readonly [count: number, usd: number | undefined];

function kindsOf(price: Price, tokens: Tokens): readonly Kind[] {
  const { input, output, cachedInput, cacheWrite, reasoning = output } = price;
  const { inputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 } = tokens;
  const { outputTokens, reasoningTokens = 0 } = tokens;
  return [
    [inputTokens - cachedInputTokens - cacheWriteTokens, input],
    [cachedInputTokens, cachedInput],
    [cacheWriteTokens, cacheWrite],
    [outputTokens - reasoningTokens, output],
    [reasoningTokens, reasoning],
  ];
}
