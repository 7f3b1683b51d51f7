import { QuorateError } from "../errors.ts";
import { checkKeys, checkKind, shown } from "../policy/check-kind.ts";
import { isUsd, MAX_USD, tokenMicros } from "./micros.ts";

/** What a model's tokens cost, in US dollars per million of them, and when that was so. The caller's data: none is built in. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** The day of the price list, as `2026-11-22`. */
  readonly date: string;
}

/** Prices by the name of a model. */
export type Prices = Readonly<Record<string, Price>>;

const PRICE_KEYS: ReadonlySet<string> = new Set(["input", "output", "date"]);

/** Prices, checked. Throws `BAD_OPTIONS`; `where` begins its sentence. */
export function checkPrices(prices: Prices | undefined, where: string): ReadonlyMap<string, Price> {
  checkKind(prices, `${where}: prices`, "object", "use { model: { input, output, date } }");
  return new Map(
    Object.entries(prices ?? {}).map(([model, price]) => {
      const what = `${where}: prices.${model}`;
      checkKind(price, what, "object", "use { input: 1.25, output: 10, date }");
      checkKeys(price, PRICE_KEYS, what);
      for (const kind of ["input", "output"] as const) {
        const usd = price[kind];
        if (isUsd(usd)) continue;
        throw new QuorateError(
          "BAD_OPTIONS",
          `${what}.${kind} is ${shown(usd)}; use US dollars per million tokens, from 0 to ${MAX_USD}`,
        );
      }
      if (!/^\d{4}-\d{2}-\d{2}$/.test(price.date)) {
        throw new QuorateError(
          "BAD_OPTIONS",
          `${what}.date is ${shown(price.date)}; say of which day the price is, as 2026-11-22`,
        );
      }
      return [model, Object.freeze({ ...price })];
    }),
  );
}

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
