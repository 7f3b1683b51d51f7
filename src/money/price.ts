import { byName, fitting } from "../check/kinds.ts";
import { options, type Option, type Options } from "../check/options.ts";
import { tokenMicros, usDollars } from "./micros.ts";

/** What a model's tokens cost, in US dollars per million of them, and when that was so. The caller's data: none is built in. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** The day of the price list, as `2026-11-22`. */
  readonly date: string;
}

/** Prices by the name of a model. */
export type Prices = Readonly<Record<string, Price>>;

const USD = usDollars(" per million tokens,").needed();

export const PRICE: Options<Price> = options(
  {
    input: USD,
    output: USD,
    date: fitting<string>(
      (given) => typeof given === "string" && /^\d{4}-\d{2}-\d{2}$/.test(given),
      "say of which day the price is, as 2026-11-22",
    ).needed(),
  },
  { instead: "use { input: 1.25, output: 10, date }" },
);

export const PRICES: Option<ReadonlyMap<string, Price> | undefined> = byName(
  PRICE,
  "use { model: { input, output, date } }",
);

/** What tokens cost at a price, in micro-dollars, rounded up once. */
export function priceMicros(
  { input, output }: Price,
  tokens: { readonly inputTokens: number; readonly outputTokens: number },
): number {
  return tokenMicros([
    [tokens.inputTokens, input],
    [tokens.outputTokens, output],
  ]);
}
