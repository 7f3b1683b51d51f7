import { boundAt } from "../../call/dispatch.ts";
import { tiersAbove } from "../../call/ladder.ts";
import type { ConfiguredAgent } from "../../call/configured-agent.ts";
import type { RunBudgets } from "../../limits/run-budgets.ts";
import { spent } from "../../log/call-state.ts";
import type { History } from "../../log/history.ts";
import { known } from "../../model/call.ts";
import type { OwnedBudget } from "../../money/budget.ts";
import type { ConfiguredRoot } from "../root.ts";

/**
 * Charges the budgets of a run with what its log says was spent. A call in doubt counts with its reservation. An attempt
 * that cost more than its reservation closes the budgets again, unless the cost is within its agent's current bound. What was spent by
 * agents that the team no longer has counts for all that is left around them.
 */
export function chargeBefore(
  own: RunBudgets,
  { budgets, agentsAt }: ConfiguredRoot,
  history: History,
): void {
  if (budgets.length === 0) return;
  const leftAround = (place: string): readonly OwnedBudget[] => {
    const around = teamsAround(place);
    // A budget has the place of its owner, which may have become an agent.
    return budgets.filter((owned) => around.has(owned.place) && !agentsAt.has(owned.place));
  };
  for (const call of history.callsEverMade()) {
    const { charged = 0 } = spent(call);
    if (charged === 0) continue;
    const place = history.places.whereIs(call.place);
    own.charge(agentsAt.get(place)?.budgets ?? leftAround(place), charged, undefined);
  }
  const tiers = new Map<string, string | undefined>();
  for (const event of history.events) {
    if (event.type === "call.started") tiers.set(event.callId, event.tier);
    if (event.type !== "budget.overran") continue;
    const place = history.places.whereIs(event);
    const configured = agentsAt.get(place);
    if (configured === undefined) {
      // Nobody has raised its bound.
      own.charge(leftAround(place), 0, event.agent);
      continue;
    }
    const boundMicros = boundNow(configured, tiers.get(event.callId), event.reserved);
    if (known(event.cost, "usdMicros") > boundMicros) {
      own.charge(configured.budgets, 0, configured.agent.name);
    }
  }
}

/** The places of the teams around a place: `""` and `"board"` around `"board/security"`. */
function teamsAround(place: string): ReadonlySet<string> {
  const names = place.split("/");
  return new Set(names.map((_, index) => names.slice(0, index).join("/")));
}

/** The greatest cost of an attempt by its agent's current bound; if that depends on the task, the attempt's original reservation. */
function boundNow(configured: ConfiguredAgent, tier: string | undefined, reserved: number): number {
  if (typeof configured.agent.maxCost === "function") return reserved;
  const asked = tiersAbove(configured).find((above) => above.tier === tier) ?? configured;
  return boundAt(asked, undefined).usdMicros ?? Infinity;
}
