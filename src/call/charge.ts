import { known, type CallRequest } from "../model/call.ts";
import type { Permit } from "../limits/permit.ts";
import type { Spent } from "../money/spent.ts";
import type { Part } from "./batch/batch-part.ts";
import type { Run } from "./run.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";

/** What an attempt has spent, as far as money goes. */
type Money = Pick<Spent, "cost">;

/** What the budgets above one call were charged for it. */
export interface Tally {
  /**
   * For all attempts so far, in micro-dollars; an attempt that is still at work counts with its reservation. `undefined` if
   * there are no budgets.
   */
  charged: number | undefined;
}

/** How the work of an attempt ended: its agent stopped, did not stop in time, or was rate-limited and did nothing. */
export type Ending = "stopped" | "abandoned" | "turned away";

/**
 * The money of one attempt, from its reservation on:
 *
 *     reserved ── stops ───▶ charged with what it reported, in full if it reported nothing
 *     reserved ── given up ▶ held ── stops within its grace ──▶ charged likewise
 *                               └─── is abandoned ────────────▶ charged in full
 *     charged  ── reports more ▶ charged with more, if that is higher
 *
 * "In full" means the reservation, or what it reported if that is more. The budgets release the rest when the attempt is charged,
 * and not before: until then nobody knows what the agent will still spend.
 */
export interface Charge {
  /** The attempt is given up and its agent still works: for now the call counts with the full reservation. */
  hold(spent: Money): void;
  /**
   * The work is over, and `spent` is everything that was reported: its permit is released. The budgets of the run are charged at once,
   * shared ones when the promise resolves; it rejects if their store fails, of which the run has then been told.
   */
  settle(spent: Money, ending: Ending): Promise<void> | undefined;
  /** The attempt was never made. Otherwise like `settle`. */
  discard(): Promise<void> | undefined;
  /** More was reported after that; `spent` is all of it. Otherwise like `settle`. */
  raise(spent: Money): Promise<void>;
  /** The sum in the tally of its call. */
  total(): number | undefined;
}

/** The money of one attempt, for which `bound` is reserved; `undefined` if its greatest cost is unknown. */
export function chargeFor(
  { journal }: Run,
  { place, attempt }: CallRequest,
  bound: number | undefined,
  permit: Pick<Permit, "release" | "discard" | "raise">,
  tally: Tally,
): Charge {
  let counted = 0;
  const count = (micros: number): void => {
    tally.charged = (tally.charged ?? 0) + micros - counted;
    counted = micros;
  };
  const noteOverrun = (spent: Money): void => {
    const reserved = bound ?? Infinity;
    const usdMicros = knownMicros(spent);
    if (usdMicros <= reserved) return;
    const { atLeast: _atLeast, ...rest } = spent.cost;
    const cost = { ...rest, usdMicros };
    journal.note([{ type: "budget.overran", ...place, attempt, reserved, cost }]);
  };
  return {
    hold: (spent) => count(inFull(spent, bound)),
    settle(spent, ending) {
      count(micros(spent, bound, ending));
      noteOverrun(spent);
      return permit.release(counted);
    },
    discard() {
      count(0);
      return permit.discard();
    },
    async raise(spent) {
      const more = inFull(spent, counted) - counted;
      if (more === 0) return;
      count(counted + more);
      noteOverrun(spent);
      await permit.raise(more, counted > (bound ?? Infinity));
    },
    total: () => tally.charged,
  };
}

/**
 * The money of an attempt that continues after its process died. In the budgets of its run, its reservation counts as spent since the run was
 * resumed, and is corrected when it has stopped; in shared ones its permit has taken it over. If the executor does not know the attempt, nobody
 * knows what it cost, and it stays charged in full.
 */
export function chargeReserved(
  run: Run,
  call: CallRequest,
  reserved: number | undefined,
  budgets: ConfiguredAgent["budgets"],
  permit: Permit,
  tally: Tally,
): Charge {
  const before = reserved ?? 0;
  tally.charged = (tally.charged ?? 0) - before;
  const held: Parameters<typeof chargeFor>[3] = {
    release(micros) {
      const overran = micros > (reserved ?? Infinity) ? permit.request.agent : undefined;
      run.budgets.charge(budgets, micros - before, overran);
      return permit.release(micros);
    },
    discard: () => permit.release(before),
    raise(more, overran) {
      run.budgets.charge(budgets, more, overran ? permit.request.agent : undefined);
      return permit.raise(more, overran);
    },
  };
  return chargeFor(run, call, reserved, held, tally);
}

function micros(spent: Money, bound: number | undefined, ending: Ending): number {
  if (ending === "stopped" && spent.cost.usdMicros !== "unknown") return spent.cost.usdMicros;
  return ending === "turned away" ? knownMicros(spent) : inFull(spent, bound);
}

function inFull(spent: Money, least = 0): number {
  return Math.max(least, knownMicros(spent));
}

/** The known money, which may be only a part. */
function knownMicros({ cost }: Money): number {
  return known(cost, "usdMicros");
}

/** What an attempt holds: a permit of its own, or a part of its batch's. */
export interface Holding {
  readonly permit?: Permit;
  /** Its money, if there are budgets. */
  readonly charge?: Charge | undefined;
  readonly part?: Part;
}

/** For an attempt that waits for its permit. */
export const HOLDS_NOTHING: Holding = Object.freeze({});

/** Gives back what an attempt holds. Resolves when its budgets are charged; `undefined` if they are already. */
export function letGo(
  { permit, charge, part }: Holding,
  spent: Money,
  ending: Ending,
): Promise<void> | undefined {
  const charged = charge?.settle(spent, ending);
  // Only slots, or those of a batch of one whose money has its own permit; else it is released already.
  const released = permit?.release(0);
  part?.over();
  const settled =
    charged && released ? Promise.all([charged, released]).then(() => {}) : (charged ?? released);
  // Nothing awaits it for an abandoned attempt; the run has been told that its store fails.
  settled?.catch(() => {});
  return settled;
}
