import type { Cost } from "../call.ts";
import { priced } from "../money/price.ts";
import type { Seat } from "./seat.ts";

/** A cost that has money, where the model that was used has a price; `model` is what the agent said, if it did. */
export function costAtPrice(
  { prices, modelName }: Pick<Seat, "prices" | "modelName">,
  cost: Cost,
  model: string | undefined,
): Cost {
  const used = model ?? modelName;
  return used === undefined ? cost : priced(cost, prices.get(used));
}
