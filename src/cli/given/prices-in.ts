import type { Prices } from "../../index.ts";
import { PRICES } from "../../money/price.ts";
import { readInput } from "./read-input.ts";

/** The option of a run that its prices are, where a file has some. */
export interface GivenPrices {
  readonly prices?: Prices;
}

/**
 * The prices in a JSON file: `{ "model": { "input": 1.25, "output": 10, "date": "2026-11-22" } }`, as the option `prices` of a supervisor.
 * None where no file is named. Rejects with `INPUT_INVALID` for what is no JSON, and with `BAD_OPTIONS` for what are no prices.
 */
export async function pricesIn(file: string | undefined): Promise<GivenPrices> {
  if (file === undefined) return {};
  const given = await readInput(file);
  const source = file === "-" ? "standard input" : file;
  return { prices: Object.fromEntries(PRICES.needed().take(given, source)) };
}
