import type { Cost } from "../model/call.ts";
import { priceMicros } from "../money/price.ts";
import { tiersAbove } from "./ladder.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/**
 * What the tokens of a call would have cost at the last of the tiers above its own, in micro-dollars, for the same number of
 * tokens. `undefined` if there is no such tier, no price of its model, or the tokens are unknown.
 */
export function dearestMicros(
  configured: Pick<ConfiguredAgent, "next" | "prices">,
  { inputTokens, outputTokens, ...cost }: Cost,
): number | undefined {
  if (inputTokens === "unknown" || outputTokens === "unknown") return undefined;
  const model = tiersAbove(configured).at(-1)?.modelName;
  const price = model === undefined ? undefined : configured.prices.get(model);
  return price === undefined
    ? undefined
    : priceMicros(price, { ...cost, inputTokens, outputTokens });
}
