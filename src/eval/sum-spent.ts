import { addCost, NO_COST, type Cost } from "../model/call.ts";
import type { TotalSpent } from "../model/outcome.ts";

/** What several runs have cost together. */
export function sumSpent(all: readonly TotalSpent[]): TotalSpent {
  const cost = all.reduce<Cost>((sum, one) => addCost(sum, costOf(one)), NO_COST);
  const unreportedCalls = all.reduce((sum, one) => sum + (one.unreportedCalls ?? 0), 0);
  const unpricedCalls = all.reduce((sum, one) => sum + (one.unpricedCalls ?? 0), 0);
  return {
    ...cost,
    ...(unreportedCalls > 0 && { unreportedCalls }),
    ...(unpricedCalls > 0 && { unpricedCalls }),
  };
}

function costOf({ unreportedCalls: _reported, unpricedCalls: _priced, ...cost }: TotalSpent): Cost {
  return cost;
}
