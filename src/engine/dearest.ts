import type { Cost } from "../call.ts";
import { priceMicros } from "../money/price.ts";
import type { Seat } from "./seat.ts";

/**
 * What the tokens of a call would have cost at the last of the tiers above its own, in micro-dollars, as if there had been as
 * many. `undefined` where there is no such tier, no price of its model, or nobody knows the tokens.
 */
export function dearestMicros(
  seat: Pick<Seat, "next" | "prices">,
  { inputTokens, outputTokens }: Cost,
): number | undefined {
  if (inputTokens === "unknown" || outputTokens === "unknown") return undefined;
  let dearest: Seat | undefined;
  for (let at = seat.next(); at !== undefined; at = at.next()) dearest = at;
  const price = dearest?.modelName === undefined ? undefined : seat.prices.get(dearest.modelName);
  return price === undefined ? undefined : priceMicros(price, { inputTokens, outputTokens });
}
