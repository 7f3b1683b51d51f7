import { boundAt } from "../call/dispatch.ts";
import { tiersAbove } from "../call/ladder.ts";
import type { Seat } from "../call/seat.ts";
import type { RunBudgets } from "../limits/run-budgets.ts";
import { spent } from "../log/call-state.ts";
import type { History } from "../log/history.ts";
import { known } from "../model/call.ts";
import type { Seated } from "./root.ts";

/**
 * Charges the budgets of a run with what its log says that was spent. A call in doubt counts with what was reserved for it. An attempt
 * that cost more than was reserved for it closes them again, unless it would be no more than its agent's bound now.
 */
export function chargeBefore(
  own: RunBudgets,
  { budgets, seatsAt }: Seated,
  history: History,
): void {
  if (budgets.length === 0) return;
  for (const call of history.callsEverMade()) {
    const { charged = 0 } = spent(call);
    const seat = seatsAt.get(history.places.seatOf(call.place));
    if (charged > 0 && seat !== undefined) own.charge(seat.budgets, charged, false);
  }
  const tiers = new Map<string, string | undefined>();
  for (const event of history.events) {
    if (event.type === "call.started") tiers.set(event.callId, event.tier);
    if (event.type !== "budget.overran") continue;
    const seat = seatsAt.get(history.places.seatOf(event));
    if (seat === undefined) continue;
    const boundMicros = boundNow(seat, tiers.get(event.callId), event.reserved);
    if (known(event.cost, "usdMicros") > boundMicros) own.charge(seat.budgets, 0, true);
  }
}

/** What an attempt may cost at most as its agent is now; where that depends on the task, what was `reserved` for the attempt then. */
function boundNow(seat: Seat, tier: string | undefined, reserved: number): number {
  if (typeof seat.agent.maxCost === "function") return reserved;
  const asked = tiersAbove(seat).find((above) => above.tier === tier) ?? seat;
  return boundAt(asked, undefined).usdMicros ?? Infinity;
}
